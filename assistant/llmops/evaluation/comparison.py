"""What differs between two runs over the same cases, and whether that could be noise."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from statistics import fmean

_RESAMPLES = 2_000
_SEED = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """Second run minus first, in points: mean, 95 % interval (bootstrap over cases), how many
    cases got better and worse, and the p of a two-sided sign test over those."""

    mean: float
    low: float
    high: float
    better: int
    worse: int
    p: float

    def __str__(self) -> str:
        told = "no more than chance could do" if self.p >= 0.05 else "more than chance would do"
        return (
            f"{self.mean:+.1f} points ({self.low:+.1f} to {self.high:+.1f}), {self.better} better, "
            f"{self.worse} worse, p {self.p:.2f}: {told}"
        )


def difference(first: Mapping[str, float], second: Mapping[str, float]) -> Difference:
    """Points by case; only cases of both runs count. Raises ValueError when there are none."""
    deltas = [second[name] - points for name, points in first.items() if name in second]
    if not deltas:
        raise ValueError("the two runs share no case")
    better, worse = sum(d > 0 for d in deltas), sum(d < 0 for d in deltas)
    low, high = _interval(deltas)
    return Difference(fmean(deltas), low, high, better, worse, sign_test(better, worse))


def sign_test(better: int, worse: int) -> float:
    """Two-sided and exact; ties are left out."""
    n = better + worse
    tail = sum(comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2.0 * tail / (1 << n))


def fallen(
    baseline: Mapping[str, float], now: Mapping[str, float], tolerance: float
) -> Sequence[str]:
    """What is worse than the baseline by more than `tolerance` points: cases, and the mean."""
    told = []
    for name, was in baseline.items():
        if name not in now:
            told.append(f"{name}: {was:g} points, and now it did not run")
        elif was - now[name] > tolerance:
            told.append(f"{name}: {was:g} → {now[name]:g} points")
    if baseline and now and fmean(baseline.values()) - fmean(now.values()) > tolerance:
        told.append(f"mean: {fmean(baseline.values()):.1f} → {fmean(now.values()):.1f} points")
    return told


def _interval(deltas: Sequence[float]) -> tuple[float, float]:
    chance = random.Random(_SEED)  # noqa: S311 - resampling, the same every time
    means = sorted(fmean(chance.choices(deltas, k=len(deltas))) for _ in range(_RESAMPLES))
    return means[round(0.025 * _RESAMPLES)], means[round(0.975 * _RESAMPLES) - 1]
