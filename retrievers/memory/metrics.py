"""Series from metric points: what the words gauge, counter and histogram mean on a grid."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.domain.signals import MetricKind, MetricPoint, Series, Temporality
from assistant.domain.window import NANOSECONDS
from retrievers.grids import MAX_STREAMS, Grid, key_order
from retrievers.keys import attribute_pairs, metric_key, scale

_HISTOGRAMS = (MetricKind.HISTOGRAM, MetricKind.EXPONENTIAL_HISTOGRAM, MetricKind.SUMMARY)
Steps = Mapping[int, float]


@dataclass(slots=True)
class _Observed:
    """What a stream counted in one step, and over how long."""

    count: float = 0.0
    total: float = 0.0
    seconds: float = 0.0
    buckets: Counter[float] = field(default_factory=Counter)  # by upper bound


def series(points: Sequence[MetricPoint], grid: Grid) -> list[Series]:
    """`points` reach back before the grid, so that rates find where they start from."""
    streams: defaultdict[tuple[object, ...], list[MetricPoint]] = defaultdict(list)
    for p in points:
        pairs = attribute_pairs(p.attributes)
        streams[p.service, p.metric, p.unit, p.kind, p.instance, pairs].append(p)
    busiest = sorted(streams.values(), key=len, reverse=True)
    told: Counter[tuple[str, str]] = Counter()
    found: list[Series] = []
    for stream in busiest:
        metric = stream[0].service, stream[0].metric
        told[metric] += 1
        if told[metric] <= MAX_STREAMS:
            found += _stream(stream, grid)
    return sorted(found, key=key_order)


def _stream(points: Sequence[MetricPoint], grid: Grid) -> Iterator[Series]:
    ordered = sorted(points, key=lambda p: p.time_ns)
    if ordered[0].kind in _HISTOGRAMS:
        yield from _histogram(_distinct([p for p in ordered if p.count is not None]), grid)
        return
    finite = [p for p in ordered if p.value is not None and math.isfinite(p.value)]
    if not finite:
        return
    if _counts_up(finite[0]):
        yield from _named(finite[0], grid, "rate", _rates(_distinct(finite), grid))
    else:
        yield from _named(finite[0], grid, "mean", _means(finite, grid))


def _counts_up(point: MetricPoint) -> bool:
    delta = point.temporality is Temporality.DELTA
    return point.kind is MetricKind.SUM and (delta or point.monotonic)


def _distinct(ordered: Sequence[MetricPoint]) -> list[MetricPoint]:
    """A second point of the same time is a second delivery."""
    return list({p.time_ns: p for p in reversed(ordered)}.values())[::-1]


def _means(points: Sequence[MetricPoint], grid: Grid) -> Steps:
    steps: defaultdict[int, list[float]] = defaultdict(list)
    for p in points:
        if p.time_ns >= grid.start_ns:
            steps[_step(p, grid)].append(p.value or 0.0)
    return {step: sum(values) / len(values) for step, values in steps.items()}


def _rates(points: Sequence[MetricPoint], grid: Grid) -> Steps:
    observed: defaultdict[int, _Observed] = defaultdict(_Observed)
    for before, p in pairwise([None, *points]):
        if p is None or p.time_ns < grid.start_ns or not (before or _is_delta(p)):
            continue
        value, base = p.value or 0.0, (before.value or 0.0) if before else 0.0
        step = observed[_step(p, grid)]
        step.total += value if _is_delta(p) or value < base else value - base
        step.seconds += _seconds(before, p, grid)
    return {i: step.total / step.seconds for i, step in observed.items()}


def _histogram(points: Sequence[MetricPoint], grid: Grid) -> Iterator[Series]:
    observed: defaultdict[int, _Observed] = defaultdict(_Observed)
    for before, p in pairwise([None, *points]):
        if p is None or p.time_ns < grid.start_ns or not (before or _is_delta(p)):
            continue
        reset = before is None or _is_delta(p) or (p.count or 0) < (before.count or 0)
        base = None if reset else before
        step = observed[_step(p, grid)]
        step.count += (p.count or 0) - (base.count or 0 if base else 0)
        step.total += _sum(p) - (_sum(base) if base else 0.0)
        counted_before = _buckets(base) if base else {}
        for bound, counted in _buckets(p).items():
            step.buckets[bound] += max(0, counted - counted_before.get(bound, 0))
        step.seconds += _seconds(before, p, grid)
    if not observed:
        return
    weights = {i: step.count for i, step in observed.items()}
    first = points[0]
    rates = {i: step.count / step.seconds for i, step in observed.items()}
    yield from _named(first, grid, "rate", rates, weights)
    if any(p.bounds for p in points):
        for statistic, fraction in (("p50", 0.5), ("p95", 0.95)):
            values = {i: _quantile(step.buckets, fraction) for i, step in observed.items()}
            yield from _named(first, grid, statistic, values, weights)
    else:
        means = {i: s.total / s.count if s.count else math.nan for i, s in observed.items()}
        yield from _named(first, grid, "mean", means, weights)


def _quantile(buckets: Mapping[float, float], fraction: float) -> float:
    """By straight lines within the bucket; the first bucket starts at 0, the last has no end."""
    rank = fraction * sum(buckets.values())
    below, lower = 0.0, 0.0
    for upper in sorted(buckets):
        inside = buckets[upper]
        if inside and below + inside >= rank:
            if math.isinf(upper):
                return lower
            return lower + (upper - lower) * (rank - below) / inside
        below += inside
        lower = upper
    return math.nan


def _buckets(point: MetricPoint) -> dict[float, int]:
    return dict(zip([*point.bounds, math.inf], point.bucket_counts, strict=False))


def _sum(point: MetricPoint) -> float:
    return math.nan if point.sum is None else point.sum


def _is_delta(point: MetricPoint) -> bool:
    return point.temporality is Temporality.DELTA


def _seconds(before: MetricPoint | None, point: MetricPoint, grid: Grid) -> float:
    """Over how long the point counted."""
    if _is_delta(point) and 0 < point.start_ns < point.time_ns:
        return (point.time_ns - point.start_ns) / NANOSECONDS
    if before is None:
        return grid.step_s
    return (point.time_ns - before.time_ns) / NANOSECONDS


def _step(point: MetricPoint, grid: Grid) -> int:
    return (point.time_ns - grid.start_ns) // grid.step_ns


def _named(
    p: MetricPoint, grid: Grid, statistic: str, steps: Steps, weights: Steps | None = None
) -> Iterator[Series]:
    if not steps:
        return
    pairs = attribute_pairs(p.attributes)
    key = metric_key(p.service, p.metric, p.unit, p.kind, statistic, p.instance, pairs)
    factor = scale(p.metric, p.unit, p.kind, statistic)
    values = grid.column(list(steps), [value * factor for value in steps.values()])
    counts = grid.counts(list(weights), list(weights.values())) if weights else None
    yield grid.series(key, values, counts)
