"""Small traces with logs: a shop answers, asking its stock, and writes what it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.analysis.traces.journeys import Journey, Journeys, journeys_of
from assistant.domain.signals import LogRecord, Span, SpanKind, Trace
from tests.builders import a_log, a_span, at_ns

MS = 1_000_000


def walk(
    number: int,
    shop: Sequence[str] = ("asked", "priced", "sold"),
    stock: Sequence[str] = ("looked up", "found"),
    *,
    operation: str = "POST /buy",
    wire_ms: int = 1,
    stock_ms: int = 10,
    failing: frozenset[str] = frozenset(),
) -> tuple[Trace, list[LogRecord]]:
    """The `number`-th trace: the shop writes a third of its lines, asks the stock, which writes
    its lines, and writes the others."""
    trace_id, start = f"{number:032x}", at_ns() + number * 1000 * MS
    called = start + 10 * MS
    answer_ms = stock_ms + 2 * wire_ms
    spans = (
        _span(trace_id, "01", "", "shop", operation, start, 20 + answer_ms),
        _span(trace_id, "02", "01", "shop", "ask", called, answer_ms, SpanKind.CLIENT),
        _span(trace_id, "03", "02", "stock", "GET /item", called + wire_ms * MS, stock_ms),
    )
    before = len(shop) // 3
    times = [start + (i + 1) * MS for i in range(before)]
    times += [called + answer_ms * MS + (i + 1) * MS for i in range(len(shop) - before)]
    records = [
        _log(trace_id, "01", "shop", b, t, failing) for b, t in zip(shop, times, strict=True)
    ]
    for i, body in enumerate(stock):
        time = called + wire_ms * MS + (i + 1) * MS
        records.append(_log(trace_id, "03", "stock", body, time, failing))
    return Trace(trace_id, spans), records


def journeys(walks: Iterable[tuple[Trace, list[LogRecord]]]) -> list[Journey]:
    walked = list(walks)
    return journeys_of(
        Journeys(tuple(t for t, _ in walked), tuple(r for _, records in walked for r in records))
    )


def _span(
    trace_id: str,
    span_id: str,
    parent: str,
    service: str,
    operation: str,
    start_ns: int,
    ms: int,
    kind: SpanKind = SpanKind.SERVER,
) -> Span:
    return a_span(
        service,
        operation,
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        start_ns=start_ns,
        duration_ns=ms * MS,
        kind=kind,
    )


def _log(
    trace_id: str, span_id: str, service: str, body: str, time_ns: int, failing: frozenset[str]
) -> LogRecord:
    severity = 17 if body in failing else 9
    return a_log(
        body,
        service,
        shape=body,
        trace_id=trace_id,
        span_id=span_id,
        time_ns=time_ns,
        severity_number=severity,
    )
