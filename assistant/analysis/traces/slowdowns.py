"""Where traces spend time that they did not: own time of operations, time on the wire, and time
between two log records.

Durations are compared as logarithms (they are closer to log-normal than to normal) under Student's
t distribution, so that a few stragglers decide nothing (Lange, Little and Taylor, "Robust
Statistical Modeling Using the t Distribution", JASA 84, 1989). The score is the log of the
likelihood ratio of a new level against the usual one, which is granted half a standard deviation
of drift; as with broken regions, it is maximised over when the change may have come.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from assistant.analysis.traces.journeys import Journey
from assistant.domain.signals import Floats

SPLITS = 6  # moments at which the change may have come
_FEWEST = 3  # traces on either side
_LEAST_S = 0.001
_HEAVY = 3.0  # degrees of freedom
_DRIFT = 0.5  # standard deviations by which a level may differ on another day
_PRIOR = 10.0  # traces that the spread of all places counts for, where a place has few of its own
_TINY_S = 1e-6


class Place(NamedTuple):
    """`own` time of a service in an operation (`names`: it); on the `wire` from a service to
    `callee` and back; in a `region` of a service between two events (`names`: their labels)."""

    kind: str
    service: str
    callee: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slowdown:
    """`blamed` is the service that explains it: for a wire, the end whose calls are slow more
    generally. `was` and `now` are medians in seconds, `high` the 90th percentile now; `share` is
    what was added on average to a trace that passes, as a multiple of the usual time of such
    traces; `nats` is the log of the likelihood ratio."""

    place: Place
    blamed: str
    was: float
    now: float
    high: float
    share: float
    nats: float
    traces: int
    example: str  # id of the slowest trace


@dataclass(slots=True)
class _Visits:
    """Means of log seconds at one place: by trace in good time, and now with the bin of each;
    `usual_s` are whole durations of the traces in good time, `passes` how often each passes now."""

    good: list[float] = field(default_factory=list)
    usual_s: list[float] = field(default_factory=list)
    now: list[float] = field(default_factory=list)
    now_s: list[float] = field(default_factory=list)
    passes: list[int] = field(default_factory=list)
    bins: list[int] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)


def slowdowns(good: Sequence[Journey], now: Sequence[Journey]) -> list[Slowdown]:
    """Places where time grew in `now` (in order of start) against `good` and against the earlier
    part of `now` itself, most likely ones first. Places are many, so a likelihood that one of
    them reaches by chance does not count (Bonferroni)."""
    visits = _visited(good, now)
    spread = _usual_spread(visits)
    least = np.log(max(1, len(visits) * SPLITS))
    slow = {place: s for place, v in visits.items() if (s := _slower(place, v, spread)) is not None}
    slow = {place: s for place, s in slow.items() if s.nats > least}
    ends = _ends(slow, {place: len(v.now) for place, v in visits.items() if place.kind == "wire"})
    found = [replace(s, blamed=ends.get(place, place.service)) for place, s in slow.items()]
    return sorted(found, key=lambda s: (-s.nats, s.place))


def _visited(good: Sequence[Journey], now: Sequence[Journey]) -> Mapping[Place, _Visits]:
    visits: dict[Place, _Visits] = defaultdict(_Visits)
    for journey in good:
        for place, values in _levels(journey).items():
            visits[place].good.append(_level(values))
            visits[place].usual_s.append(journey.seconds)
    for position, journey in enumerate(now):
        for place, values in _levels(journey).items():
            found = visits[place]
            found.now.append(_level(values))
            found.now_s.append(journey.seconds)
            found.passes.append(len(values))
            found.bins.append(position * SPLITS // len(now))
            found.traces.append(journey.trace_id)
    return visits


def _levels(journey: Journey) -> Mapping[Place, list[float]]:
    seconds: dict[Place, list[float]] = defaultdict(list)
    for stretch in journey.stretches():
        kind = "wire" if stretch.callee else "own"
        names = () if stretch.callee else (stretch.operation,)
        seconds[Place(kind, stretch.service, stretch.callee, names)].append(stretch.seconds)
    for passage in journey.passages:
        place = Place("region", passage.site.service, "", (passage.before, passage.after))
        seconds[place].append(passage.seconds)
    return seconds


def _level(seconds: Sequence[float]) -> float:
    return sum(math.log(max(s, _TINY_S)) for s in seconds) / len(seconds)


def _usual_spread(visits: Mapping[Place, _Visits]) -> float:
    """The middle one of the spreads at all places."""
    spreads = [_spread(np.array(v.good or v.now)) for v in visits.values() if len(v.now) > _PRIOR]
    return _median(np.array(spreads)) if spreads else 1.0


def _spread(values: Floats) -> float:
    return 1.4826 * _median(np.abs(values - _median(values)))


def _median(values: Floats) -> float:
    """As numpy's, whose overhead shows when there are thousands of places."""
    ranked = np.sort(values)
    return float(ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2


def _slower(place: Place, visits: _Visits, spread: float) -> Slowdown | None:
    good, now, bins = np.array(visits.good), np.array(visits.now), np.array(visits.bins)
    best, at = 0.0, 0
    for split in range(SPLITS):
        before, after = np.concatenate([good, now[bins < split]]), now[bins >= split]
        if min(len(before), len(after)) < _FEWEST:
            continue
        gain = _gain(before, after, spread)
        if gain > best:
            best, at = gain, split
    if not best:
        return None
    before, after = np.concatenate([good, now[bins < at]]), now[bins >= at]
    was, level = math.exp(_median(before)), math.exp(_median(after))
    if level - was < _LEAST_S:
        return None
    earlier = [s for s, position in zip(visits.now_s, visits.bins, strict=True) if position < at]
    usual_s = _median(np.array(visits.usual_s + earlier))
    passes = float(np.mean(visits.passes))
    return Slowdown(
        place=place,
        blamed=place.service,
        was=was,
        now=level,
        high=math.exp(float(np.percentile(after, 90))),
        share=passes * (level - was) / max(usual_s, _TINY_S),
        nats=best,
        traces=len(after),
        example=visits.traces[int(np.argmax(now))],
    )


def _gain(before: Floats, after: Floats, spread: float) -> float:
    usual, level = _median(before), _median(after)
    if level <= usual:
        return 0.0
    own = _spread(before)
    n = len(before)
    scale = np.sqrt((n * own**2 + _PRIOR * spread**2) / (n + _PRIOR)) + 1e-3
    usual += _DRIFT * scale
    if level <= usual:
        return 0.0
    return float(np.sum(_density((after - level) / scale) - _density((after - usual) / scale)))


def _density(z: Floats) -> Floats:
    """Log density of Student's t, up to a constant."""
    return np.asarray(-(_HEAVY + 1) / 2 * np.log1p(z**2 / _HEAVY))


def _ends(slow: Mapping[Place, Slowdown], calls: Mapping[Place, int]) -> dict[Place, str]:
    """For each slow wire the end that explains it: a slow callee is slow for all its callers, a
    slow caller slow to all its callees."""
    into: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    out: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for place, traces in calls.items():
        nats = slow[place].nats if place in slow else 0.0
        for totals, name in ((into, place.callee), (out, place.service)):
            totals[name][0] += nats
            totals[name][1] += traces

    def share(totals: Mapping[str, list[float]], name: str) -> float:
        nats, traces = totals[name]
        return nats / traces

    return {
        place: place.callee
        if share(into, place.callee) >= share(out, place.service)
        else place.service
        for place in slow
        if place.kind == "wire"
    }
