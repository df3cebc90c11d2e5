"""What a change of a signal means: the scale it is judged on, the noise that counting alone
makes, and how small a change nobody would act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.domain.signals import Floats, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS

# An anomaly of a ratio or a percentile needs this many observations before and inside.
_FEWEST_BEFORE, _FEWEST_INSIDE = 20.0, 8.0
_TINY = 1e-12
Bools: TypeAlias = npt.NDArray[np.bool_]


def _identity(values: Floats) -> Floats:
    return values


def _logarithm(values: Floats) -> Floats:
    return np.log(np.maximum(values, 1e-6))


def _anscombe(values: Floats) -> Floats:
    """Anscombe, Biometrika 35 (1948): makes the variance of counts one, whatever their mean."""
    return 2 * np.sqrt(np.maximum(values, 0.0) + 0.375)


@dataclass(frozen=True, slots=True)
class Scale:
    """`to` takes values to the scale on which noise is even; `relative` and `absolute` are the
    least changes that matter, on the original values, and `slow` is what `relative` becomes for a
    drift over much of the window, since the day itself drifts; `floor` and `least` bound the
    noise from below, as a share of the level and in units of the scale. `away` is how far a
    stretch of steps must be from the usual level, in standard deviations of one step, and `score`
    how far an anomaly must: little where counting alone explains the noise, since many small
    deviations in a row are as sure as one large. `degrees` is how normal (Student) the tail
    behind a single step can be."""

    to: Callable[[Floats], Floats]
    relative: float
    slow: float
    absolute: float = 0.0
    floor: float = 0.0
    least: float = 0.0
    away: float = 2.5
    score: float = 3.0
    degrees: float = 30.0
    counts: bool = False
    needs_observations: bool = False

    def matters(self, before: float, after: float, *, slow: bool = False) -> bool:
        """Whether a change of level from `before` to `after` is worth anyone's attention."""
        change = abs(after - before)
        share = self.slow if slow else self.relative
        smaller = min(abs(before), abs(after)) if self.needs_observations else abs(before)
        return change >= self.absolute and change >= share * smaller and change > _TINY


_SCALES: Mapping[Signal, Scale] = {
    Signal.LATENCY: Scale(
        _logarithm, 0.25, 0.5, 0.001, least=0.03, away=2.0, needs_observations=True
    ),
    Signal.ERRORS: Scale(_identity, 0.5, 0.5, 0.01, away=1.0, score=2.0, needs_observations=True),
    Signal.TRAFFIC: Scale(
        _anscombe, 0.25, 0.5, floor=0.02, least=1.0, away=1.0, score=1.5, counts=True
    ),
    Signal.LOG_RATE: Scale(
        _anscombe, 0.5, 1.0, floor=0.02, least=1.0, away=1.5, score=2.5, counts=True
    ),
}
# What nobody told the meaning of may spike and wander for reasons of its own.
_GAUGE = Scale(_identity, 0.05, 0.2, floor=0.005, score=4.5, degrees=5.0)


def scale_of(key: SeriesKey) -> Scale:
    return _SCALES.get(key.signal, _GAUGE)


def counted(scale: Scale, values: Floats, step_ns: int) -> Floats:
    """Rates per second as counts per step, where the scale counts."""
    return values * (step_ns / NANOSECONDS) if scale.counts else values


def sampling_variance(key: SeriesKey, values: Floats, weights: Floats | None) -> Floats:
    """Variance per step, on the scale of the signal, that the number of observations alone
    explains: binomial for error ratios, order statistics for latencies (counts have their one
    by the scale)."""
    if weights is None:
        return np.zeros(len(values))
    if key.signal is Signal.ERRORS:
        ratio = _usual_ratio(values * weights, weights)
        variance: Floats = ratio * (1 - ratio) / np.maximum(weights, 1.0)
        return variance
    if key.signal is Signal.LATENCY:
        return 1.0 / np.maximum(weights, 1.0)
    return np.zeros(len(values))


def _usual_ratio(failed: Floats, requests: Floats) -> float:
    """Over twelfths of the window, the middle one: where errors are rare most single steps have
    none, and an incident must not count."""
    blocks = np.array_split(np.arange(len(requests)), min(12, len(requests)))
    # Jeffreys' prior, so that no ratio is ever thought impossible
    ratios = [(failed[b].sum() + 0.5) / (requests[b].sum() + 1.0) for b in blocks]
    return float(np.median(ratios))


def enough_observations(
    key: SeriesKey, weights: Floats | None, before: Bools, inside: Bools
) -> bool:
    """Whether a ratio or percentile rests on enough requests on both sides of its onset."""
    if weights is None or not scale_of(key).needs_observations:
        return True
    return bool(weights[before].sum() >= _FEWEST_BEFORE and weights[inside].sum() >= _FEWEST_INSIDE)
