"""The parts of the evidence pack, each a bounded list of items, most important first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import Report, RuledOut, SimilarIncident, Suspect
from assistant.investigator.prompting import words
from assistant.investigator.prompting.framing import line

_HYPOTHESES, _EVIDENCE, _SUSPECTS, _MARKS = 5, 14, 5, 6
_SYMPTOM = 1000  # characters
_SHORT_HASH = 10  # as the engine writes it


@dataclass
class Section:
    """Items under a heading; `total` counts those that exist, `tool` shows the others. What has
    a low `weight` is cut first."""

    heading: str
    items: list[str]
    weight: int
    total: int
    tool: str = ""

    def text(self) -> str:
        left = self.total - len(self.items)
        where = f": tool {self.tool}" if self.tool else ""
        mark = [f"(+{left} more{where})"] if left else []
        return "\n".join([f"{self.heading}:", *self.items, *mark])


def _some(heading: str, items: Iterable[str], most: int, weight: int, tool: str = "") -> Section:
    found = list(items)
    return Section(heading, found[:most], weight, len(found), tool)


def question(report: Report) -> Section:
    """What was asked, in the words of a person or an alert."""
    asked = report.question
    about = f"about {line(asked.service)}" if asked.service else "about the whole system"
    metric = f", metric {line(asked.metric)}" if asked.metric else ""
    symptom = f": {line(asked.symptom, _SYMPTOM)}" if asked.symptom else ""
    text = f"{about} at {asked.at:%F %H:%M:%S} UTC{metric}{symptom}"
    return Section("asked", [text], 10, 1)


def findings(report: Report) -> list[Section]:
    path = map(words.hop, report.causal_path)
    broken_down = map(words.breakdown, report.breakdowns)
    return [
        _verdict(report),
        _some("hypotheses", _hypotheses(report), _HYPOTHESES, 8),
        _some("causal path, each hop with its checks", path, 8, 8),
        _evidence(report),
        _impact(report),
        _some("which requests", broken_down, 2, 3, "drill_down"),
        _origins(report),
    ]


def changes(report: Report) -> list[Section]:
    return [_suspects(report), _others(report), _timeline(report)]


def rest(report: Report) -> list[Section]:
    remedies = (f"{r.action}: {line(r.text)}" for r in report.remediation)
    return [
        _some("gaps", map(line, report.gaps), 4, 5),
        _some("next checks", map(line, report.next_checks), 3, 2),
        _some("remedies", remedies, 2, 4),
        _some("past incidents alike", map(_alike, report.similar), 2, 1, "similar_incidents"),
    ]


def _alike(found: SimilarIncident) -> str:
    outcome = f"; in the end: {line(found.outcome)}" if found.outcome else ""
    return f"{found.likeness:.2f} {found.at:%F %H:%M}: {line(found.headline)}{outcome}"


def _verdict(report: Report) -> Section:
    """Reasons that are parts of the leading suspect's score stand there."""
    told = {f"{p.name}: {p.reason}" for s in report.suspects[:1] for p in s.parts}
    reasons = [f"  because {line(r)}" for r in report.confidence_reasons if r not in told]
    owner = f" (owner {line(report.owner)})" if report.owner else ""
    first = report.first_failing_service
    headline = f"{line(report.headline.text)}{words.cites(report.headline.evidence)}"
    items = [
        f"{report.verdict}, confidence {report.confidence:.2f}: {headline}",
        *([f"  first failing service: {line(first)}{owner}"] if first else []),
        f"  looked at: {words.period(report.window)}",
        *reasons[:4],
    ]
    return Section("verdict", items, 9, len(items))


def _hypotheses(report: Report) -> Iterable[str]:
    """What speaks against a change that was ruled out stands beside it."""
    suspects = {s.id: s for s in report.suspects}
    for number, found in enumerate(report.hypotheses, 1):
        accused = suspects.get(found.suspect)
        out = [r for r in report.ruled_out if accused is not None and _is_about(r, accused)]
        why = f"; ruled out: {line(out[0].reason)}" if out else ""
        yield words.hypothesis(number, found) + why


