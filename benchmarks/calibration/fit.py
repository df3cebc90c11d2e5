"""The regression behind the confidence, and how well probabilities keep their promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from assistant.analysis.causes.confidence import LOW, probability
from assistant.domain.signals import Floats
from benchmarks.calibration.records import Record

# Enough that an input seen in a few answers moves little, not so much that many cannot move it.
_PENALTY = 0.1
_BINS = 5
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Bin:
    """Equally many answers in each: what they promised, and how many were right."""

    promised: float
    right: float
    answers: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """`error` is the expected calibration error over bins of equal mass (Naeini, Cooper and
    Hauskrecht 2015) with a 95 % bootstrap interval; `brier` the mean squared distance of promise
    and outcome, `mean_brier` that of always promising `mean`."""

    answers: int
    error: float
    low: float
    high: float
    brier: float
    mean_brier: float
    bins: tuple[Bin, ...]


def fit(records: Sequence[Record]) -> dict[str, float]:
    """Weights by input: logistic regression with a ridge (on all but the constant of answers that
    name something), and Platt's targets, which keep a probability of none and of one out of
    reach."""
    names = sorted({name for r in records for name in r.inputs})
    inputs = np.array([[r.inputs.get(n, 0.0) for n in names] for r in records])
    right = np.array([r.right for r in records])
    hits = right.sum()
    targets = np.where(right, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))
    ridge = np.array([0.0 if n == "named" else _PENALTY for n in names])

    def loss(weights: Floats) -> tuple[float, Floats]:
        total = inputs @ weights
        value = np.logaddexp(0, total).sum() - targets @ total + (ridge * weights**2).sum() / 2
        slope = inputs.T @ (1 / (1 + np.exp(-total)) - targets) + ridge * weights
        return float(value), slope

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return {n: round(float(w), 3) for n, w in zip(names, found.x, strict=True)}


def promised(record: Record, weights: Mapping[str, float]) -> float:
    """As the product would say it: see `assistant.analysis.causes.confidence`."""
    sure = probability(record.inputs, weights) if record.inputs else 0.0
    return min(sure, LOW) if record.single else sure


def calibration(promises: Floats, right: Floats, mean: float, seed: int = 0) -> Calibration:
    """`mean` is what the constant predictor says: the share of right answers where it learned."""
    draw = np.random.default_rng(seed)
    errors = [
        _error(promises[rows], right[rows])
        for rows in draw.integers(0, len(right), (_RESAMPLES, len(right)))
    ]
    low, high = np.quantile(errors, [0.025, 0.975])
    return Calibration(
        answers=len(right),
        error=_error(promises, right),
        low=float(low),
        high=float(high),
        brier=float(np.mean((promises - right) ** 2)),
        mean_brier=float(np.mean((mean - right) ** 2)),
        bins=bins(promises, right),
    )


def bins(promises: Floats, right: Floats) -> tuple[Bin, ...]:
    parts = np.array_split(np.argsort(promises, kind="stable"), min(_BINS, len(right)))
    return tuple(Bin(float(promises[p].mean()), float(right[p].mean()), len(p)) for p in parts)


def _error(promises: Floats, right: Floats) -> float:
    held = bins(promises, right)
    return sum(b.answers * abs(b.promised - b.right) for b in held) / len(right)
