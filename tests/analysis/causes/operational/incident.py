"""An incident in a small shop, noon its onset: traces before and after, and minute series."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from assistant.analysis.causes.facts import Facts, Observation
from assistant.analysis.causes.operational import OperationalCause, operational_causes
from assistant.analysis.causes.scene import scene_of
from assistant.analysis.causes.symptoms import symptoms_of
from assistant.analysis.detection.windows import detect
from assistant.analysis.logs.shapes import shape_of
from assistant.analysis.logs.stacks import Frame
from assistant.domain.changes import ChangeSet, Delivery, Deployment
from assistant.domain.report import Question
from assistant.domain.signals import (
    Edge,
    LogRecord,
    LogShape,
    Series,
    Signal,
    Span,
    SpanKind,
    SpanStatus,
    Trace,
)
from assistant.domain.window import NANOSECONDS
from tests.builders import a_log, a_series, a_span, a_window, at, at_ns

START, END = -60, 12
MS = 1_000_000
Attributes = Mapping[str, Any]


def a_call(
    minute: float,
    caller: str = "web",
    callee: str = "stock",
    *,
    operation: str = "GET /stock",
    ms: float = 10,
    served_ms: float | None = None,
    error: str = "",
    attributes: Attributes | None = None,
) -> Trace:
    """A request to `caller` that calls `callee`; `served_ms` is how long the callee's own span
    is, None when there is none."""
    status = SpanStatus.ERROR if error else SpanStatus.OK
    root = a_span(caller, "GET /", start_ns=at_ns(minute), duration_ns=int((ms + 1) * MS))
    call = a_span(
        caller,
        operation,
        trace_id=root.trace_id,
        parent_span_id=root.span_id,
        kind=SpanKind.CLIENT,
        peer=callee,
        start_ns=root.start_ns,
        duration_ns=int(ms * MS),
        status=status,
        status_message=error,
        attributes=attributes or {},
    )
    spans = [replace(root, status=status), call]
    if served_ms is not None:
        spans.append(
            a_span(
                callee,
                operation,
                trace_id=root.trace_id,
                parent_span_id=call.span_id,
                start_ns=root.start_ns,
                duration_ns=int(served_ms * MS),
            )
        )
    return Trace(root.trace_id, tuple(spans))


def often(make: Callable[[float, float], Trace], count: int = 12) -> list[Trace]:
    """`make(minute, jitter)` for as many minutes before noon and after it; jitter is near 1."""
    chance = random.Random(3)
    return [
        make(minute, chance.uniform(0.9, 1.1))
        for side in (range(-count * 3, -8, 2), range(count))
        for minute in side
    ]


def a_level(
    service: str,
    name: str,
    before: float,
    after: float,
    signal: Signal = Signal.LATENCY,
    **key: Any,
) -> Series:
    """One value a minute, with one per cent of noise."""
    minutes = np.arange(START, END)
    noise = 1 + 0.01 * np.sin(1.7 * minutes)
    values = np.where(minutes >= 0, after, before) * noise
    return a_series(values, service, START, signal=signal, name=name, statistic="mean", **key)


def logs(service: str, body: str, count: int = 10) -> list[LogRecord]:
    return [
        a_log(body, service, time_ns=at_ns(0.5 + i), shape=shape_of(body), severity_number=17)
        for i in range(count)
    ]


SLOW_WEB = a_level("web", "request_seconds_p95", 0.1, 1.0, unit="s")


def facts(
    traces: Iterable[Trace] = (),
    series: Sequence[Series] = (),
    records: Sequence[LogRecord] = (),
    deployments: Sequence[Deployment] = (),
    blamed: Mapping[str, Frame] | None = None,
) -> Facts:
    """What an investigation would gather; the service `web` has become slow at noon."""
    whole = list(traces)
    window = a_window(START, END)
    metrics = [SLOW_WEB, *series]
    before = [t for t in whole if t.spans[0].start_ns < at_ns(0)]
    after = [t for t in whole if t.spans[0].start_ns >= at_ns(0)]
    observation = Observation(
        question=Question(at(5), "web"),
        window=window,
        step_ns=60 * NANOSECONDS,
        as_of=at(END),
        detection=detect(metrics, _shapes([*_routine(records), *records]), window, at(5)),
        series=metrics,
        edges=_edges([s for t in whole for s in t.spans]),
        failing=[t for t in after if any(s.status is SpanStatus.ERROR for s in t.spans)],
        ordinary=before,
        later=after,
    )
    deliveries = tuple(Delivery(d, ()) for d in deployments)
    return Facts(observation, ChangeSet(deliveries), {}, blamed or {})


def causes(known: Facts) -> dict[str, OperationalCause]:
    """Recognised causes by kind."""
    scene = scene_of(known.observation)
    found = operational_causes(known, scene, symptoms_of(known.observation, scene))
    return {cause.kind: cause for cause in reversed(found)}


def _routine(records: Sequence[LogRecord]) -> list[LogRecord]:
    """Who complains has logged ordinary things before."""
    return [
        a_log("request served", service, time_ns=at_ns(m + 0.2), shape="request served")
        for service in {r.service for r in records}
        for m in range(START, END)
    ]


def _shapes(records: Sequence[LogRecord]) -> list[LogShape]:
    groups: dict[tuple[str, str], list[LogRecord]] = {}
    for record in records:
        groups.setdefault((record.service, record.shape), []).append(record)
    return [_shape(group) for group in groups.values()]


def _shape(group: Sequence[LogRecord]) -> LogShape:
    counts = np.zeros(END - START)
    for record in group:
        counts[(record.time_ns - at_ns(START)) // (60 * NANOSECONDS)] += 1
    first, last = group[0], group[-1]
    return LogShape(
        first.service,
        first.shape,
        first.severity_number,
        counts,
        at_ns(START),
        60 * NANOSECONDS,
        first.time_ns,
        last.time_ns,
        first,
    )


def _edges(spans: Sequence[Span]) -> list[Edge]:
    serving = {s.service for s in spans}
    pairs: dict[tuple[str, str], int] = {}
    for span in spans:
        if span.peer:
            pairs[span.service, span.peer] = pairs.get((span.service, span.peer), 0) + 1
    return [Edge(a, b, n, 0, inferred=b not in serving) for (a, b), n in pairs.items()]
