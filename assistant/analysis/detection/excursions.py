"""Stretches in which one series is away from its usual level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.analysis.detection.baseline import (
    Baseline,
    step_noise,
    usual_level,
    without_drift,
    without_rhythm,
)
from assistant.analysis.detection.chance import (
    binomial_chance,
    drift_per_block,
    excursion_chance,
    jump_chance,
    lasting_chance,
)
from assistant.analysis.detection.changepoints import Noise, curve_error, median, segments
from assistant.analysis.detection.habits import Excursion, without_habits
from assistant.analysis.detection.onsets import Onset, onset_of
from assistant.analysis.detection.scales import (
    Bools,
    counted,
    enough_observations,
    sampling_variance,
    scale_of,
)
from assistant.domain.signals import Floats, Series, Signal

_FEWEST_STEPS = 8
_BRIDGED = 2  # usual steps inside one excursion
_BLOCKS = 24
_CURVE = 5  # degree of the curve that a daily swing may follow
_LATE = 2  # last steps whose counts may still grow, as data arrives late
_SLOW_STEPS, _SLOW_SHARE = 10, 0.1
_DRIFT = 2.0  # times the usual drift over the same time that an excursion must exceed
_HIGHEST = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The steps of a series that hold data, on the scale of its signal."""

    series: Series
    steps: np.ndarray[tuple[int], np.dtype[np.int64]]
    raw: Floats
    scaled: Floats
    weights: Floats | None
    sigma: Floats  # per step
    noise: Noise
    still: bool


def excursions(series: Series) -> list[Excursion]:
    """All excursions of one series, in time order; the test of many series is the caller's."""
    view = _view(series)
    if view is None:
        return []
    standard = (view.scaled - median(view.scaled)) / view.sigma
    pieces = segments(standard, view.noise)
    if len(pieces) < 2:
        return []
    scale = scale_of(series.key)
    baseline = usual_level(
        view.scaled, view.raw, pieces, view.noise, scale.matters, 0.8 * scale.away
    )
    spans = _spans(view, pieces, baseline)
    found = [e for a, b in spans if (e := _measure(view, baseline, a, b)) is not None]
    if found and _curves(view, pieces):
        found = [e for e in found if e.ramp]
    return without_habits(found, len(view.series.values))


def _view(series: Series) -> _View | None:
    steps = np.flatnonzero(np.isfinite(series.values))
    if len(steps) < _FEWEST_STEPS:
        return None
    scale = scale_of(series.key)
    raw = counted(scale, series.values[steps], series.step_ns)
    weights = series.weights[steps] if series.weights is not None else None
    variance = sampling_variance(series.key, raw, weights)
    scaled = without_drift(without_rhythm(scale.to(raw)))
    least = max(scale.least, scale.floor * abs(median(scaled)))
    noise, still = step_noise(scaled, max(least, float(np.sqrt(np.median(variance)))))
    sigma = np.sqrt(np.maximum(noise.sigma**2, variance))
    if not sigma.any():
        return None
    return _View(series, steps, raw, scaled, weights, sigma, noise, still)


def _spans(
    view: _View, pieces: Sequence[tuple[int, int]], baseline: Baseline
) -> list[tuple[int, int]]:
    """Neighbouring unusual pieces on the same side as one, bridging gaps of a step or two, where
    any of them is far enough away."""
    least = scale_of(view.series.key).away
    spans: list[tuple[int, int, bool, float]] = []
    for a, b in pieces:
        if baseline.usual[a]:
            continue
        shift = median(view.scaled[a:b]) - baseline.level
        up, away = shift > 0, abs(shift) / median(view.sigma[a:b])
        if spans and spans[-1][2] == up and a - spans[-1][1] <= _BRIDGED:
            spans[-1] = (spans[-1][0], b, up, max(away, spans[-1][3]))
        else:
            spans.append((a, b, up, away))
    return [(a, b) for a, b, _, away in spans if away >= least]


