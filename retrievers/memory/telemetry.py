"""Signals in memory, as lists of rows."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from assistant.domain.breakdown import AttributeUse, Crosstab
from assistant.domain.signals import (
    Edge,
    LogRecord,
    LogShape,
    MetricPoint,
    Series,
    SignalBatch,
    Span,
    Trace,
)
from assistant.domain.window import TimeWindow, to_ns
from retrievers.grids import LOOKBACK_NS, TRACE_MARGIN_NS, Grid
from retrievers.keys import resource_words
from retrievers.memory import breakdowns, logs, metrics, traces
from retrievers.rows import rows_of, to_log, to_point, to_span

_Row: TypeAlias = Span | LogRecord | MetricPoint


class MemoryTelemetry:
    """Implements `domain.ports.TelemetryStore`; durable only as long as the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: list[Span] = []
        self._logs: list[LogRecord] = []
        self._points: list[MetricPoint] = []

    def append(self, batch: SignalBatch) -> None:
        spans = [to_span(row) for row in rows_of(batch.spans)]
        records = [to_log(row) for row in rows_of(batch.logs)]
        points = [to_point(row) for row in rows_of(batch.points)]
        with self._lock:
            self._spans = self._spans + spans
            self._logs = self._logs + records
            self._points = self._points + points

    def series(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        points = [
            p
            for p in self._points
            if window.start_ns - LOOKBACK_NS <= p.time_ns < window.end_ns
            and (not services or p.service in services)
        ]
        return metrics.series(points, Grid.over(window, step_ns))

    def red(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        return traces.red(self._spans_in(window), Grid.over(window, step_ns), services)

    def edges(self, window: TimeWindow) -> Sequence[Edge]:
        return traces.edges(self._spans_in(window))

    def traces(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        errors_only: bool = False,
        limit: int = 20,
    ) -> Sequence[Trace]:
        chosen = traces.chosen(self._spans_in(window), service, errors_only, limit)
        start_ns, end_ns = window.start_ns - TRACE_MARGIN_NS, window.end_ns + TRACE_MARGIN_NS
        near = [s for s in self._spans if start_ns <= s.start_ns < end_ns]
        return traces.whole(near, chosen)

    def attributes(
        self, window: TimeWindow, service: str, *, calls: bool = False
    ) -> Sequence[AttributeUse]:
        return breakdowns.attributes(self._spans_in(window), service, calls)

    def breakdown(
        self,
        before: TimeWindow,
        after: TimeWindow,
        service: str,
        attributes: Sequence[str],
        *,
        calls: bool = False,
    ) -> Crosstab:
        spans = self._spans_in(TimeWindow(before.start, after.end))
        return breakdowns.breakdown(spans, (before, after), service, attributes, calls)

    def shapes(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[LogShape]:
        records = [r for r in self._logs_in(window) if not services or r.service in services]
        return logs.shapes(records, Grid.over(window, step_ns))

    def records(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        shape: str = "",
        trace_id: str = "",
        limit: int = 100,
    ) -> Sequence[LogRecord]:
        found = [
            r
            for r in self._logs_in(window)
            if (not service or r.service == service)
            and (not shape or r.shape == shape)
            and (not trace_id or r.trace_id == trace_id)
        ]
        return sorted(found, key=lambda r: r.time_ns)[: max(limit, 0)]

    def logged_in(
        self, window: TimeWindow, traces: Sequence[str], *, limit: int = 20_000
    ) -> Sequence[LogRecord]:
        wanted = frozenset(traces)
        found = [r for r in self._logs_in(window) if r.span_id and r.trace_id in wanted]
        return sorted(found, key=lambda r: r.time_ns)[: max(limit, 0)]

    def extent(self, window: TimeWindow) -> TimeWindow | None:
        times = [_time_ns(signal) for signal in self._signals(window)]
        if not times:
            return None
        return TimeWindow.of_ns(min(times), max(times) // 1000 * 1000 + 1000)

    def services(self, window: TimeWindow) -> Mapping[str, Mapping[str, str]]:
        said: dict[str, dict[str, str]] = {}
        for signal in sorted(self._signals(window), key=_time_ns):
            words = {"version": signal.version, "instance": signal.instance, "node": signal.node}
            told = {name: value for name, value in words.items() if value}
            said.setdefault(signal.service, {}).update(told)
            said[signal.service].update(resource_words(signal.attributes))
        return dict(sorted(said.items()))

    def versions(self, window: TimeWindow) -> Sequence[tuple[str, str, int, int]]:
        times: dict[tuple[str, str], list[int]] = {}
        for signal in self._signals(window):
            if signal.version:
                times.setdefault((signal.service, signal.version), []).append(_time_ns(signal))
        found = [(service, v, min(seen), max(seen)) for (service, v), seen in times.items()]
        return sorted(found, key=lambda row: (row[0], row[2], row[1]))

    def trim(self, *, before: datetime | None = None, max_bytes: int | None = None) -> int:
        with self._lock:
            signals = sorted(self._all(), key=_time_ns)
            kept = [s for s in signals if before is None or _time_ns(s) >= to_ns(before)]
            sizes = [len(repr(signal)) for signal in kept]
            excess = sum(sizes) - max_bytes if max_bytes is not None else 0
            while excess > 0:
                excess -= sizes.pop(0)
                kept.pop(0)
            self._spans = [s for s in kept if isinstance(s, Span)]
            self._logs = [s for s in kept if isinstance(s, LogRecord)]
            self._points = [s for s in kept if isinstance(s, MetricPoint)]
            return len(signals) - len(kept)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _spans_in(self, window: TimeWindow) -> list[Span]:
        return [s for s in self._spans if window.start_ns <= s.start_ns < window.end_ns]

    def _logs_in(self, window: TimeWindow) -> list[LogRecord]:
        return [r for r in self._logs if window.start_ns <= r.time_ns < window.end_ns]

    def _signals(self, window: TimeWindow) -> list[_Row]:
        return [s for s in self._all() if window.start_ns <= _time_ns(s) < window.end_ns]

    def _all(self) -> list[_Row]:
        return [*self._spans, *self._logs, *self._points]


def _time_ns(signal: _Row) -> int:
    return signal.start_ns if isinstance(signal, Span) else signal.time_ns
