"""The finest cells of a breakdown, each with what was observed and what was to be expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr, xlogy

from assistant.domain.signals import Floats

Codes = npt.NDArray[np.int64]  # leaves × attributes: which value each leaf has of each attribute
Mask = npt.NDArray[np.bool_]

_ENOUGH = 4.0  # expected events from which one leaf says something of the noise
_HALF = 0.4549  # the median of a squared standard normal deviate
_LEAST_PRIOR, _MOST_PRIOR = 50.0, 1e6  # requests
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """`counts` has a row of observed and a row of expected events, a column per leaf; where
    events are failures of requests, a third row of the requests."""

    codes: Codes
    counts: Floats

    @property
    def observed(self) -> Floats:
        row: Floats = self.counts[0]
        return row

    @property
    def expected(self) -> Floats:
        row: Floats = self.counts[1]
        return row

    @property
    def size(self) -> Floats:
        """What noise that a whole leaf shares multiplies with: the requests, or the events (from
        both sides, so that a forecast close to nothing does not outweigh all others)."""
        size: Floats = self.counts[2] if len(self.counts) > 2 else self.counts.mean(axis=0)
        return size

    @property
    def variance(self) -> Floats:
        """Of a leaf's events, were they independent: binomial, or Poisson."""
        if len(self.counts) == 2:
            return self.expected
        return self.expected * (1 - self.expected / np.maximum(self.size, _NOTHING))

    def fitted(self, part: Mask) -> Floats:
        """The events of the leaves of `part`, had all of them moved alike: by one factor, or,
        where requests fail more often than usual, with one more chance to fail on top of their
        own. (What a leaf usually fails at is known roughly, and matters less the more fail.)"""
        observed, expected = self.observed[part], self.expected[part]
        factor = observed.sum() / max(expected.sum(), _NOTHING)
        moved: Floats = expected * factor
        if len(self.counts) == 3 and factor > 1:
            calm = self.size[part] - expected
            more = observed.sum() - expected.sum()
            moved = expected + calm * (more / max(calm.sum(), _NOTHING))
        return moved

    def gain(self, part: Mask) -> float:
        """By how many nats that is likelier than what was expected."""
        counts = self.counts[:, part]
        fitted = self.fitted(part)
        if len(counts) == 2:
            return float(divergence(counts.sum(axis=1)))
        calm = counts[2] - counts[0]
        better = xlogy(counts[0], fitted / np.maximum(counts[1], _NOTHING)) + xlogy(
            calm,
            np.maximum(counts[2] - fitted, _NOTHING) / np.maximum(counts[2] - counts[1], _NOTHING),
        )
        return float(better.sum())

    def spread(self, trusted: Mask) -> float:
        """How much more leaves differ from what is expected than independent events would: the
        squared coefficient of variation of a leaf's level, or the correlation of its requests.
        By the median over the `trusted` leaves, so that a changed minority does not count."""
        variance = self.variance
        usable = trusted & (variance >= _ENOUGH)
        if usable.sum() < 20:
            return 0.0
        square = (self.observed[usable] - self.expected[usable]) ** 2 / variance[usable]
        grows = self.size[usable] if len(self.counts) == 2 else self.size[usable] - 1
        low, high = 0.0, 4.0
        for _ in range(40):
            middle = (low + high) / 2
            less = np.median(square / (1 + middle * grows)) < _HALF
            low, high = (low, middle) if less else (middle, high)
        return low

    def discounted(self, spread: Floats) -> Leaves:
        """Every leaf at its effective sample size (Kish's design effect): what it shows is kept,
        but a large leaf does not count as so many independent events."""
        return Leaves(self.codes, self.counts / (1 + spread * self.size))


def divergence(counts: Floats) -> Floats:
    """By how much a level of its own raises the log-likelihood of each group over what was
    expected of it, in nats. `counts` as in Leaves, a column per group."""
    observed, expected = counts[0], np.maximum(counts[1], _NOTHING)
    if len(counts) == 2:
        other = expected - observed
    else:
        calm, usually = counts[2] - observed, counts[2] - expected
        other = rel_entr(np.maximum(calm, 0.0), np.maximum(usually, _NOTHING))
    gain: Floats = np.maximum(rel_entr(observed, expected) + other, 0.0)
    return gain


def leaves_of_counts(codes: Codes, expected: Floats, observed: Floats) -> Leaves:
    """For a measure that adds up. `expected` is a forecast, or what an earlier window of the same
    length counted; a leaf that was never seen counts as half an event."""
    return Leaves(codes, np.stack([observed, np.maximum(expected, 0.5)]).astype(np.float64))


def leaves_of_rates(
    codes: Codes,
    requests_before: Floats,
    failures_before: Floats,
    requests: Floats,
    failures: Floats,
) -> Leaves:
    """For a ratio. A leaf's usual rate is its own, drawn towards that of the whole the less was
    seen of it and the less leaves differ at all; half a failure is added to the whole, so that
    none is impossible."""
    whole = (failures_before.sum() + 0.5) / (requests_before.sum() + 1.0)
    prior = _prior(requests_before, failures_before, whole)
    usual = (failures_before + prior * whole) / (requests_before + prior)
    return Leaves(codes, np.stack([failures, usual * requests, requests]).astype(np.float64))


def _prior(requests: Floats, failures: Floats, rate: float) -> float:
    """How many requests the rate of the whole counts for: empirical Bayes under a beta-binomial,
    by the moments (Kleinman, Proportions with extraneous variance, 1973)."""
    square = ((failures - requests * rate) ** 2).sum() / (rate * (1 - rate))
    correlation = (square - requests.sum()) / max((requests * (requests - 1)).sum(), 1.0)
    return float(np.clip(1 / max(correlation, 1 / _MOST_PRIOR), _LEAST_PRIOR, _MOST_PRIOR))
