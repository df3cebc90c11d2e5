"""The embedded telemetry store: one DuckDB file, owned by one process."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from assistant.domain.breakdown import AttributeUse, Crosstab
from assistant.domain.signals import Edge, LogRecord, LogShape, Series, SignalBatch, Trace
from assistant.domain.window import TimeWindow, to_ns
from retrievers.telemetry import breakdowns, logs, metrics, resources, retention, schema, traces
from retrievers.telemetry.failures import full, translated
from retrievers.telemetry.query import Query

# Checkpoints stall writers: rarer than by default, yet a log left behind by kill -9 is still read
# again within a second.
_CHECKPOINT_MIB = 128
# A disk that is completely full cannot even be trimmed: a checkpoint writes first.
_RESERVED_BYTES = (_CHECKPOINT_MIB + 32) * 1024 * 1024


class DuckDbTelemetry:
    """Implements `domain.ports.TelemetryStore`.

    Rows lie in columns and roughly in the order of their arrival, so every read names its
    window first and skips the rest of the file. Reads run on cursors of their own beside
    writes and see whole batches only. Percentiles of spans are exact. Raises StoreInUse when
    another process has the file open, OperatorError when it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        *,
        memory_limit_mb: int = 600,
        threads: int = 2,
        tenant: str = "default",
        reserved_bytes: int = _RESERVED_BYTES,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._tenant = tenant
        self._reserved_bytes = reserved_bytes
        self._config: dict[str, Any] = {
            "memory_limit": f"{memory_limit_mb}MB",
            "threads": threads,
            "checkpoint_threshold": f"{_CHECKPOINT_MIB}MiB",
            "temp_directory": f"{path}.spill",
        }
        self._writing = threading.Lock()
        self._unusable = False
        with translated(path):
            self._connection = self._connected()
            for statement in schema.create_statements():
                self._connection.execute(statement)

    def append(self, batch: SignalBatch) -> None:
        if not len(batch):
            return
        columns = {"spans": batch.spans, "logs": batch.logs, "points": batch.points}
        incoming = {
            name: schema.to_arrow(name, rows, self._tenant)
            for name, rows in columns.items()
            if rows["service"]
        }
        with self._writing, self._usable(), self._transaction() as connection:
            for name, table in incoming.items():
                connection.register("incoming", table)
                connection.execute(schema.insert_statement(name))
                connection.unregister("incoming")

    def series(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        with self._reading(window, services) as query:
            return metrics.series(query, step_ns)

    def red(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        with self._reading(window, services) as query:
            return traces.red(query, step_ns)

    def edges(self, window: TimeWindow) -> Sequence[Edge]:
        with self._reading(window) as query:
            return traces.edges(query)

    def traces(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        errors_only: bool = False,
        limit: int = 20,
    ) -> Sequence[Trace]:
        """With `errors_only`, spans of the service itself have failed."""
        with self._reading(window) as query:
            return traces.traces(query, service, errors_only, limit)

    def attributes(
        self, window: TimeWindow, service: str, *, calls: bool = False
    ) -> Sequence[AttributeUse]:
        with self._reading(window) as query:
            return breakdowns.attributes(query, service, calls)

    def breakdown(
        self,
        before: TimeWindow,
        after: TimeWindow,
        service: str,
        attributes: Sequence[str],
        *,
        calls: bool = False,
    ) -> Crosstab:
        """Of more than 20,000 requests a share is counted, by trace."""
        with self._reading(TimeWindow(before.start, after.end)) as query:
            return breakdowns.breakdown(query, (before, after), service, attributes, calls)

    def shapes(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[LogShape]:
        with self._reading(window, services) as query:
            return logs.shapes(query, step_ns)

    def records(
        self,
        window: TimeWindow,
        service: str = "",
        *,
        shape: str = "",
        trace_id: str = "",
        limit: int = 100,
    ) -> Sequence[LogRecord]:
        with self._reading(window) as query:
            return logs.records(query, service, shape, trace_id, limit)

    def logged_in(
        self, window: TimeWindow, traces: Sequence[str], *, limit: int = 20_000
    ) -> Sequence[LogRecord]:
        with self._reading(window) as query:
            return logs.logged_in(query, traces, limit)

    def extent(self, window: TimeWindow) -> TimeWindow | None:
        with self._reading(window) as query:
            return resources.extent(query)

    def services(self, window: TimeWindow) -> Mapping[str, Mapping[str, str]]:
        with self._reading(window) as query:
            return resources.services(query)

    def versions(self, window: TimeWindow) -> Sequence[tuple[str, str, int, int]]:
        with self._reading(window) as query:
            return resources.versions(query)

    def trim(self, *, before: datetime | None = None, max_bytes: int | None = None) -> int:
        gone = 0
        with self._writing, self._usable():
            if before is not None:
                gone += retention.trim_before(self._connection, self._tenant, to_ns(before))
            if max_bytes is not None:
                gone += retention.trim_to(self._connection, self._tenant, max_bytes)
        return gone

    def close(self) -> None:
        with self._writing:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        if shutil.disk_usage(self._path.parent).free < self._reserved_bytes:
            raise full(self._path)
        self._connection.execute("BEGIN TRANSACTION")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.TransactionException):  # a commit that failed is gone already
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _reading(self, window: TimeWindow, services: Sequence[str] = ()) -> Iterator[Query]:
        if self._unusable:
            with self._writing, self._usable():
                pass  # opened again
        with translated(self._path):
            cursor = self._connection.cursor()
            try:
                yield Query(cursor, self._tenant, window, services)
            finally:
                cursor.close()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """DuckDB refuses everything after a checkpoint that failed (the disk was full), although
        nothing is lost; the next call then opens the file again."""
        with translated(self._path):
            if self._unusable:
                self._connection.close()
                self._connection = self._connected()
                self._unusable = False
            try:
                yield
            except duckdb.FatalException:
                self._unusable = True
                raise

    def _connected(self) -> Any:
        return duckdb.connect(str(self._path), config=self._config)
