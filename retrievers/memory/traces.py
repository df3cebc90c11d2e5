"""RED series, edges and whole traces from spans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assistant.domain.signals import (
    Edge,
    Series,
    SeriesKey,
    Signal,
    Span,
    SpanKind,
    SpanStatus,
    Trace,
)
from assistant.domain.window import NANOSECONDS
from retrievers.grids import MAX_OPERATIONS, Grid, key_order
from retrievers.keys import call_key, request_key

Naming = Callable[[Signal, str], SeriesKey]
_Group = tuple[tuple[str, str], list[Span]]


@dataclass(frozen=True, slots=True)
class _Call:
    """A span and its child in another service, or a span that leaves towards a named peer and
    that no other service answered."""

    caller: Span
    callee: str
    child: Span | None

    @property
    def failed(self) -> bool:
        caller_failed = _leaves(self.caller) and _failed(self.caller)
        return caller_failed or (self.child is not None and _failed(self.child))


def red(spans: Sequence[Span], grid: Grid, services: Sequence[str] = ()) -> list[Series]:
    """`spans` are those of the window: calls are looked for among all of them."""
    unique = once(spans)
    requests: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    calls: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in unique:
        if span.kind in (SpanKind.SERVER, SpanKind.CONSUMER) or not span.parent_span_id:
            requests[span.service, ""].append(span)
            if span.operation:
                requests[span.service, span.operation].append(span)
    for call in _calls(unique):
        if _leaves(call.caller):
            calls[call.caller.service, call.callee].append(call.caller)
    found: list[Series] = []
    for (service, operation), group in _busiest(requests):
        found += _series(group, grid, partial(request_key, service, operation), (50, 95))
    for (service, callee), group in _busiest(calls):
        found += _series(group, grid, partial(call_key, service, callee), (95,))
    wanted = [s for s in found if not services or s.key.service in services]
    return sorted(wanted, key=key_order)


def edges(spans: Sequence[Span]) -> list[Edge]:
    unique = once(spans)
    seen = {span.service for span in unique}
    calls: defaultdict[tuple[str, str], list[_Call]] = defaultdict(list)
    for call in _calls(unique):
        calls[call.caller.service, call.callee].append(call)
    found = [
        Edge(caller, callee, len(group), sum(c.failed for c in group), callee not in seen)
        for (caller, callee), group in calls.items()
    ]
    return sorted(found, key=lambda e: (-e.calls, e.caller, e.callee))


def chosen(spans: Sequence[Span], service: str, errors_only: bool, limit: int) -> list[str]:
    """At most `limit` traces with such a span, evenly from all that have one."""
    first: dict[str, int] = {}
    for span in spans:
        if (not service or span.service == service) and (not errors_only or _failed(span)):
            earlier = first.get(span.trace_id, span.start_ns)
            first[span.trace_id] = min(earlier, span.start_ns)
    ordered = sorted(first, key=lambda trace_id: (first[trace_id], trace_id))
    if len(ordered) <= limit:
        return ordered
    return [ordered[-(-i * len(ordered) // limit)] for i in range(limit)]


def whole(spans: Sequence[Span], trace_ids: Sequence[str]) -> list[Trace]:
    found: dict[str, list[Span]] = {trace_id: [] for trace_id in trace_ids}
    for span in sorted(once(spans), key=lambda s: (s.start_ns, s.span_id)):
        if span.trace_id in found:
            found[span.trace_id].append(span)
    return [Trace(trace_id, tuple(group)) for trace_id, group in found.items()]


def _busiest(groups: Mapping[tuple[str, str], list[Span]]) -> Iterator[_Group]:
    """The whole of each service, named '', and its MAX_OPERATIONS busiest parts."""
    told: Counter[str] = Counter()
    for (service, name), spans in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        told[service] += name != ""
        if not name or told[service] <= MAX_OPERATIONS:
            yield (service, name), spans


def once(spans: Sequence[Span]) -> list[Span]:
    """A span that was delivered twice counts once."""
    return list({(span.trace_id, span.span_id): span for span in reversed(spans)}.values())


def _calls(spans: Sequence[Span]) -> Iterator[_Call]:
    children: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        if span.parent_span_id:
            children[span.trace_id, span.parent_span_id].append(span)
    for span in spans:
        answers = children[span.trace_id, span.span_id]
        others = [child for child in answers if child.service != span.service]
        yield from (_Call(span, child.service, child) for child in others)
        if not others and _leaves(span) and span.peer not in ("", span.service):
            yield _Call(span, span.peer, None)


def _series(
    spans: Sequence[Span], grid: Grid, key: Naming, percentiles: Sequence[int]
) -> Iterator[Series]:
    steps: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans:
        steps[(span.start_ns - grid.start_ns) // grid.step_ns].append(span)
    index = list(steps)
    counts = [len(group) for group in steps.values()]
    weights = grid.counts(index, counts)
    rates = grid.column(index, [n / grid.step_s for n in counts])
    ratios = [sum(map(_failed, group)) / len(group) for group in steps.values()]
    yield grid.series(key(Signal.TRAFFIC, "rate"), rates, weights)
    yield grid.series(key(Signal.ERRORS, "ratio"), grid.column(index, ratios), weights)
    for percentile in percentiles:
        values = [
            np.percentile([s.duration_ns for s in group], percentile) / NANOSECONDS
            for group in steps.values()
        ]
        latency = grid.column(index, values)
        yield grid.series(key(Signal.LATENCY, f"p{percentile}"), latency, weights)


def _leaves(span: Span) -> bool:
    return span.kind in (SpanKind.CLIENT, SpanKind.PRODUCER)


def _failed(span: Span) -> bool:
    return span.status is SpanStatus.ERROR
