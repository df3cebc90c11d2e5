"""Findings of the analysis in lines that a model reads: short, plain, with the ids to cite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from assistant.analysis.account.breakdowns import in_words
from assistant.analysis.logs.shapes import shape_of
from assistant.domain.anomaly import AnomalyWindow, Direction
from assistant.domain.changes import Hunk
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import Breakdown, Hop, Hypothesis, Origin, Report, ScorePart, Suspect
from assistant.domain.signals import Signal
from assistant.domain.window import TimeWindow, to_ns
from assistant.investigator.prompting.framing import line, plain, shortened

HASH = 12  # characters of a commit hash
_NAME, _CODE = 110, 140
_IDS = 6


def clock(moment: datetime, day: datetime) -> str:
    """HH:MM:SS, with the date where it is not that of `day`."""
    return f"{moment:%H:%M:%S}" if moment.date() == day.date() else f"{moment:%F %H:%M}"


def period(window: TimeWindow) -> str:
    """'2026-10-26 02:49–03:21 UTC'."""
    end = window.end
    last = f"{end:%H:%M}" if end.date() == window.start.date() else f"{end:%F %H:%M}"
    return f"{window.start:%F %H:%M}–{last} UTC"


def cites(ids: Iterable[str], most: int = _IDS) -> str:
    """' [E1 E4]'; nothing where there are none."""
    known = list(dict.fromkeys(ids))[:most]
    return f" [{' '.join(known)}]" if known else ""


def name_of(change: str) -> str:
    """A commit's hash, shortened; ids of flags and settings as they are."""
    is_hash = len(change) == 40 and all(c in "0123456789abcdef" for c in change)
    return change[:HASH] if is_hash else line(change, _NAME)


def anomaly(found: AnomalyWindow, day: datetime, evidence_id: str = "") -> str:
    """Direction, from → to with its unit, onset with its bounds, end, how unusual."""
    key = found.key
    head = f"{evidence_id} {line(key.service)}".strip()
    onset = (
        f"{clock(found.onset, day)} ({found.onset_earliest:%H:%M:%S}–{found.onset_latest:%H:%M:%S})"
    )
    end = "goes on" if found.end is None else f"until {clock(found.end, day)}"
    if key.signal is Signal.LOG_RATE:
        what = f"log “{line(key.name, _NAME)}” {found.direction}"
        change = (
            ""
            if found.direction is Direction.APPEARED
            else f" {found.baseline:.4g} → {found.peak:.4g}/s"
        )
        return f"{head} {what}{change} {onset}, {end}"
    unit = f" {line(key.unit, 20)}" if key.unit not in ("", "1") else ""
    what = line(f"{key.label().removeprefix(key.service)}", _NAME)
    change = f"{found.direction} {found.baseline:.4g} → {found.peak:.4g}{unit}"
    return f"{head} {what} {change} at {onset}, {end}, {found.score:.0f}σ"


def evidence(found: Evidence, limit: int = 200) -> str:
    """An excerpt on one line; of a commit its title, of a trace its failing spans."""
    text = found.excerpt
    if found.kind is EvidenceKind.COMMIT:
        text = found.title
    elif found.kind is EvidenceKind.TRACE:
        text = f"{found.title}: " + " / ".join(_failing_spans(text)[:4])
    elif found.kind is EvidenceKind.LOG:
        text = f"{found.service} log “{found.data.get('template', text)}”"
        text += found.excerpt[found.excerpt.rfind("\n(") :].replace("\n", " ")
    about = f"{found.service}: " if found.service not in text else ""
    return f"{found.id} {line(about + text, limit)}"


def _failing_spans(excerpt: str) -> list[str]:
    """Rows of a trace's excerpt, their messages with what varies masked."""
    rows = [" ".join(row.split()) for row in excerpt.split("\n")]
    failing = (row.partition(" error ") for row in rows if " error" in row)
    return [f"{span} error {shape_of(message)}".strip() for span, _, message in failing] or rows


