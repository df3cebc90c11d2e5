"""A report for a terminal at 3 a.m.: what matters first, in words and signs, colour only on top."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.text import Text

from assistant.domain.changes import Hunk
from assistant.domain.evidence import Evidence
from assistant.domain.report import Hop, Report, Suspect, Verdict
from integrations.renderings import inert, narration, words
from integrations.renderings.data import deciding
from integrations.renderings.sparkline import scale, sparkline
from integrations.renderings.tables import (
    anomaly_lines,
    anomaly_table,
    bullet,
    cites,
    claim,
    doubt_lines,
    facts,
    indented,
    notices,
    origin_lines,
    origin_table,
    similar_lines,
    suspect_lines,
    suspect_table,
)

_SHOWN_ANOMALIES = 12
_SHOWN_SUSPECTS = 5
_SHOWN_SERIES = 6
_SHOWN_RULED_OUT = 12
_SHOWN_LINES = 40  # of one hunk or excerpt
_NARROWEST = 40
_TABLES_FROM = 80  # columns; below, a table is taller than it is telling
_STYLES = {
    Verdict.CHANGE_GUILTY: "bold red",
    Verdict.NO_CHANGE_GUILTY: "bold yellow",
    Verdict.NOT_ENOUGH_EVIDENCE: "bold yellow",
    Verdict.HEALTHY: "bold green",
}
_LINE_STYLES = {"+": "green", "-": "red"}


def render(
    report: Report, *, width: int = 100, colour: bool = False, link_hosts: Collection[str] = ()
) -> str:
    """The report as lines of at most `width` (at least 40) columns; links of evidence are shown
    when their host is in `link_hosts`."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, _NARROWEST),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for part in _parts(inert.report(report), link_hosts, console.width):
        console.print(part)
    # Tables pad their last column; trailing blanks are noise in files and diffs.
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _parts(report: Report, hosts: Collection[str], width: int) -> Iterator[RenderableType]:
    narrow = width < _TABLES_FROM
    yield _verdict(report)
    yield from notices(report)
    yield from _section("Causal path   ✓ yes  ✗ no  ? cannot be told", _path(report))
    yield from _section("Where it may have begun", _origins(report, narrow=narrow))
    yield from _section("Which requests", _breakdowns(report))
    yield from _section("What to do", _remediation(report))
    yield from _section("Similar incidents", similar_lines(report))
    yield from _section("Anomaly windows", _anomalies(report, narrow=narrow))
    yield from _section("Deciding series", _series(report, width - 12))
    if report.guilty:
        yield from _section("The guilty change", _guilty(report.guilty))
    yield from _section("Suspects", _suspects(report, narrow=narrow))
    yield from _section("Other hypotheses", _hypotheses(report))
    yield from _section("Ruled out", _ruled_out(report))
    yield from _section("Missing", (bullet("-", gap) for gap in report.gaps))
    yield from _section("To check next", (bullet("-", check) for check in report.next_checks))
    yield from _section(
        f"Confidence: {words.confidence(report.confidence)}",
        (bullet("-", reason) for reason in report.confidence_reasons),
    )
    yield from _section("Why sentences are unverified", doubt_lines(report))
    if report.narration:
        told = facts(narration.facts(report.narration, report))
        yield from _section("What a model added", [told])
    yield from _section("Evidence", (_evidence(e, report, hosts) for e in report.evidence))
    took = f" It took {words.seconds(report)}." if report.seconds else ""
    yield Text(f"\n{report.author}{took}", style="dim")
    yield Text(
        f"Report {report.id}, schema {report.schema_version}, over "
        f"{words.moment(report.window.start)} to {words.moment(report.window.end)}.",
        style="dim",
    )


def _section(title: str, body: Iterable[RenderableType]) -> Iterator[RenderableType]:
    rows = list(body)
    if rows:
        yield Text(f"\n{title}", style="bold")
        yield from (indented(row) for row in rows)


def _verdict(report: Report) -> RenderableType:
    badge = f"{words.SIGNS[report.verdict]} {words.VERDICTS[report.verdict].upper()}"
    rows = {
        "Since": words.since(report),
        "Hurts": words.impact(report),
        "Endpoints": ", ".join(report.impact.endpoints),
        "First failed": report.first_failing_service,
        "To page": report.owner or "no owner is known",
        "Confidence": words.confidence(report.confidence),
    }
    return Group(
        Text(badge, style=_STYLES[report.verdict]),
        claim(report.headline, style="bold"),
        *(claim(sentence) for sentence in report.summary),
        Text(),
        facts({name: value for name, value in rows.items() if value}),
    )


def _path(report: Report) -> Iterator[RenderableType]:
    for hop in report.causal_path:
        doubt = "" if hop.verified else " – not fully verified"
        yield Text.assemble((f"{hop.source} → {hop.target}", "bold"), f" ({hop.relation}){doubt}")
        yield indented(_checks(hop))


