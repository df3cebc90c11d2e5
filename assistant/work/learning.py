"""Learning from what was ingested: new log templates and error spans go to the vector store.

Off the path of the acknowledgement, bounded, and once per distinct content: a template that is
known is written again only when its last sighting has moved on by `REFRESH_NS`.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from assistant.analysis.code.documents import error_span_document, template_document
from assistant.domain.knowledge import Document
from assistant.domain.ports import Knowledge
from assistant.domain.signals import Columns, LogRecord, LogShape, SignalBatch, Span, SpanKind
from assistant.domain.window import NANOSECONDS
from assistant.work.background import Background

REFRESH_NS = 60 * NANOSECONDS
_QUEUED_BATCHES = 64
_REMEMBERED_KEYS = 50_000
_PER_BATCH = 500  # a batch of nothing but new shapes is noise; the rest is learned next time


class Learner:
    """Callable as `Intake.learn`: takes a batch and returns at once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._seen = _LastSeen(_REMEMBERED_KEYS)
        self._work = Background("learning", self._learn, capacity=_QUEUED_BATCHES)

    def __call__(self, batch: SignalBatch) -> None:
        self._work.offer(batch)

    def settle(self, timeout_s: float) -> bool:
        return self._work.settle(timeout_s)

    def close(self) -> None:
        self._work.close()

    def _learn(self, batch: SignalBatch) -> None:
        documents = [*self._templates(batch.logs), *self._error_spans(batch.spans)]
        if documents:
            self._knowledge.remember(documents)

    def _templates(self, logs: Columns) -> Iterator[Document]:
        rows = _last_rows(list(zip(logs["service"], logs["shape"], strict=True)))
        for key, row in rows[:_PER_BATCH]:
            if key[1] and self._seen.news(key, logs["time_ns"][row], REFRESH_NS):
                yield template_document(_shape_of_row(logs, row))

    def _error_spans(self, spans: Columns) -> Iterator[Document]:
        failed = [row for row, status in enumerate(spans["status"]) if status == "error"]
        names = ("service", "operation", "peer", "status_message")
        rows = _last_rows([tuple(spans[name][row] for name in names) for row in failed])
        for key, position in rows[:_PER_BATCH]:
            row = failed[position]
            if self._seen.news(key, spans["start_ns"][row], REFRESH_NS):
                yield error_span_document(_span_of_row(spans, row))


class _LastSeen:
    """When each key was last written, for the most recently used `capacity` keys."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._at: OrderedDict[Hashable, int] = OrderedDict()

    def news(self, key: Hashable, at_ns: int, refresh_ns: int) -> bool:
        known = self._at.get(key)
        if known is not None and at_ns < known + refresh_ns:
            self._at.move_to_end(key)
            return False
        self._at[key] = at_ns
        self._at.move_to_end(key)
        if len(self._at) > self._capacity:
            self._at.popitem(last=False)
        return True


def _last_rows(keys: Sequence[tuple[str, ...]]) -> list[tuple[tuple[str, ...], int]]:
    """Each distinct key with its last row. A dict keeps the last value: no loop in Python over
    the rows of a batch, most of which repeat."""
    return list(dict(zip(keys, range(len(keys)), strict=True)).items())


def _shape_of_row(logs: Columns, row: int) -> LogShape:
    record = LogRecord(
        service=logs["service"][row],
        time_ns=logs["time_ns"][row],
        body=logs["body"][row],
        severity_number=logs["severity_number"][row],
        shape=logs["shape"][row],
        trace_id=logs["trace_id"][row],
    )
    return LogShape(
        service=record.service,
        shape=record.shape,
        severity_number=record.severity_number,
        counts=np.ones(1),
        start_ns=record.time_ns,
        step_ns=1,
        first_ns=record.time_ns,
        last_ns=record.time_ns,
        exemplar=record,
    )


def _span_of_row(spans: Columns, row: int) -> Span:
    return Span(
        trace_id=spans["trace_id"][row],
        span_id=spans["span_id"][row],
        service=spans["service"][row],
        operation=spans["operation"][row],
        start_ns=spans["start_ns"][row],
        duration_ns=spans["duration_ns"][row],
        kind=SpanKind(spans["kind"][row]),
        status_message=spans["status_message"][row],
        peer=spans["peer"][row],
        events=json.loads(spans["events"][row] or "[]"),
    )
