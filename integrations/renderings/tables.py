"""The parts of the text rendering: sentences, lists, tables, and what a model added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.report import Claim, Origin, Report, Suspect
from assistant.domain.window import TimeWindow
from integrations.renderings import inert, narration, words


def claim(sentence: Claim, style: str = "") -> Text:
    """With its citations; a sentence that did not stand its check says so before anything else."""
    doubt = ("Unverified: ", "yellow") if narration.unverified(sentence) else ""
    return Text.assemble(doubt, (sentence.text, style), cites(sentence.evidence) or " [uncited]")


def cites(ids: Iterable[str]) -> Text:
    return Text("".join(f" [{e}]" for e in ids), style="cyan")


def facts(rows: Mapping[str, str]) -> Table:
    grid = _grid(2)
    for name, value in rows.items():
        grid.add_row(Text(name, style="dim"), Text(value))
    return grid


def bullet(mark: str, sentence: str, evidence: Iterable[str] = ()) -> Table:
    """A list item whose further lines stay behind its mark."""
    grid = _grid(1)
    grid.add_row(Text(mark), Text.assemble(sentence, cites(evidence)))
    return grid


def indented(row: RenderableType, columns: int = 2) -> Padding:
    return Padding(row, (0, 0, 0, columns), expand=False)


def anomaly_table(anomalies: Sequence[AnomalyWindow], window: TimeWindow) -> Table:
    table = _table("Service", "What", "Onset", "End", "Baseline → peak", "Unusual")
    for anomaly in anomalies:
        cells = (
            anomaly.service,
            inert.line(words.what(anomaly), 120),
            words.onset(anomaly, window),
            words.end(anomaly, window),
            words.moved(anomaly),
            f"{anomaly.score:.0f} σ",
        )
        table.add_row(*map(Text, cells))
    return table


def suspect_table(suspects: Sequence[Suspect], window: TimeWindow) -> Table:
    """A row for each suspect, and under it one for each part of its score."""
    table = _table("#", "Score", "Change / part", "Value", "Weight", "Why")
    for rank, suspect in enumerate(suspects, 1):
        took_effect = f"({suspect.service} {words.clock(suspect.at, window)})"
        table.add_row(
            str(rank),
            Text(f"{suspect.score:.2f}", style="bold"),
            Text(words.suspect_name(suspect), style="bold"),
            "",
            "",
            Text(f"{inert.line(words.suspect_title(suspect), 160)} {took_effect}", style="bold"),
        )
        for part in suspect.parts:
            why = Text.assemble(inert.line(part.reason, 160), cites(part.evidence))
            value, weight = f"{part.value:.2f}", f"{part.weight:+.2f}"
            table.add_row("", "", Text(f"  {part.name}"), value, weight, why)
    return table


def anomaly_lines(anomalies: Sequence[AnomalyWindow], window: TimeWindow) -> Iterator[Table]:
    """The anomaly windows for a terminal too narrow for their table."""
    for anomaly in anomalies:
        when = f"{words.onset(anomaly, window)}, end: {words.end(anomaly, window)}"
        what = f"{anomaly.service} {inert.line(words.what(anomaly), 120)}"
        yield bullet("-", f"{what}: {words.moved(anomaly)}, {anomaly.score:.0f} σ\n{when}")


def suspect_lines(suspects: Sequence[Suspect], window: TimeWindow) -> Iterator[Table]:
    """The suspects for a terminal too narrow for their table."""
    for rank, suspect in enumerate(suspects, 1):
        where = f"{suspect.service} {words.clock(suspect.at, window)}"
        title = inert.line(words.suspect_title(suspect), 160)
        name = f"{words.suspect_name(suspect)} {title} ({where})"
        yield bullet(f"{rank}.", f"{suspect.score:.2f} {name}")
        for part in suspect.parts:
            sum_of = f"{part.name} {part.value:.2f} × {part.weight:+.2f}"
            yield bullet("   -", f"{sum_of}: {inert.line(part.reason, 160)}", part.evidence)


def origin_table(origins: Sequence[Origin]) -> Table:
    """A row for each service, with what was found at it below its reasons."""
    table = _table("Belief", "Service", "Why")
    for origin in origins:
        why = Text.assemble(words.grounds(origin), cites(origin.evidence))
        for finding in origin.findings[:3]:
            why.append(f"\n{finding.kind}: {inert.line(finding.text, 160)}")
            why.append(cites(finding.evidence))
        table.add_row(words.percent(origin.score), Text(origin.service, style="bold"), why)
    return table


def origin_lines(origins: Sequence[Origin]) -> Iterator[Table]:
    """The origins for a terminal too narrow for their table."""
    for origin in origins:
        name = f"{words.percent(origin.score)} {origin.service}: {words.grounds(origin)}"
        yield bullet("-", name, origin.evidence)
        for finding in origin.findings[:3]:
            text = f"{finding.kind}: {inert.line(finding.text, 160)}"
            yield bullet("   -", text, finding.evidence)


def notices(report: Report) -> Iterator[RenderableType]:
    """What a reader must know of the model's part before reading on."""
    told = report.narration
    if told and told.ended:
        yield Text.assemble(("\n! The model ended early: ", "bold yellow"), told.ended)
    if told and told.overrules:
        yield Text("\n! The model overrules the engine:", style="bold yellow")
        yield indented(claim(told.overrules))
        yield indented(Text(narration.overruled(report)))


def similar_lines(report: Report) -> Iterator[RenderableType]:
    for past in narration.similar(report):
        headline = inert.line(past.headline)
        yield bullet("-", f"{words.percent(past.likeness)} alike, {words.moment(past.at)}")
        rows = {
            "Report": f"{past.report_id}: {headline}",
            "Remedy": past.remedy,
            "Outcome": narration.outcome(past),
        }
        yield indented(facts({name: value for name, value in rows.items() if value}))


def doubt_lines(report: Report) -> Iterator[RenderableType]:
    for sentence in narration.doubtful(report):
        yield bullet("-", f"“{inert.line(sentence.text, 120)}”: {narration.problems(sentence)}")


def _grid(gap: int) -> Table:
    grid = Table.grid(padding=(0, gap, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _table(*headers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table
