"""Which labelled windows an alarm opened in, and which alarms opened in none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.nab.cases import Labelled, Recording

PROBATION = 0.15  # share of a series in which nothing is scored


@dataclass(frozen=True, slots=True)
class Score:
    """`delays`: points from the start of a window to the first alarm in it, one per window found;
    `points` are those that were scored."""

    windows: int
    found: int
    false_alarms: int
    points: int
    delays: tuple[int, ...] = field(default=())


def score(recording: Recording, alarms: Iterable[int], windows: Sequence[Labelled]) -> Score:
    """`alarms` are the times (ns) at which alarms opened. An alarm that lasts counts once, at its
    opening; a window that ends in the probation is left out."""
    times = recording.times_ns
    begin_ns = int(times[int(PROBATION * len(times))])
    told = sorted(a for a in alarms if a >= begin_ns)
    due = [w for w in windows if w.end_ns >= begin_ns]
    first = [next((a for a in told if a in w), None) for w in due]
    delays = [
        int(((times >= w.start_ns) & (times < a)).sum())
        for w, a in zip(due, first, strict=True)
        if a is not None
    ]
    return Score(
        windows=len(due),
        found=len(delays),
        false_alarms=sum(not any(a in w for w in windows) for a in told),
        points=int((times >= begin_ns).sum()),
        delays=tuple(delays),
    )


def total(scores: Iterable[Score]) -> Score:
    several = list(scores)
    return Score(
        windows=sum(s.windows for s in several),
        found=sum(s.found for s in several),
        false_alarms=sum(s.false_alarms for s in several),
        points=sum(s.points for s in several),
        delays=tuple(d for s in several for d in s.delays),
    )


def per_thousand(score: Score) -> float:
    """False alarms per 1000 scored points."""
    return 1000 * score.false_alarms / max(score.points, 1)


def summary(score: Score) -> str:
    delay = f"{median(score.delays):.0f} points" if score.delays else "none"
    return (
        f"nab: windows found {score.found}/{score.windows}, false alarms per 1000 points "
        f"{per_thousand(score):.2f}, median delay {delay}"
    )
