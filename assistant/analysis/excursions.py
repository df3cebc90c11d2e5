"""Stretches in which one series is away from its usual level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from assistant.analysis.baseline import (
    Baseline,
    step_noise,
    usual_level,
    without_drift,
    without_rhythm,
)
from assistant.analysis.changepoints import Noise, ramp_place, segments, step_place
from assistant.analysis.scales import (
    counted,
    enough_observations,
    sampling_variance,
    scale_of,
)
from assistant.domain.signals import Floats, Series

_FEWEST_STEPS = 8
_AWAY = 2.5  # standard deviations between the level of a piece and the usual one
_BRIDGED = 2  # usual steps inside one excursion
_HIGHEST = 100.0


@dataclass(frozen=True, slots=True)
class Excursion:
    """Steps [start, stop) of the series; the onset is the step `onset`, and lies between
    `earliest` and `latest`. `chance` is the probability that noise alone does this anywhere in
    the window; levels are on the values of the series."""

    start: int
    stop: int
    onset: int
    earliest: int
    latest: int
    rose: bool
    baseline: float
    peak: float
    score: float
    chance: float
    ramp: bool
    ongoing: bool


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The steps of a series that hold data, on the scale of its signal."""

    series: Series
    steps: np.ndarray[tuple[int], np.dtype[np.int64]]
    raw: Floats
    scaled: Floats
    sigma: Floats  # per step
    noise: Noise
    still: bool


def excursions(series: Series) -> list[Excursion]:
    """All excursions of one series, in time order; the test of many series is the caller's."""
    view = _view(series)
    if view is None:
        return []
    standard = (view.scaled - np.median(view.scaled)) / view.sigma
    pieces = segments(standard, view.noise)
    if len(pieces) < 2:
        return []
    matters = scale_of(series.key).matters
    baseline = usual_level(view.scaled, view.raw, pieces, view.noise, matters)
    spans = _spans(view, pieces, baseline)
    found = [_measure(view, baseline, a, b) for a, b in spans]
    return _without_habits([e for e in found if e is not None], baseline)


def _view(series: Series) -> _View | None:
    steps = np.flatnonzero(np.isfinite(series.values))
    if len(steps) < _FEWEST_STEPS:
        return None
    scale = scale_of(series.key)
    raw = counted(scale, series.values[steps], series.step_ns)
    weights = series.weights[steps] if series.weights is not None else None
    variance = sampling_variance(series.key, raw, weights)
    scaled = without_drift(without_rhythm(scale.to(raw)))
    least = max(scale.least, scale.floor * abs(float(np.median(scaled))))
    noise, still = step_noise(scaled, max(least, float(np.sqrt(np.median(variance)))))
    sigma = np.sqrt(np.maximum(noise.sigma**2, variance))
    if not sigma.any():
        return None
    return _View(series, steps, raw, scaled, sigma, noise, still)


def _spans(
    view: _View, pieces: Sequence[tuple[int, int]], baseline: Baseline
) -> list[tuple[int, int]]:
    """Neighbouring unusual pieces on the same side as one, bridging gaps of a step or two."""
    spans: list[tuple[int, int, bool]] = []
    for a, b in pieces:
        shift = float(np.median(view.scaled[a:b])) - baseline.level
        if baseline.usual[a] or abs(shift) < _AWAY * float(np.median(view.sigma[a:b])):
            continue
        up = shift > 0
        if spans and spans[-1][2] == up and a - spans[-1][1] <= _BRIDGED:
            spans[-1] = (spans[-1][0], b, up)
        else:
            spans.append((a, b, up))
    return [(a, b) for a, b, _ in spans]


