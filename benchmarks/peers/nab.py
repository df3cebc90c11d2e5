"""Streaming peers on NAB: detectors that see one point at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from assistant.domain.signals import Floats
from benchmarks.nab.cases import Labelled, Recording, labels, recordings
from benchmarks.nab.scoring import PROBATION, Score, per_thousand, score, total
from benchmarks.peers.outcome import Outcome, Watch, peak_mb

_WINDOW = 6400  # points of the past that a windowed Gaussian knows, as published with NAB
_MEMORY = 500  # points that the robust detector knows
# Each detector gets the lowest of these thresholds that keeps it within the false alarms that the
# target allows on this very data: more than a user could know beforehand.
_SIGMAS = (3.29, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0)
_ALLOWED = 1.0  # false alarms per 1000 points
_QUIET = 12  # usual points after which the next unusual one is a new alarm
_RATE = 1e-3  # alarms per point of the random detector: what the target allows


def run(peer: str, directory: Path) -> Outcome:
    """`found` windows of `of`, false alarms per thousand points, median delay in points."""
    truths = labels(directory)
    if peer == RANDOM:
        return Outcome(peer, _by_chance(recordings(directory), truths), 0.0, peak_mb())
    watch, watched = Watch(), []
    for recording in recordings(directory):
        with watch():
            watched.append((recording, _DETECTORS[peer](recording.values)))
    for sigma in _SIGMAS:
        whole = total(
            score(r, r.times_ns[opened(d, sigma)].tolist(), truths.get(r.name, []))
            for r, d in watched
        )
        if per_thousand(whole) <= _ALLOWED:
            break
    return Outcome(peer, _figures(whole) | {"sigma": sigma}, watch.median_s, peak_mb())


def windowed_gaussian(values: Floats) -> Floats:
    """Distance of each point from the mean of the points before it, in their deviations
    (NAB's baseline of that name, Lavin and Ahmad 2015)."""
    count = np.arange(len(values))
    start = np.maximum(count - _WINDOW, 0)
    known = np.maximum(count - start, 1)
    sums, squares = (np.concatenate([[0.0], np.cumsum(values**power)]) for power in (1, 2))
    mean = (sums[count] - sums[start]) / known
    spread = np.sqrt(np.maximum((squares[count] - squares[start]) / known - mean**2, 0.0))
    distance: Floats = np.abs(values - mean) / np.maximum(spread, 1e-9 + 1e-6 * np.abs(mean))
    return np.where(count < 2, 0.0, distance)


def moving_median(values: Floats) -> Floats:
    """The same with median and median absolute deviation over the last points (a Hampel filter,
    1974)."""
    padded = np.concatenate([np.full(_MEMORY, np.nan), values[:-1]])
    past = sliding_window_view(padded, _MEMORY)[: len(values)]
    found = np.zeros(len(values))
    for i in range(2, len(values)):
        known = past[i][-i:] if i < _MEMORY else past[i]
        centre = np.median(known)
        spread = 1.4826 * np.median(np.abs(known - centre))
        found[i] = abs(values[i] - centre) / max(spread, 1e-9 + 1e-3 * abs(centre))
    return found


def opened(distances: Floats, sigma: float) -> list[int]:
    """Places where an alarm opens: unusual after enough usual points."""
    unusual = np.flatnonzero(distances > sigma)
    before = np.concatenate([[-_QUIET - 1], unusual[:-1]])
    return [int(i) for i in unusual[unusual - before > _QUIET]] if len(unusual) else []


_DETECTORS: dict[str, Callable[[Floats], Floats]] = {
    "windowed Gaussian": windowed_gaussian,
    "moving median and MAD": moving_median,
}
RANDOM = "random alarms"
PEERS = (*_DETECTORS, RANDOM)


def _by_chance(series: Iterable[Recording], truths: dict[str, list[Labelled]]) -> dict[str, float]:
    """The exact expectation of an alarm at each point with the same small chance."""
    found, windows, outside, points = 0.0, 0, 0, 0
    for recording in series:
        times = recording.times_ns[int(PROBATION * len(recording.times_ns)) :]
        inside = np.zeros(len(times), dtype=bool)
        for window in truths.get(recording.name, []):
            held = (times >= window.start_ns) & (times <= window.end_ns)
            inside |= held
            windows += bool(held.any())
            found += 1 - (1 - _RATE) ** int(held.sum())
        outside += int((~inside).sum())
        points += len(times)
    return {"found": found, "of": windows, "false": 1000 * _RATE * outside / points}


def _figures(whole: Score) -> dict[str, float]:
    delay = median(whole.delays) if whole.delays else float("nan")
    return {
        "found": whole.found,
        "of": whole.windows,
        "false": per_thousand(whole),
        "delay": delay,
    }
