"""Requests of a service counted by the values of their attributes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.domain.breakdown import AttributeUse, Crosstab
from assistant.domain.signals import Scalar, Span, SpanKind, SpanStatus
from assistant.domain.window import TimeWindow
from retrievers.crosstabs import COLUMNS, crosstab, rows_of_spans, uses, value_text
from retrievers.memory.traces import once

_REQUESTS = (SpanKind.SERVER, SpanKind.CONSUMER)
_CALLS = (SpanKind.CLIENT, SpanKind.PRODUCER)


def attributes(spans: Sequence[Span], service: str, calls: bool) -> list[AttributeUse]:
    return uses([_carried(span) for span in _found(spans, service, calls)])


def breakdown(
    spans: Sequence[Span],
    parts: tuple[TimeWindow, TimeWindow],
    service: str,
    names: Sequence[str],
    calls: bool,
) -> Crosstab:
    before, after = parts
    found = _found(once(spans), service, calls)
    earlier = [s for s in found if before.start_ns <= s.start_ns < before.end_ns]
    later = [s for s in found if after.start_ns <= s.start_ns < after.end_ns]
    slow_ns = float(np.percentile([s.duration_ns for s in earlier], 95)) if earlier else 0.0
    told = []
    for span in (*earlier, *later):
        carried = _carried(span)
        values = tuple(value_text(carried.get(name)) for name in names)
        counts = (True, span.status is SpanStatus.ERROR, span.duration_ns > slow_ns)
        nothing = (False, False, False)
        first = span.start_ns < before.end_ns
        told.append((values, (*counts, *nothing) if first else (*nothing, *counts)))
    columns, numbers = rows_of_spans(told, len(names))
    return crosstab(names, columns, numbers, 1.0)


def _found(spans: Sequence[Span], service: str, calls: bool) -> list[Span]:
    if calls:
        return [s for s in spans if s.peer == service != s.service and s.kind in _CALLS]
    return [
        s for s in spans
        if s.service == service and (s.kind in _REQUESTS or not s.parent_span_id)
    ]  # fmt: skip


def _carried(span: Span) -> dict[str, Scalar]:
    return {**span.attributes, **{name: getattr(span, c) for name, c in COLUMNS.items()}}
