"""Excursions as values, and those that are only what the series always does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_HABIT = 3  # excursions on one side
_LASTING, _HIGHER = 3.0, 2.0  # times the usual length or score that makes one of them different
_CALM = 0.3  # share of the window without any, from which their beginning is news


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


def without_habits(found: Sequence[Excursion], steps: int) -> list[Excursion]:
    """Excursions that keep coming back are what the series does, unless they began after a long
    calm: then they are one intermittent excursion. `steps` is the length of the window."""
    kept: list[Excursion] = []
    for rose in (True, False):
        same = [e for e in found if e.rose == rose]
        if len(same) < _HABIT:
            kept += same
            continue
        gaps = median(b.start - a.stop for a, b in pairwise(same))
        if same[0].start > max(3 * gaps, _CALM * steps):
            kept.append(_joined(same))
        else:
            length = median(e.stop - e.start for e in same)
            score = median(e.score for e in same)
            kept += [
                e for e in same if e.stop - e.start > _LASTING * length or e.score > _HIGHER * score
            ]
    return sorted(kept, key=lambda e: e.start)


def _joined(parts: Sequence[Excursion]) -> Excursion:
    return replace(
        max(parts, key=lambda e: e.score),
        start=parts[0].start,
        stop=parts[-1].stop,
        onset=parts[0].onset,
        earliest=parts[0].earliest,
        latest=parts[0].latest,
        chance=min(e.chance for e in parts),
        ramp=False,
        ongoing=parts[-1].ongoing,
    )
