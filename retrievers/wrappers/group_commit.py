"""Group commit: batches that wait for the disk at the same time share one transaction."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import chain

from assistant.domain.errors import Overloaded
from assistant.domain.ports import TelemetryWriter
from assistant.domain.signals import Columns, SignalBatch

_TEXTS = ("attributes", "body", "events", "status_message")  # where the bytes of a row are


@dataclass(frozen=True, slots=True)
class _Waiting:
    batch: SignalBatch
    size: int
    stored: Future[None]


class GroupCommit:
    """A `TelemetryWriter` in front of another one, for many callers at once.

    A durable transaction costs milliseconds whatever its size. While one is being written the
    next batches gather, up to `max_group_rows`, and go together; nobody waits for a timer. When
    a shared transaction fails its batches are tried one by one, so that a bad batch fails alone.
    """

    def __init__(
        self,
        writer: TelemetryWriter,
        *,
        max_group_rows: int = 20_000,
        max_waiting_rows: int = 200_000,
        max_waiting_bytes: int = 128 * 1024 * 1024,
        retry_after_s: float = 1.0,
    ) -> None:
        self._writer = writer
        self._max_group_rows = max_group_rows
        self._max_waiting_rows = max_waiting_rows
        self._max_waiting_bytes = max_waiting_bytes
        self._retry_after_s = retry_after_s
        self._waiting: deque[_Waiting] = deque()
        self._rows = 0
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="group-commit", daemon=True)
        self._thread.start()

    def append(self, batch: SignalBatch) -> None:
        """Returns when the batch is durable, whoever it shared its transaction with."""
        self.submit(batch).result()

    def submit(self, batch: SignalBatch) -> Future[None]:
        """The same without blocking: the future is done when the batch is durable. Raises
        Overloaded at once when the queue is full. The batch must not be changed afterwards."""
        entry = _Waiting(batch, _text_bytes(batch), Future())
        with self._changed:
            if self._closed:
                raise Overloaded("The store is closing.", retry_after_s=self._retry_after_s)
            if self._waiting and self._overfull(entry):
                raise Overloaded(
                    f"{self._rows} rows are waiting to be stored.",
                    retry_after_s=self._retry_after_s,
                )
            self._waiting.append(entry)
            self._count(entry, 1)
            self._changed.notify()
        return entry.stored

    def close(self) -> None:
        """Stores what waits, then stops; the writer behind stays open."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _overfull(self, entry: _Waiting) -> bool:
        return (
            self._rows + len(entry.batch) > self._max_waiting_rows
            or self._bytes + entry.size > self._max_waiting_bytes
        )

    def _count(self, entry: _Waiting, sign: int) -> None:
        self._rows += sign * len(entry.batch)
        self._bytes += sign * entry.size

    def _write(self) -> None:
        while group := self._next_group():
            self._store(group)

    def _next_group(self) -> list[_Waiting]:
        """Blocks until something waits; empty when closed and drained."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            group: list[_Waiting] = []
            rows = 0
            while self._waiting and (
                not group or rows + len(self._waiting[0].batch) <= self._max_group_rows
            ):
                entry = self._waiting.popleft()
                self._count(entry, -1)
                rows += len(entry.batch)
                group.append(entry)
            return group

    def _store(self, group: list[_Waiting]) -> None:
        try:
            self._writer.append(merged([entry.batch for entry in group]))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets it
            if len(group) == 1:
                group[0].stored.set_exception(error)
                return
            for entry in group:
                self._store([entry])
            return
        for entry in group:
            entry.stored.set_result(None)


def merged(batches: list[SignalBatch]) -> SignalBatch:
    """All rows of the batches in one; a single batch is returned as it is."""
    if len(batches) == 1:
        return batches[0]
    return SignalBatch(
        spans=_joined([batch.spans for batch in batches]),
        logs=_joined([batch.logs for batch in batches]),
        points=_joined([batch.points for batch in batches]),
    )


def _joined(tables: Sequence[Columns]) -> Columns:
    return {name: list(chain.from_iterable(t[name] for t in tables)) for name in tables[0]}


def _text_bytes(batch: SignalBatch) -> int:
    return sum(
        sum(map(len, table[name]))
        for table in (batch.spans, batch.logs, batch.points)
        for name in _TEXTS
        if name in table
    )