def _is_about(found: RuledOut, suspect: Suspect) -> bool:
    """The engine names a commit by its short hash, another change by its kind and title."""
    if suspect.kind == "commit":
        return found.title.startswith(f"commit {suspect.id[:_SHORT_HASH]}")
    return found.title == f"{suspect.kind} “{suspect.title}”"


def _evidence(report: Report) -> Section:
    """What sentences rest on: cited by the verdict and the path first, then the other anomaly
    windows. Commits stand among the changes."""
    windows = {e: a for a, e in words.evidence_of_anomalies(report).items()}
    shown = {a.id: a for a in report.anomalies}
    cited = [*report.headline.evidence, *(e for c in report.summary for e in c.evidence)]
    cited += [e for h in report.causal_path for e in h.evidence]
    cited += [e for h in report.hypotheses[:2] for e in h.supporting]
    cited += [e.id for e in report.evidence if e.kind is EvidenceKind.TRACE]
    items: list[str] = []
    for evidence_id in dict.fromkeys([*cited, *report.impact.evidence, *windows]):
        found = report.cited(evidence_id)
        if evidence_id in windows:
            window = shown[windows[evidence_id]]
            items.append(words.anomaly(window, report.window.start, evidence_id))
        elif found is not None and found.kind is not EvidenceKind.COMMIT:
            items.append(words.evidence(found))
    unseen = (a for a in report.anomalies if a.id not in windows.values())
    items += [words.anomaly(a, report.window.start) for a in unseen]
    return _some("evidence", items, _EVIDENCE, 6, "anomalies")


def _impact(report: Report) -> Section:
    impact = report.impact
    if impact.since is None:
        return Section("impact", [], 7, 0)
    state = "goes on" if impact.ongoing else "is over"
    told = [f"since {words.clock(impact.since, report.window.start)}, {state}"]
    if impact.requests:
        told.append(f"{impact.failed_requests} of {impact.requests} requests failed")
    for name, found in (("also hurt", impact.services), ("endpoints", impact.endpoints)):
        if found:
            told.append(f"{name}: {', '.join(map(line, found[:8]))}")
    return Section("impact", ["; ".join(told) + words.cites(impact.evidence)], 7, 1)


def _origins(report: Report) -> Section:
    """Where it may have begun; in detail only the likeliest."""
    items = [words.origin(o, 2 if n == 0 else 1) for n, o in enumerate(report.origins)]
    return _some("origins, by share of belief", items, 3, 4)


def _suspects(report: Report) -> Section:
    """The leading one in full, with its hunks; of the others what speaks most for and against."""
    items = []
    for number, found in enumerate(report.suspects[:_SUSPECTS]):
        leads = number == 0
        rows = [words.suspect(found, report.window.start)]
        rows += words.parts(found.parts, 5 if leads else 2)
        rows += _hunks(found, 2 if leads else 1, 14 if leads else 5)
        items.append("\n".join(rows))
    return Section("suspects", items, 6, len(report.suspects), "changes")


def _hunks(found: Suspect, most: int, rows: int) -> list[str]:
    return [row for hunk in found.guilty_hunks[:most] for row in words.hunk(hunk, rows)]


def _others(report: Report) -> Section:
    """What was ruled out besides the suspects above."""
    above = report.suspects[:_SUSPECTS]
    items = [
        f"{line(r.title)}: {line(r.reason)}{words.cites(r.evidence)}"
        for r in report.ruled_out
        if not any(_is_about(r, s) for s in above)
    ]
    return _some("also ruled out", items, 3, 3, "changes")


def _timeline(report: Report) -> Section:
    """Changes of the window besides those above, the latest ones."""
    day = report.window.start
    above = {(s.service, s.at) for s in report.suspects[:_SUSPECTS]}
    marks = [m for m in report.timeline if not m.suspect and (m.service, m.at) not in above]
    items = [f"{words.clock(m.at, day)} {m.kind} {line(m.label, 80)}" for m in marks[-_MARKS:]]
    return Section("also changed", items, 1, len(marks), "changes")
