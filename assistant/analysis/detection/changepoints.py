"""Where the level of a noisy series changes, and how sure that place is.

Noise: Chakar, Lebarbier, Lévy-Leduc and Robin, "A robust approach for estimating change-points in
the mean of an AR(1) process", Bernoulli 23 (2017): the autocorrelation is read from differences,
which a few level shifts cannot spoil. Segmentation: PELT, Killick, Fearnhead and Eckley, "Optimal
detection of changepoints with a linear computational cost", JASA 107 (2012), in the C
implementation of `ruptures`. Place of a change: the likelihood interval of Hinkley, "Inference
about the change-point in a sequence of random variables", Biometrika 57 (1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import ruptures

from assistant.domain.signals import Floats

MAD_TO_SIGMA = 1.4826
_CLIP = 12.0  # standard deviations: an outlier counts, but cannot buy ten change points
_PENALTY = 3.0  # of log(n) squared standard deviations a change
_MOST_CORRELATED = 0.95
_MOST_INFLATED = 4.0
_LIKELY = 4.0  # log-likelihood drop of places still possible, in half squared deviations (95 %)


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviation around the level and autocorrelation from one step to the next."""

    sigma: float
    rho: float

    @property
    def inflation(self) -> float:
        """How many times more variance a mean has than with independent steps."""
        return (1 + self.rho) / (1 - self.rho)

    @property
    def step(self) -> float:
        """Standard deviation of the move from one step to the next."""
        return self.sigma * float(np.sqrt(2 * (1 - self.rho)))


@dataclass(frozen=True, slots=True)
class Place:
    """The index of the first changed value; it lies between `earliest` and `latest`."""

    index: int
    earliest: int
    latest: int


def median(values: Floats) -> float:
    """The median of a short array without NaN; ten times faster there than numpy's."""
    count = len(values)
    half = count // 2
    if count % 2:
        return float(np.partition(values, half)[half])
    parted = np.partition(values, (half - 1, half))
    return float(parted[half - 1] + parted[half]) / 2


def noise_of_rows(rows: Floats) -> tuple[Floats, Floats]:
    """(sigma, rho) of each row of complete values, shape (rows, steps) with at least 3 steps."""
    # Around their median, because a slope in most of the window would look like correlation.
    first, second = (
        np.sort(np.abs(moves - np.median(moves, axis=1, keepdims=True)), axis=1)
        for moves in (np.diff(rows, axis=1), rows[:, 2:] - rows[:, :-2])
    )
    one = _middle(first) * MAD_TO_SIGMA
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = np.where(one > 0, _calm_square(second) / _calm_square(first) - 1, 0.0)
    # The estimate itself scatters; only correlation beyond that is believed.
    rho = np.clip(rho - 2 / np.sqrt(rows.shape[1]) * (1 - rho), 0.0, _MOST_CORRELATED)
    return one / np.sqrt(2 * (1 - rho)), rho


def _middle(ordered: Floats) -> Floats:
    """The median of rows that are in order."""
    count = ordered.shape[1]
    middle: Floats = (ordered[:, (count - 1) // 2] + ordered[:, count // 2]) / 2
    return middle


def _calm_square(ordered: Floats) -> Floats:
    """The mean square of the smaller four fifths: scatters far less than the median, and a few
    jumps do not reach it."""
    kept = ordered[:, : max(1, ordered.shape[1] * 4 // 5)]
    square: Floats = np.einsum("ij,ij->i", kept, kept) / kept.shape[1]
    return square


def noise_of(values: Floats) -> Noise:
    sigma, rho = noise_of_rows(values[np.newaxis, :])
    return Noise(float(sigma[0]), float(rho[0]))


def curve_error(values: Floats, degree: int) -> float:
    """Squared error of the best polynomial."""
    powers = np.polynomial.legendre.legvander(np.linspace(-1, 1, len(values)), degree)
    coefficients, *_ = np.linalg.lstsq(powers, values, rcond=None)
    rest = values - powers @ coefficients
    return float(rest @ rest)


def segments(standardised: Floats, noise: Noise) -> list[tuple[int, int]]:
    """Half-open stretches of equal level, by PELT on values in units of the noise. Correlation
    raises the price of a change only so far: how likely a piece is, is judged afterwards."""
    count = len(standardised)
    if count < 4:
        return [(0, count)]
    penalty = _PENALTY * np.log(count) * min(noise.inflation, _MOST_INFLATED)
    signal = np.clip(standardised, -_CLIP, _CLIP)[:, np.newaxis]
    ends = ruptures.KernelCPD(kernel="linear", min_size=1).fit(signal).predict(pen=float(penalty))
    bounds = [0, *(int(end) for end in ends)]
    return list(pairwise(bounds))


def step_place(values: Floats, before: float, after: float, noise: Noise) -> Place:
    """Where `values` step from the level `before` to the level `after`."""
    gain = np.cumsum((values - after) ** 2 - (values - before) ** 2)
    # cost[k]: everything from k on is at the new level
    cost = np.concatenate(([0.0], -gain)) / max(noise.sigma, 1e-300) ** 2 / noise.inflation
    return _likely(cost)


def ramp_place(values: Floats, noise: Noise) -> tuple[Place, Floats]:
    """Where a flat start turns into a straight slope, and what that leaves unexplained."""
    count = len(values)
    knots = np.unique(np.linspace(0, count - 2, min(count - 1, 200)).astype(int))
    slopes = np.maximum(0, np.arange(count)[np.newaxis, :] - knots[:, np.newaxis]).astype(float)
    centred = slopes - slopes.mean(axis=1, keepdims=True)
    target = values - values.mean()
    fit = (centred @ target) / (centred**2).sum(axis=1)
    errors = (target @ target) - fit**2 * (centred**2).sum(axis=1)
    best = int(np.argmin(errors))
    rest = target - fit[best] * centred[best]
    place = _likely(errors / max(noise.sigma, 1e-300) ** 2 / noise.inflation)
    spread = Place(int(knots[place.index]), int(knots[place.earliest]), int(knots[place.latest]))
    return spread, rest


def leap_place(values: Floats, noise: Noise) -> tuple[Place, float, float]:
    """Where a flat start is left at a leap, to go on along any straight line from there, and the
    squared errors of the start and of the line. At least two values are on either side."""
    count = len(values)
    at = np.arange(2, count - 1)
    first, squares = np.cumsum(values), np.cumsum(values**2)
    flat = squares[at - 1] - first[at - 1] ** 2 / at
    rest = count - at
    total, moment = first[-1] - first[at - 1], np.cumsum(values * np.arange(count))
    centre = (count - 1 + at) / 2
    lean = (moment[-1] - moment[at - 1] - centre * total) ** 2 / (rest * (rest**2 - 1) / 12)
    sloped = squares[-1] - squares[at - 1] - total**2 / rest - lean
    errors = np.maximum(flat, 0.0) + np.maximum(sloped, 0.0)
    place = _likely(errors / max(noise.sigma, 1e-300) ** 2 / noise.inflation)
    found = Place(place.index + 2, place.earliest + 2, place.latest + 2)
    return found, float(max(flat[place.index], 0.0)), float(max(sloped[place.index], 0.0))


def _likely(cost: Floats) -> Place:
    best = int(np.argmin(cost))
    possible = np.flatnonzero(cost <= cost[best] + _LIKELY)
    return Place(best, int(possible[0]), int(possible[-1]))
