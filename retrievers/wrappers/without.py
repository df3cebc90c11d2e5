"""A telemetry store in which one service is not seen: the observer is no part of the observed.
An incident makes people ask, and what asking costs must not look like a part of the incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from assistant.domain.breakdown import AttributeUse, Crosstab
from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import Edge, LogRecord, LogShape, Series, SignalBatch, Trace
from assistant.domain.window import TimeWindow


class WithoutService:
    """A TelemetryStore in front of another one; a question that names the service still gets its
    answer. Limits hold before the service is left out."""

    def __init__(self, store: TelemetryStore, service: str) -> None:
        self._store = store
        self._service = service

    def series(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        found = self._store.series(window, step_ns, services)
        return found if services else [one for one in found if one.key.service != self._service]

    def red(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        found = self._store.red(window, step_ns, services)
        return found if services else [one for one in found if one.key.service != self._service]

    def edges(self, window: TimeWindow) -> Sequence[Edge]:
        found = self._store.edges(window)
        return [edge for edge in found if self._service not in (edge.caller, edge.callee)]

    def traces(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        errors_only: bool = False,
        limit: int = 20,
    ) -> Sequence[Trace]:
        found = self._store.traces(window, service, errors_only=errors_only, limit=limit)
        if service:
            return found
        return [t for t in found if any(span.service != self._service for span in t.spans)]

    def shapes(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[LogShape]:
        found = self._store.shapes(window, step_ns, services)
        return found if services else [one for one in found if one.service != self._service]

    def records(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        shape: str = "",
        trace_id: str = "",
        limit: int = 100,
    ) -> Sequence[LogRecord]:
        found = self._store.records(window, service, shape=shape, trace_id=trace_id, limit=limit)
        return found if service else [one for one in found if one.service != self._service]

    def services(self, window: TimeWindow) -> Mapping[str, Mapping[str, str]]:
        found = self._store.services(window)
        return {name: told for name, told in found.items() if name != self._service}

    def versions(self, window: TimeWindow) -> Sequence[tuple[str, str, int, int]]:
        return [row for row in self._store.versions(window) if row[0] != self._service]

    def attributes(
        self, window: TimeWindow, service: str, *, calls: bool = False
    ) -> Sequence[AttributeUse]:
        return self._store.attributes(window, service, calls=calls)

    def breakdown(
        self,
        before: TimeWindow,
        after: TimeWindow,
        service: str,
        attributes: Sequence[str],
        *,
        calls: bool = False,
    ) -> Crosstab:
        return self._store.breakdown(before, after, service, attributes, calls=calls)

    def logged_in(
        self, window: TimeWindow, traces: Sequence[str], *, limit: int = 20_000
    ) -> Sequence[LogRecord]:
        return self._store.logged_in(window, traces, limit=limit)

    def extent(self, window: TimeWindow) -> TimeWindow | None:
        return self._store.extent(window)

    def append(self, batch: SignalBatch) -> None:
        self._store.append(batch)

    def trim(self, *, before: datetime | None = None, max_bytes: int | None = None) -> int:
        return self._store.trim(before=before, max_bytes=max_bytes)

    def close(self) -> None:
        self._store.close()
