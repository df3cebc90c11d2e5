"""The course of a series in words: its levels and when it left each, never its numbers one by
one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from assistant.analysis.detection.changepoints import Noise, median, noise_of, segments
from assistant.domain.signals import Floats, Series
from assistant.domain.window import from_ns
from assistant.investigator.prompting.words import clock

_FEWEST = 4  # points that have a course
_LEVELS = 5
# Levels that lie closer are one: noise deviations, and those of the mean of the shorter stretch.
_SAME, _SURE = 1.5, 4.0


@dataclass(frozen=True, slots=True)
class Level:
    """`value` is the median of the points from `start` to `end`."""

    start: datetime
    end: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Course:
    """Levels in order of time, and how far apart they lie in deviations of the noise."""

    levels: tuple[Level, ...]
    points: int
    lowest: float
    highest: float
    highest_at: datetime
    moved: float

    @property
    def usual(self) -> Level:
        return self.levels[0]

    @property
    def farthest(self) -> Level:
        return max(self.levels, key=lambda level: abs(level.value - self.usual.value))


def course_of(series: Series) -> Course | None:
    """None where there are no values at all."""
    steps = np.flatnonzero(np.isfinite(series.values))
    if not len(steps):
        return None
    values: Floats = series.values[steps]
    times = [from_ns(series.start_ns + int(step) * series.step_ns) for step in steps]
    end = from_ns(series.start_ns + (int(steps[-1]) + 1) * series.step_ns)
    noise = _noise(values)
    bounds = _bounds(values, noise)
    edges = [*(times[first] for first, _ in bounds), end]
    found = [median(values[first:last]) for first, last in bounds]
    levels = tuple(
        Level(start, until, value)
        for (start, until), value in zip(pairwise(edges), found, strict=True)
    )
    top = int(np.argmax(values))
    moved = (max(found) - min(found)) / noise.sigma
    return Course(
        levels, len(values), float(values.min()), float(values[top]), times[top], float(moved)
    )


def _noise(values: Floats) -> Noise:
    """At least as much as a typical move: a robust estimate takes whole numbers that mostly move
    by one, or not at all, for noiseless."""
    noise = noise_of(values) if len(values) >= _FEWEST else Noise(0.0, 0.0)
    moves = float(np.std(np.diff(values))) / np.sqrt(2) if len(values) > 1 else 0.0
    floor = max(float(np.abs(values).max()) * 1e-3, 1e-9)
    return Noise(max(noise.sigma, moves, floor), noise.rho)


def _bounds(values: Floats, noise: Noise) -> list[tuple[int, int]]:
    """Half-open stretches of one level; neighbours that lie close together are joined, and of
    many only the longest moves are kept."""
    if len(values) < _FEWEST:
        return [(0, len(values))]
    joined: list[tuple[int, int]] = []
    for first, last in segments((values - median(values)) / noise.sigma, noise):
        if joined:
            before = joined[-1]
            level, last_level = median(values[first:last]), median(values[before[0] : before[1]])
            fewer = min(last - first, before[1] - before[0])
            least = max(_SAME, _SURE / float(np.sqrt(fewer))) * noise.sigma
            if abs(level - last_level) < least or _alike(level, last_level):
                joined[-1] = (before[0], last)
                continue
        joined.append((first, last))
    while len(joined) > _LEVELS:
        joined = _without_smallest_move(values, joined)
    return joined


def _alike(one: float, other: float) -> bool:
    """Whether they read the same."""
    return f"{one:.3g}" == f"{other:.3g}"


def _without_smallest_move(values: Floats, bounds: list[tuple[int, int]]) -> list[tuple[int, int]]:
    heights = [median(values[first:last]) for first, last in bounds]
    moves = [abs(b - a) for a, b in pairwise(heights)]
    at = moves.index(min(moves))
    return [*bounds[:at], (bounds[at][0], bounds[at + 1][1]), *bounds[at + 2 :]]


def in_words(course: Course, unit: str, day: datetime) -> str:
    """'0.18 s until 11:52:00, 5.02 s until 12:06:00, then 4.9 s; highest 5.3 s at 11:58:00'."""
    shown = f" {unit}" if unit not in ("", "1") else ""
    if course.points < _FEWEST:
        return f"only {course.points} points, the last {course.levels[-1].value:.4g}{shown}"
    if len(course.levels) == 1:
        bounds = f"{course.lowest:.4g} to {course.highest:.4g}"
        return f"steady at {course.usual.value:.4g}{shown} ({bounds})"
    told = [f"{x.value:.4g}{shown} until {clock(x.end, day)}" for x in course.levels[:-1]]
    last = course.levels[-1]
    top = f"highest {course.highest:.4g}{shown} at {clock(course.highest_at, day)}"
    return f"{', '.join(told)}, then {last.value:.4g}{shown}; {top}"
