"""What each service answered, bin by bin: how many requests, how many failed, how long they took.

From whatever tells it: spans, counters and gauges, an availability. Levels are brought together
with rates, because only totals add up along calls: the seconds of a caller hold those of its
callees, and so do its failures.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from assistant.analysis.detection.signals import words_of
from assistant.domain.signals import Floats, Series, SeriesKey, Signal

_MEANS = frozenset({"mean", "avg", "average"})
_PERCENTILES = frozenset("p50 p75 p90 p95 p99 max min".split())
_GOOD = frozenset("success successes successful availability".split())
_LEVELS = frozenset("ratio rate percent percentage share fraction".split())


Preference: TypeAlias = Callable[[SeriesKey], tuple[int, ...] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Of one service, a value a bin, 0 where it answered nothing: requests per second, how many
    were in flight on average (arrivals times mean time: Little, "A Proof for the Queuing Formula
    L = λW", Operations Research 9, 1961), and failures per second."""

    requests: Floats
    in_flight: Floats
    failures: Floats

    def of(self, signal: Signal) -> Floats:
        return self.failures if signal is Signal.ERRORS else self.in_flight

    def cut(self, start: int, stop: int | None) -> Answered:
        """Only some of the bins."""
        part = slice(start, stop)
        return Answered(self.requests[part], self.in_flight[part], self.failures[part])


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of `steps` grid steps, from the first step of a series on."""

    steps: int

    def level(self, series: Sequence[Series]) -> Floats:
        """The mean over streams and steps, weighted where the streams know their weights."""
        values = np.stack([s.values for s in series])
        known = np.isfinite(values)
        heavy = np.stack(
            [np.ones_like(s.values) if s.weights is None else s.weights for s in series]
        )
        weights = np.where(known, heavy, 0.0)
        total = self._folded(np.nansum(np.where(known, values * weights, 0.0), axis=0)).sum(axis=1)
        weight = self._folded(weights.sum(axis=0)).sum(axis=1)
        mean: Floats = np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)
        return mean

    def rate(self, series: Sequence[Series]) -> Floats:
        """The sum over streams of their mean rates."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a bin without values stays NaN
            means = [np.nanmean(self._folded(s.values, np.nan), axis=1) for s in series]
        return np.asarray(np.nansum(means, axis=0))

    def _folded(self, values: Floats, fill: float = 0.0) -> Floats:
        missing = -len(values) % self.steps
        return np.pad(values, (0, missing), constant_values=fill).reshape(-1, self.steps)


def answered(series: Iterable[Series], bins: Bins, alert: str = "") -> Mapping[str, Answered]:
    """Service → what it answered; only services that tell of requests, of failures or of times.
    Spans are preferred to metrics, and metrics called `alert`, which people look at, to others;
    where anything times spans, nothing else tells of times, for units differ. Without a number
    of requests, one a second is taken: totals are then levels."""
    parts: dict[str, list[Series]] = defaultdict(list)
    for one in series:
        if not one.key.operation and not one.key.peer:
            parts[one.key.service].append(one)
    timed = {_spans(one.key) for ones in parts.values() for one in ones if _timing(one.key)}
    times = partial(_times, alert=alert, spans=True in timed)
    found = {name: _answered(ones, bins, times) for name, ones in parts.items()}
    return {name: one for name, one in found.items() if one is not None}


def tells_success(key: SeriesKey) -> bool:
    """Whether a metric is the better the higher: an availability, a success rate."""
    return bool(words_of(key.name) & _GOOD)


def _answered(series: Sequence[Series], bins: Bins, timing: Preference) -> Answered | None:
    counts = _best(series, _counts)
    times = _best(series, timing)
    shares = _best(series, _failing)
    if not counts and not times and not shares:
        return None
    length = -(-len(series[0].values) // bins.steps)
    nothing = np.zeros(length)
    requests = bins.rate(counts) if counts else np.ones(length)
    seconds = np.nan_to_num(bins.level(times)) if times else nothing
    return Answered(requests, requests * seconds, _failures(shares, requests, bins))


def _failures(shares: Sequence[Series], requests: Floats, bins: Bins) -> Floats:
    if not shares:
        return np.zeros_like(requests)
    key = shares[0].key
    if key.statistic == "rate":
        return bins.rate(shares)
    level = bins.level(shares) / (100.0 if key.unit == "%" else 1.0)
    failing = 1.0 - level if tells_success(key) else level
    return np.clip(np.nan_to_num(failing), 0.0, 1.0) * requests


def _best(series: Sequence[Series], preference: Preference) -> list[Series]:
    """The streams of the metric that is preferred (smallest first), None where it does not fit."""
    ranked: dict[tuple[tuple[int, ...], str, str], list[Series]] = defaultdict(list)
    for one in series:
        order = preference(one.key)
        if order is not None and np.isfinite(one.values).any():
            ranked[order, one.key.name, one.key.statistic].append(one)
    return ranked[min(ranked)] if ranked else []


def _counts(key: SeriesKey) -> tuple[int, ...] | None:
    if key.signal is not Signal.TRAFFIC or key.statistic != "rate":
        return None
    asked = bool(words_of(key.name) & {"request", "requests"})
    return (not _spans(key), not asked)


def _timing(key: SeriesKey) -> bool:
    return key.signal is Signal.LATENCY and key.statistic != "rate"


def _times(key: SeriesKey, alert: str, *, spans: bool) -> tuple[int, ...] | None:
    if not _timing(key) or (spans and not _spans(key)):
        return None
    summary = _summary(key)
    order = [_percentile_in(alert), "mean", "p95", "p90", "p99", "p75", "p50", "max", "min"]
    return (key.name != alert, order.index(summary))


def _failing(key: SeriesKey) -> tuple[int, ...] | None:
    words = words_of(key.name)
    if tells_success(key) and key.statistic != "rate":
        return (1, 0)
    if key.signal is not Signal.ERRORS:
        return None
    if _spans(key):
        return (0, 0)
    if key.statistic == "rate" or words & _LEVELS or key.unit == "%":
        return (1, 1)
    return None


def _spans(key: SeriesKey) -> bool:
    """Whether a series was counted from spans."""
    return key.name == "requests" and key.statistic in ("rate", "ratio", "p50", "p95")


def _summary(key: SeriesKey) -> str:
    """What of the times of a bin a series tells; a gauge that does not say so, their mean."""
    told = (words_of(key.name) | {key.statistic}) & _PERCENTILES
    return min(told) if told else "mean"


def _percentile_in(metric: str) -> str:
    told = words_of(metric) & _PERCENTILES
    return min(told) if told else "mean"
