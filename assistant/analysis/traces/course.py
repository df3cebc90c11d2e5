"""How traces run now against how they ran at a good time."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.analysis.traces.journeys import Journeys, journeys_of
from assistant.analysis.traces.regions import BrokenRegion, broken_regions
from assistant.analysis.traces.slowdowns import Slowdown, slowdowns


@dataclass(frozen=True, slots=True)
class Course:
    """What broke and what slowed, likeliest origin first."""

    regions: tuple[BrokenRegion, ...] = ()
    slowdowns: tuple[Slowdown, ...] = ()


def course_of(good: Journeys, now: Journeys) -> Course:
    """Compares `now` with `good`, and with the earlier part of `now` itself: without `good` that
    part alone."""
    usual, current = journeys_of(good), journeys_of(now)
    return Course(tuple(broken_regions(usual, current)), tuple(slowdowns(usual, current)))