def hypothesis(number: int, found: Hypothesis) -> str:
    """With its number in the engine's ranking; a change is named in full among the changes."""
    what = (
        f"change {name_of(found.suspect)}"
        if found.suspect
        else f"{found.kind}: {line(found.title)}"
    )
    against = f"; against{cites(found.contradicting)}" if found.contradicting else ""
    return (
        (
            f"H{number} {found.confidence:.2f} {what} in {line(found.service)};"
            f" for{cites(found.supporting)}{against}"
        )
        .replace("; for;", ";")
        .removesuffix("; for")
    )


def hop(found: Hop) -> str:
    """With its three checks: services connected, the target deviates, the order of onsets fits."""
    checks = (
        ("connected", found.connected),
        ("deviates", found.deviates),
        ("order", found.ordered),
    )
    told = ", ".join(f"{name} {_answer(value)}" for name, value in checks)
    step = f"{line(found.source)} → {line(found.target)} ({line(found.relation)})"
    return f"{step}: {told}{cites(found.evidence)}"


def _answer(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "NO"


def suspect(found: Suspect, day: datetime) -> str:
    """What it is, whose, since when it was live, its score."""
    brought = (
        f" with {line(found.service)} {line(found.version, 60)}".rstrip() if found.service else ""
    )
    author = f" by {line(found.author, 60)}" if found.author else ""
    return (
        f"{found.kind} {name_of(found.id)} “{line(found.title, 160)}”{author}, live "
        f"{clock(found.at, day)}{brought}, score {found.score:.2f}{cites(found.evidence)}"
    )


def parts(found: Sequence[ScorePart], most: int) -> list[str]:
    """The parts that move the score most, for and against, each with how much it moves it."""
    moving = sorted(
        (p for p in found if p.value * p.weight), key=lambda p: -abs(p.value * p.weight)
    )
    return [
        f"  {p.value * p.weight:+.2g} {line(p.name, 60)}: {line(p.reason)}{cites(p.evidence, 3)}"
        for p in moving[:most]
    ]


def hunk(found: Hunk, most: int) -> list[str]:
    """Changed lines with a line of context around them; what is left out is counted. The sign
    stands apart: beside an `@` it would look like an address to the redaction."""
    place = f"  @@ {line(found.path, 160)} {line(found.symbol, 80)}".rstrip()
    if not found.lines:
        return [f"{place} ({line(found.note) or 'no lines'})"]
    changed = [n for n, row in enumerate(found.lines) if row.sign != " "]
    near = [n for n in range(len(found.lines)) if any(abs(n - c) <= 1 for c in changed)]
    rows = [
        f"  {row.sign} {_code(row.text)}".rstrip() for row in (found.lines[n] for n in near[:most])
    ]
    left = len(near) - most
    return [place, *rows, *([f"  … {left} more lines: tool diff"] if left > 0 else [])]


def _code(text: str) -> str:
    """As it stands, so that it can be quoted; deep indentation is cut."""
    shown = plain(text.replace("\n", " ").rstrip())
    indent = min(len(shown) - len(shown.lstrip()), 8)
    return shortened(" " * indent + shown.lstrip(), _CODE)


def origin(found: Origin, most: int) -> str:
    ranked = sorted(found.parts, key=lambda p: -p.value * p.weight)
    told = "; ".join(f"{line(p.reason)}{cites(p.evidence, 2)}" for p in ranked[:most])
    return f"{line(found.service)} {found.score:.2f}: {told}"


def breakdown(found: Breakdown) -> str:
    return line(in_words(found)) + cites(found.evidence)


def evidence_of_anomalies(report: Report) -> dict[str, str]:
    """Anomaly id → id of the evidence that shows it."""
    shown = {
        (e.service, e.data.get("template") or e.data.get("name"), e.data.get("onset_ns")): e.id
        for e in report.evidence
        if e.kind in (EvidenceKind.SERIES, EvidenceKind.LOG)
    }
    found: dict[str, str] = {}
    for window in report.anomalies:
        name = window.key.name if window.signal is Signal.LOG_RATE else window.key.label()
        if evidence_id := shown.get((window.service, name, to_ns(window.onset))):
            found[window.id] = evidence_id
    return found
