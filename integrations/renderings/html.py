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

from assistant.domain.evidence import Evidence
from assistant.domain.report import Report, TimelineMark
from assistant.domain.window import from_ns
from integrations.renderings import inert, narration, words
from integrations.renderings.data import LogData, SeriesData, SpanData, TraceData, deciding, parsed
from integrations.renderings.pictures.canvas import Picture
from integrations.renderings.pictures.graph import service_graph
from integrations.renderings.pictures.series import series
from integrations.renderings.pictures.timeline import timeline

_MOST_PLOTS = 6
_MOST_ROWS = 120  # of the table beside a plot
_MOST_SPANS = 40
_DEEPEST = 7  # further levels are not indented further
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
    depth: int
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
    template = environment().get_template("report.html.j2")
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
        narration=narration,
    )


@cache
def environment() -> Environment:
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
    for number, (evidence, values) in enumerate(deciding(report, _MOST_PLOTS)):
        picture = series(f"series-{number}", values, _took_effect(report))
        if picture:
            yield Plot(evidence, picture, _rows(values, report))


def _took_effect(report: Report) -> list[TimelineMark]:
    """A commit does nothing until something brings it, if it is known what did."""
    suspects = [mark for mark in report.timeline if mark.suspect]
    return [mark for mark in suspects if mark.kind != "commit"] or suspects


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
    """The first spans of a trace on its own time axis, each below its parent."""
    start = min(span.start_ns for span in trace.spans)
    whole = max(max(s.start_ns + s.duration_ns for s in trace.spans) - start, 1)
    return [
        Bar(
            span,
            depth,
            round(100 * (span.start_ns - start) / whole, 2),
            round(max(100 * span.duration_ns / whole, 0.5), 2),
        )
        for span, depth in islice(_tree(trace.spans), _MOST_SPANS)
    ]


def _tree(spans: Sequence[SpanData]) -> Iterator[tuple[SpanData, int]]:
    """Depth first, siblings by start; what hangs on a cycle comes last, as roots."""
    ids = {span.span_id for span in spans}
    children: dict[str, list[SpanData]] = {}
    for span in sorted(spans, key=lambda span: span.start_ns, reverse=True):
        parent = span.parent_span_id if span.parent_span_id in ids else ""
        children.setdefault("" if parent == span.span_id else parent, []).append(span)
    while children:
        root = "" if "" in children else next(iter(children))
        stack = [(span, 0) for span in children.pop(root)]
        while stack:
            span, depth = stack.pop()
            yield span, min(depth, _DEEPEST)
            stack += [(child, depth + 1) for child in children.pop(span.span_id, [])]
