"""A report as one HTML file that needs no network, no script and no other file.

Pictures come inline and take their colours from the page, so they follow its light and dark
theme. A Content-Security-Policy forbids everything but the inline style sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import Report
from assistant.domain.window import from_ns
from integrations.renderings import inert, words
from integrations.renderings.data import LogData, SeriesData, SpanData, TraceData, parsed, plotted
from integrations.renderings.pictures.canvas import Picture
from integrations.renderings.pictures.graph import service_graph
from integrations.renderings.pictures.series import series
from integrations.renderings.pictures.timeline import timeline

_MOST_PLOTS = 6
_MOST_ROWS = 120  # of the table beside a plot
_MOST_SPANS = 40
_SHOWN_ANOMALIES = 12


@dataclass(frozen=True, slots=True)
class Plot:
    """A deciding series with its evidence and its values for those who cannot see it."""

    evidence: Evidence
    picture: Picture
    rows: Sequence[tuple[str, str]]  # time, value


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of a waterfall; offset and length are per cent of the whole trace."""

    span: SpanData
    offset: float
    length: float


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Evidence as the page shows it: with a waterfall for a trace, samples for a log."""

    evidence: Evidence
    bars: Sequence[Bar]
    log: LogData | None


def render(report: Report, *, link_hosts: Collection[str] = ()) -> str:
    """The whole page; links of evidence are kept when their host is in `link_hosts`."""
    safe = inert.report(report)
    shown = words.notable(safe, _SHOWN_ANOMALIES)
    template = _environment().get_template("report.html.j2")
    return template.render(
        report=safe,
        known={evidence.id for evidence in safe.evidence},
        anomalies=shown,
        other_anomalies=[a for a in safe.anomalies if a not in shown],
        timelines=_both(timeline, safe),
        graphs=_both(service_graph, safe),
        plots=list(islice(_plots(safe), _MOST_PLOTS)),
        exhibits=[_exhibit(evidence) for evidence in safe.evidence],
        link=partial(inert.link, hosts=link_hosts),
        words=words,
    )


@cache
def _environment() -> Environment:
    # Not by file ending: everything is HTML, everything is escaped.
    return Environment(
        loader=PackageLoader("integrations.renderings"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _both(picture: Callable[..., Picture | None], report: Report) -> list[Picture]:
    """For wide and for narrow screens; the style sheet shows one of them."""
    drawn = (picture(report, narrow=narrow) for narrow in (False, True))
    return [p for p in drawn if p is not None]


def _plots(report: Report) -> Iterator[Plot]:
    """Series first, then the counts of log templates, each in the order of their evidence."""
    suspects = [mark for mark in report.timeline if mark.suspect]
    ranked = sorted(report.evidence, key=lambda e: e.kind is not EvidenceKind.SERIES)
    for number, evidence in enumerate(ranked):
        values = plotted(evidence)
        picture = series(f"series-{number}", values, suspects) if values else None
        if values and picture:
            yield Plot(evidence, picture, _rows(values, report))


def _rows(data: SeriesData, report: Report) -> list[tuple[str, str]]:
    step = -(-len(data.values) // _MOST_ROWS)
    return [
        (
            words.clock(from_ns(data.start_ns + i * data.step_ns), report.window),
            "no data" if value is None else words.quantity(value, data.unit),
        )
        for i, value in enumerate(data.values)
        if i % step == 0
    ]


def _exhibit(evidence: Evidence) -> Exhibit:
    data = parsed(evidence)
    bars = waterfall(data) if isinstance(data, TraceData) else []
    return Exhibit(evidence, bars, data if isinstance(data, LogData) else None)


def waterfall(trace: TraceData) -> list[Bar]:
    """The first spans of a trace on its own time axis, in start order."""
    spans = sorted(trace.spans, key=lambda span: span.start_ns)[:_MOST_SPANS]
    start = spans[0].start_ns
    whole = max(max(s.start_ns + s.duration_ns for s in spans) - start, 1)
    return [
        Bar(
            span,
            round(100 * (span.start_ns - start) / whole, 2),
            round(max(100 * span.duration_ns / whole, 0.5), 2),
        )
        for span in spans
    ]