def _curves(view: _View, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether one smooth curve says as much as the pieces: then nothing stepped. A few straight
    pieces (what lies still, and then climbs) have no more freedom than the curve."""
    degree = 1 if 2 * len(pieces) <= _CURVE + 1 else 0
    stepped = sum(_piece_error(view.scaled[a:b], degree) for a, b in pieces)
    return len(view.scaled) > 4 * _CURVE and curve_error(view.scaled, _CURVE) < stepped


def _piece_error(values: Floats, degree: int) -> float:
    """Squared distance from the mean, or from a straight line."""
    at = np.arange(len(values))
    if degree and len(values) > 2:
        values = values - np.polyval(np.polyfit(at, values, degree), at)
    return float(((values - values.mean()) ** 2).sum())


def _measure(view: _View, baseline: Baseline, a: int, b: int) -> Excursion | None:
    series, scale = view.series, scale_of(view.series.key)
    inside = np.zeros(len(view.steps), dtype=bool)
    inside[a:b] = True
    z = (view.scaled[a:b] - baseline.level) / view.sigma[a:b]
    rose = median(z) > 0
    usual_raw = median(view.raw[baseline.usual])
    if not enough_observations(series.key, view.weights, baseline.usual, inside):
        return None
    before = a
    while before > 0 and baseline.usual[before - 1]:
        before -= 1
    onset = onset_of(view.scaled, baseline.level, view.noise, before, a, b)
    slow = onset.rise > max(_SLOW_STEPS, len(view.steps) * _SLOW_SHARE)
    if onset.smooth:
        return None
    if scale.counts and not rose and a >= len(view.steps) - _LATE:
        return None
    if not scale.matters(usual_raw, _extent(view.raw[a:b], rose=rose, slow=slow), slow=slow):
        return None
    chance = _chance(view, baseline, a, b, onset)
    extreme = view.raw[a:b].max() if rose else view.raw[a:b].min()
    per_second = counted(scale, np.ones(1), series.step_ns)[0]
    last = int(view.steps[-1])
    return Excursion(
        start=int(view.steps[onset.index]),
        stop=int(view.steps[b - 1]) + 1,
        onset=int(view.steps[onset.index]),
        earliest=int(view.steps[max(onset.earliest - 1, 0)]) + (1 if onset.earliest else 0),
        latest=int(view.steps[onset.latest]),
        rose=rose,
        baseline=usual_raw / per_second,
        peak=float(extreme) / per_second,
        score=min(_HIGHEST, float(np.sqrt(np.mean(z**2)))),
        chance=chance,
        ramp=onset.ramp,
        ongoing=int(view.steps[b - 1]) >= last - 1,
    )


def _chance(view: _View, baseline: Baseline, a: int, b: int, onset: Onset) -> float:
    """Chance at one place times the number of places it could have been found (Bonferroni)."""
    count, scale = len(view.steps), scale_of(view.series.key)
    residuals = (view.scaled - baseline.level) / view.sigma
    z = residuals[a:b]
    outside = np.concatenate((residuals[:a], residuals[b:])) * np.sign(median(z))
    size = max(4, count // _BLOCKS)
    per_block = drift_per_block(view.scaled[_longest(baseline.usual)], size, view.noise)
    drift = _DRIFT * per_block * max(1.0, onset.rise / size) / view.noise.sigma
    chance = excursion_chance(z, outside, view.noise, drift=drift, most_degrees=scale.degrees)
    height = median(view.scaled[a:b]) - baseline.level
    leap = jump_chance(view.scaled, onset.index, height, view.noise, most_degrees=scale.degrees)
    chance = count * min(chance, leap, onset.chance)
    if view.still:
        still = int(baseline.usual.sum())
        chance = max(chance, lasting_chance(b - a, still, count - still - (b - a)))
    if view.weights is not None and view.series.key.signal is Signal.ERRORS:
        inside = slice(a, b)
        failed = view.weights * view.raw
        chance = max(chance, _failing_chance(failed, view.weights, inside, baseline.usual))
    return min(1.0, chance)


def _failing_chance(failed: Floats, requests: Floats, inside: slice, usual: Bools) -> float:
    return binomial_chance(
        float(failed[inside].sum()),
        float(requests[inside].sum()),
        float(failed[usual].sum()),
        float(requests[usual].sum()),
    )


def _extent(raw: Floats, *, rose: bool, slow: bool) -> float:
    """The level an excursion reached: for a drift where it got to, else its middle."""
    share = 0.5 if not slow else 0.9 if rose else 0.1
    return float(np.quantile(raw, share))


def _longest(usual: Bools) -> slice:
    """The longest unbroken stretch."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], usual.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return slice(int(starts[longest]), int(ends[longest]))
