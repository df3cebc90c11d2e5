"""How likely noise alone is to make an excursion: tests that stay honest on heavy tails,
autocorrelated noise, slow drift, counts and series that hardly ever move."""

from __future__ import annotations

import numpy as np
from scipy import special

from assistant.analysis.detection.changepoints import Noise, median, noise_of
from assistant.domain.signals import Floats

_ROBUST_UNTIL = 8.0  # effective steps from which the mean is normal enough (central limit)
# How far the rarest values of one side reach, in units of MAD sigmas, for Student's t of so many
# degrees. Two quantiles, and the worse one counts, because each is known only roughly.
_DEGREES = np.array([1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 30.0])
_RARE = np.array([0.97, 0.99])
_REACHES = special.stdtrit(_DEGREES, _RARE[:, None]) / (special.stdtrit(_DEGREES, 0.75) * 1.4826)


def degrees_of_freedom(residuals: Floats) -> float:
    """Student degrees of freedom that match the far end of one side: `residuals` in standard
    deviations, signed so that the side in question is positive. 30 is as good as normal."""
    if len(residuals) < 20:
        return 5.0
    reach = np.quantile(residuals, _RARE)
    return float(min(np.interp(-r, -at, _DEGREES) for r, at in zip(reach, _REACHES, strict=True)))


def run_chance(z: Floats, degrees: float, noise: Noise) -> float:
    """The chance that half of so many steps lie as far out as half of these do. A single step is
    judged by the tail alone; every further one multiplies."""
    effective = max(len(z) / noise.inflation, 1.0)
    middle = median(np.abs(z)) if len(z) > 2 else float(np.abs(z).min())
    one = float(special.stdtr(degrees, -middle))
    least = np.ceil((effective + 1) / 2) if effective > 2 else effective
    return float(special.betainc(least, effective - least + 1, one))


def shift_chance(shift: float, inside: int, before: int, noise: Noise) -> float:
    """Student's t of a mean shift, in standard deviations, between autocorrelated stretches."""
    n, m = max(inside / noise.inflation, 1.0), max(before / noise.inflation, 1.0)
    t = abs(shift) / np.sqrt(1 / n + 1 / m)
    return float(2 * special.stdtr(max(n + m - 2, 2.0), -t))


def excursion_chance(
    z: Floats,
    residuals: Floats,
    noise: Noise,
    *,
    drift: float = 0.0,
    most_degrees: float = 30.0,
) -> float:
    """The chance of the excursion `z` (standard deviations from the usual level) at one given
    place. `residuals` are all steps outside it on the side of the excursion and the other, signed
    so that its side is positive; `drift` is what slow wandering explains of it; `most_degrees`
    bounds the trust in normal tails for a single step."""
    beyond = np.maximum(np.abs(z) - drift, 0.0)
    if not beyond.any():
        return 1.0
    degrees = degrees_of_freedom(residuals)
    by_run = run_chance(beyond, min(degrees, most_degrees) if len(z) == 1 else degrees, noise)
    if len(z) / noise.inflation < _ROBUST_UNTIL:
        return by_run
    usual = max(int((np.abs(residuals) < 5).sum()), 1)
    return min(by_run, shift_chance(float(beyond.mean()), len(z), usual, noise))


def jump_chance(
    values: Floats, at: int, height: float, noise: Noise, *, most_degrees: float = 30.0
) -> float:
    """The chance of the move into step `at`, judged by all other moves: a series that wanders far
    in small steps still does not leap. 1 when the move is the smaller part of `height`, by which
    the excursion it begins is away."""
    if not 0 < at < len(values) - 1:
        return 1.0
    move = median(values[at : at + 2]) - float(values[at - 1])
    if abs(move) < 0.5 * abs(height) or noise.step <= 0:
        return 1.0
    moves = np.abs(np.diff(values)) / noise.step
    others = np.concatenate((moves[: max(at - 2, 0)], moves[at + 2 :]))
    # Leaps back at the end of excursions are leaps as well.
    degrees = min(degrees_of_freedom(np.concatenate((others, -others))), most_degrees)
    return float(2 * special.stdtr(degrees, -abs(move) / noise.step))


def climb_chance(fit: float, rest: Floats) -> float:
    """The chance that a bend explains the share `fit` of the variance and leaves `rest` (the F
    test of a regression, with the effective number of steps: what a random walk leaves is as
    correlated as the walk)."""
    if len(rest) < 8:
        return 1.0
    free = len(rest) / noise_of(rest).inflation - 3
    if free < 2:
        return 1.0
    return float(2 * special.stdtr(free, -np.sqrt(fit / max(1 - fit, 1e-12) * free)))


def lasting_chance(steps: int, usual: int, others: int) -> float:
    """For a series that hardly ever moves, how far it moves says nothing: only how rarely it
    does, and for how long (Laplace's rule of succession)."""
    return float(((others + 1) / (usual + others + 2)) ** min(steps, 20))


def binomial_chance(failed: float, requests: float, usual_failed: float, usual: float) -> float:
    """The chance of so many, or so few, failures at the usual failure ratio."""
    ratio = (usual_failed + 0.5) / (usual + 1.0)  # Jeffreys' prior
    failures = float(round(failed))
    if failures > ratio * requests:
        return float(special.betainc(failures, max(requests - failures, 0.0) + 1, ratio))
    return float(special.betaincc(failures + 1, max(requests - failures, 1e-9), ratio))


def drift_per_block(usual: Floats, size: int, noise: Noise) -> float:
    """By how much the usual level wanders from one block of `size` steps to the next, beyond what
    noise does to a block. The calmer half of the moves counts, so that one jump does not."""
    count = len(usual) // size
    if count < 4:
        return 0.0
    levels = np.median(usual[: count * size].reshape(count, size), axis=1)
    wander = float(np.median(np.abs(np.diff(levels)))) / 0.6745  # median of a half-normal
    # The median of a block scatters by 1.57 times the variance of its mean.
    by_noise = 2 * 1.57 * noise.sigma**2 * noise.inflation / size
    return float(np.sqrt(max(wander**2 - 2 * by_noise, 0.0)))
