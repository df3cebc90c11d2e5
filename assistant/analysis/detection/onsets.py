"""When an excursion began, and whether it stepped, climbed from a bend, or merely drifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.analysis.detection.chance import climb_chance
from assistant.analysis.detection.changepoints import (
    Noise,
    curve_error,
    median,
    ramp_place,
    step_place,
)
from assistant.analysis.detection.scales import Bools
from assistant.domain.signals import Floats

_BENDS = 0.6  # of a step's squared error that a bend must get below
_SMOOTH = 0.8  # of a bend's squared error that a smooth curve must get below
_CLIMBS = 5  # steps to the peak from which climbing can be told from stepping
_LEVEL = 5  # steps that tell the level right after a step, before it may change again
_NEAR = 30  # steps before the found change point in which the true one may lie


@dataclass(frozen=True, slots=True)
class Onset:
    """The first unusual index, its bounds, and how the values got there: `ramp` from a bend on,
    `rise` steps until most of the height, `smooth` when a curve without any bend explains the
    values better, so that there is no onset to speak of; `chance` is that of noise alone bending so
    (1 for a step)."""

    index: int
    earliest: int
    latest: int
    ramp: bool
    rise: int
    smooth: bool
    chance: float = 1.0


def onset_of(values: Floats, level: float, noise: Noise, before: int, a: int, b: int) -> Onset:
    """The onset of the excursion [a, b) from the usual `level`, which held over [before, a)."""
    high = np.abs(values[a:b] - level)
    top = a + int(np.argmax(high))
    tall = a + _lasting(high >= 0.8 * median(high))
    if before == a:
        return Onset(a, 0 if a == 0 else a - 1, a, ramp=False, rise=tall - a, smooth=False)
    climb = values[before : top + 1]
    after = median(values[a:b])
    step_error = float(
        ((values[before:a] - level) ** 2).sum() + ((values[a : top + 1] - after) ** 2).sum()
    )
    best = min(step_error, _split_error(climb))
    if top - a >= _CLIMBS:
        place, rest = ramp_place(climb, noise)
        ramp_error = float(rest @ rest)
        best = min(best, ramp_error)
        if ramp_error < _BENDS * step_error:
            index = before + place.index
            smooth = curve_error(climb, 3) < _SMOOTH * best
            bounds = before + place.earliest, before + place.latest
            chance = climb_chance(1 - ramp_error / (len(climb) * float(climb.var())), rest)
            return Onset(index, *bounds, ramp=True, rise=tall - index, smooth=smooth, chance=chance)
    near, until = max(before, a - _NEAR), min(a + _LEVEL, b)
    place = step_place(values[near:until], level, median(values[a:until]), noise)
    index, earliest, latest = (
        min(near + i, b - 1) for i in (place.index, place.earliest, place.latest)
    )
    smooth = len(climb) > _CLIMBS and curve_error(climb, 3) < _SMOOTH * best
    return Onset(index, earliest, latest, ramp=False, rise=max(tall - index, 0), smooth=smooth)


def _lasting(high: Bools) -> int:
    """The first of two steps in a row, or the first at all."""
    return int(np.argmax(high[:-1] & high[1:])) if len(high) > 1 else 0


def _split_error(values: Floats) -> float:
    """Squared error of the best two levels."""
    centred = values - values.mean()
    sums, left = np.cumsum(centred)[:-1], np.arange(1, len(values))
    gain = sums**2 * (1 / left + 1 / (len(values) - left))
    return float(centred @ centred - gain.max()) if len(values) > 1 else 0.0