def _measure(view: _View, baseline: Baseline, a: int, b: int) -> Excursion | None:
    series, scale = view.series, scale_of(view.series.key)
    inside = np.zeros(len(view.steps), dtype=bool)
    inside[a:b] = True
    z = (view.scaled[a:b] - baseline.level) / view.sigma[a:b]
    rose = float(np.median(z)) > 0
    usual_raw = float(np.median(view.raw[baseline.usual]))
    weights = series.weights[view.steps] if series.weights is not None else None
    if not scale.matters(usual_raw, float(np.median(view.raw[a:b]))):
        return None
    if not enough_observations(series.key, weights, baseline.usual, inside):
        return None
    chance = _chance(z, view, baseline)
    place, ramp = _onset(view, baseline, a, b)
    extreme = view.raw[a:b].max() if rose else view.raw[a:b].min()
    per_second = counted(scale, np.ones(1), series.step_ns)[0]
    last = int(view.steps[-1])
    return Excursion(
        start=int(view.steps[place[0]]),
        stop=int(view.steps[b - 1]) + 1,
        onset=int(view.steps[place[0]]),
        earliest=int(view.steps[max(place[1] - 1, 0)]) + (1 if place[1] else 0),
        latest=int(view.steps[place[2]]),
        rose=rose,
        baseline=usual_raw / per_second,
        peak=float(extreme) / per_second,
        score=min(_HIGHEST, float(np.sqrt(np.mean(z**2)))),
        chance=chance,
        ramp=ramp,
        ongoing=int(view.steps[b - 1]) >= last - 1,
    )


def _chance(z: Floats, view: _View, baseline: Baseline) -> float:
    """Student's t of the shift against the usual steps, for autocorrelated noise with heavy
    tails, times the number of places where it could have been found (Bonferroni)."""
    count, usual = len(z), int(baseline.usual.sum())
    positions = len(view.steps)
    inside = max(count / view.noise.inflation, 1.0)
    before = max(usual / view.noise.inflation, 1.0)
    # The mean of many steps forgets the tails of one (central limit).
    tail = max(1.0, baseline.tail / np.sqrt(inside))
    t = abs(float(z.mean())) / tail / np.sqrt(1 / inside + 1 / before)
    chance = float(2 * stats.t.sf(t, max(before - 1, 3.0)))
    if view.still:
        # A series that never moved says nothing of how far it may: only lasting counts.
        others = positions - usual - count
        chance = max(chance, float(((others + 1) / (usual + 1)) ** min(count, 12)))
    return min(1.0, chance * positions)


def _onset(view: _View, baseline: Baseline, a: int, b: int) -> tuple[tuple[int, int, int], bool]:
    """(index, earliest, latest) of the onset and whether the series climbs rather than steps."""
    before = a
    while before > 0 and baseline.usual[before - 1]:
        before -= 1
    if before == a:
        return (a, 0 if a == 0 else a - 1, a), False
    values = view.scaled[before:b]
    sign = 1.0 if np.median(values[a - before :]) > baseline.level else -1.0
    peak = a - before + int(np.argmax(sign * values[a - before :]))
    level = float(np.median(view.scaled[a:b]))
    step_error = float(
        ((view.scaled[before:a] - baseline.level) ** 2).sum()
        + ((view.scaled[a : before + peak + 1] - level) ** 2).sum()
    )
    if peak - (a - before) >= 5:
        place, error = ramp_place(values[: peak + 1], view.noise)
        if error < 0.6 * step_error:
            return (before + place.index, before + place.earliest, before + place.latest), True
    # The level right after the onset, before it may have changed again.
    first = float(np.median(view.scaled[a : min(a + 5, b)]))
    near = max(before, a - 30)
    place = step_place(view.scaled[near : min(a + 5, b)], baseline.level, first, view.noise)
    last = b - 1
    return (
        min(near + place.index, last),
        min(near + place.earliest, last),
        min(near + place.latest, last),
    ), False


def _without_habits(found: list[Excursion], baseline: Baseline) -> list[Excursion]:
    """Short excursions that keep coming back are what the series does, unless they began after a
    long calm: then they are one intermittent excursion."""
    kept: list[Excursion] = []
    for rose in (True, False):
        same = [e for e in found if e.rose == rose]
        if len(same) < 3:
            kept += same
            continue
        gaps = [b.start - a.stop for a, b in pairwise(same)]
        lasting = [
            e for e in same if e.stop - e.start > 3 * np.median([x.stop - x.start for x in same])
        ]
        if same[0].start > max(3 * float(np.median(gaps)), 0.3 * len(baseline.usual)):
            kept.append(_joined(same))
        else:
            kept += lasting
    return sorted(kept, key=lambda e: e.start)


def _joined(parts: list[Excursion]) -> Excursion:
    first, last = parts[0], parts[-1]
    top = max(parts, key=lambda e: e.score)
    return Excursion(
        first.start,
        last.stop,
        first.onset,
        first.earliest,
        first.latest,
        first.rose,
        first.baseline,
        top.peak,
        top.score,
        min(e.chance for e in parts),
        False,
        last.ongoing,
    )