def _checks(hop: Hop) -> Text:
    checks = {"connected": hop.connected, "deviates": hop.deviates, "onset in order": hop.ordered}
    signs = "   ".join(f"{words.check(passed)} {name}" for name, passed in checks.items())
    return Text.assemble(signs, " ", cites(hop.evidence))


def _origins(report: Report, *, narrow: bool) -> Iterator[RenderableType]:
    shown = words.origins(report)
    if shown and narrow:
        yield from origin_lines(shown)
    elif shown:
        yield origin_table(shown)


def _breakdowns(report: Report) -> Iterator[RenderableType]:
    for found in report.breakdowns:
        yield bullet("-", inert.line(words.breakdown(found), 400), found.evidence)


def _remediation(report: Report) -> Iterator[RenderableType]:
    for number, step in enumerate(report.remediation, 1):
        yield bullet(f"{number}.", step.text, step.evidence)
        if step.command:
            yield indented(Text(f"$ {step.command}", style="bold"), 3)


def _anomalies(report: Report, *, narrow: bool) -> Iterator[RenderableType]:
    shown = words.notable(report, _SHOWN_ANOMALIES)
    if shown and narrow:
        yield from anomaly_lines(shown, report.window)
    elif shown:
        yield anomaly_table(shown, report.window)
    if rest := len(report.anomalies) - len(shown):
        yield Text(f"{rest} less telling windows are not shown.")


def _series(report: Report, width: int) -> Iterator[RenderableType]:
    for evidence, data in deciding(report, _SHOWN_SERIES):
        name = inert.line(data.name or evidence.title, 120)
        where = "" if evidence.service in name else f"{evidence.service} "
        yield Text.assemble(f"{where}{name}: {scale(data)}", cites([evidence.id]))
        yield Text(sparkline(data, min(width, 60)))


def _guilty(suspect: Suspect) -> Iterator[RenderableType]:
    yield Text(f"{words.suspect_name(suspect)}: {words.suspect_title(suspect)}", style="bold")
    by = f"by {suspect.author}, " if suspect.author else ""
    brought = f", brought by {words.brought_by(suspect)}" if suspect.deployment else ""
    where = f"{by}in {suspect.service} since {words.moment(suspect.at)}{brought}"
    yield Text.assemble(where, cites(suspect.evidence))
    yield from (_hunk(hunk) for hunk in suspect.guilty_hunks)


def _hunk(hunk: Hunk) -> RenderableType:
    rows = [Text(f"\n{hunk.path}  {hunk.symbol}".rstrip(), style="dim")]
    for line in hunk.lines[:_SHOWN_LINES]:
        mark = "▶" if line.sign in _LINE_STYLES else " "
        shown = f"{mark} {line.number:>5} {line.sign} {line.text}"
        rows.append(Text(shown, style=_LINE_STYLES.get(line.sign, "")))
    if (rest := len(hunk.lines) - _SHOWN_LINES) > 0:
        rows.append(Text(f"… {rest} more lines"))
    if hunk.note:
        rows.append(Text(f"({hunk.note})"))
    return Group(*rows)


def _suspects(report: Report, *, narrow: bool) -> Iterator[RenderableType]:
    shown = report.suspects[:_SHOWN_SUSPECTS]
    if shown and narrow:
        yield from suspect_lines(shown, report.window)
    elif shown:
        yield suspect_table(shown, report.window)
    elif report.verdict is not Verdict.HEALTHY:
        yield Text("No change stands close enough to be a suspect.")
    if rest := len(report.suspects) - len(shown):
        yield Text(f"{rest} weaker suspects are not shown.")


def _hypotheses(report: Report) -> Iterator[RenderableType]:
    for hypothesis in words.other_hypotheses(report):
        where = f" ({hypothesis.service})" if hypothesis.service else ""
        yield Text.assemble(
            f"{words.percent(hypothesis.confidence):>5}  {hypothesis.title}{where}",
            *((" for", cites(hypothesis.supporting)) if hypothesis.supporting else ()),
            *((" against", cites(hypothesis.contradicting)) if hypothesis.contradicting else ()),
        )


def _ruled_out(report: Report) -> Iterator[RenderableType]:
    for item in report.ruled_out[:_SHOWN_RULED_OUT]:
        yield bullet("✗", f"{item.title}: {item.reason}", item.evidence)
    if (rest := len(report.ruled_out) - _SHOWN_RULED_OUT) > 0:
        yield Text(f"{rest} more are not shown.")


def _evidence(evidence: Evidence, report: Report, hosts: Collection[str]) -> RenderableType:
    window = evidence.window
    span = f"{words.clock(window.start, report.window)} to {words.clock(window.end, report.window)}"
    rows: list[RenderableType] = [
        Text.assemble((f"[{evidence.id}]", "cyan"), f" {evidence.kind}: {evidence.title}"),
        *(bullet("  │", line) for line in evidence.excerpt.splitlines()[:_SHOWN_LINES]),
        indented(Text(f"from {evidence.query}; {span}", style="dim")),
    ]
    if link := inert.link(evidence.link, hosts):
        rows.append(indented(Text(link)))
    return Group(*rows)
