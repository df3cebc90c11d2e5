"""When an excursion began, and whether it stepped, climbed from a bend, or merely drifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.analysis.detection.chance import climb_chance
from assistant.analysis.detection.changepoints import (
    Noise,
    Place,
    curve_error,
    leap_place,
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
            smooth = curve_error(climb, 3) < _SMOOTH * best
            leap = _leap(climb, rest, noise)
            found = leap or place
            index, earliest, latest = (
                before + i for i in (found.index, found.earliest, found.latest)
            )
            chance = climb_chance(1 - ramp_error / (len(climb) * float(climb.var())), rest)
            ramp, rise = leap is None, max(tall - index, 0)
            return Onset(index, earliest, latest, ramp, rise, smooth, chance)
    near, until = max(before, a - _NEAR), min(a + _LEVEL, b)
    place = step_place(values[near:until], level, median(values[a:until]), noise)
    index, earliest, latest = (
        min(near + i, b - 1) for i in (place.index, place.earliest, place.latest)
    )
    smooth = len(climb) > _CLIMBS and curve_error(climb, 3) < _SMOOTH * best
    return Onset(index, earliest, latest, ramp=False, rise=max(tall - index, 0), smooth=smooth)


def _leap(climb: Floats, rest: Floats, noise: Noise) -> Place | None:
    """Where the values left the flat start at once to climb on from there, if that says more than
    the bend that leaves `rest`: a bend put through a leap begins too early, among usual values. By
    the criterion of Schwarz ("Estimating the dimension of a model", Annals of Statistics 6, 1978);
    what is usual scatters by the noise, what is not has a scatter of its own."""
    place, before, after = leap_place(climb, noise)
    flat, risen = rest[: place.index], rest[place.index :]
    least = noise.sigma**2
    gain = (flat @ flat - before) / max(least, 1e-300)
    gain += len(risen) * np.log((risen @ risen + least) / (after + least))
    return place if gain / noise.inflation > np.log(len(climb)) else None


def _lasting(high: Bools) -> int:
    """The first of two steps in a row, or the first at all."""
    return int(np.argmax(high[:-1] & high[1:])) if len(high) > 1 else 0


def _split_error(values: Floats) -> float:
    """Squared error of the best two levels."""
    centred = values - values.mean()
    sums, left = np.cumsum(centred)[:-1], np.arange(1, len(values))
    gain = sums**2 * (1 / left + 1 / (len(values) - left))
    return float(centred @ centred - gain.max()) if len(values) > 1 else 0.0
