"""What is usual for a series: its level, its noise, its rhythm and its drift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.analysis.detection.changepoints import MAD_TO_SIGMA, Noise, median, noise_of
from assistant.analysis.detection.scales import Bools
from assistant.domain.signals import Floats

_LASTED = 0.15  # share of the window a level must hold to count as usual
_FEWEST_STEPS = 6
_PERIODS = 3  # fewest repetitions from which a rhythm is learnt
_EXPLAINED = 0.67  # of the spread that a rhythm may leave


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The usual level and the steps it was measured on."""

    level: float
    usual: Bools


def step_noise(values: Floats, least: float) -> tuple[Noise, bool]:
    """The noise of `values`, at least `least`, and whether they are so still that it had to be
    assumed: most steps repeat the one before."""
    noise = noise_of(values)
    middle = median(values)
    still = noise.sigma <= 1e-9 * max(abs(middle), 1e-300)
    moves = np.abs(np.diff(values))
    moves = moves[moves > 0]
    if len(moves) >= max(4, 0.05 * len(values)):
        # Whole numbers jitter between neighbours: half a notch is noise.
        least = max(least, 0.5 * float(np.quantile(moves, 0.1)))
    if noise.sigma >= least and noise.sigma > 0:
        return noise, still
    if least == 0:
        least = 0.05 * float(np.abs(values - middle).max())
    return Noise(least, noise.rho), still


def usual_level(
    values: Floats,
    raw: Floats,
    pieces: Sequence[tuple[int, int]],
    noise: Noise,
    matters: Callable[[float, float], bool],
    away: float,
) -> Baseline:
    """The first level that lasted: an incident may fill most of the window, and its beginning may
    still show the end of another, but what came first and stayed for a while is what was usual.
    `raw` are the values before scaling, on which `matters` tells levels apart that
    lie further than `away` standard deviations from one another."""
    count = len(values)
    levels = np.array([median(values[a:b]) for a, b in pieces])
    plain = [median(raw[a:b]) for a, b in pieces]
    lengths = np.array([b - a for a, b in pieces])
    needed = max(min(_FEWEST_STEPS, count // 3), _LASTED * count)

    def alike(one: int) -> Bools:
        near = np.abs(levels - levels[one]) <= away * noise.sigma
        for i in np.flatnonzero(~near):
            near[i] = not matters(plain[one], plain[i])
        return np.asarray(near, dtype=bool)

    lasting = (same for i in range(len(pieces)) if lengths[same := alike(i)].sum() >= needed)
    chosen = next(lasting, None)
    if chosen is None:
        chosen = alike(int(np.argmax(lengths)))
    usual = np.repeat(chosen, lengths)
    return Baseline(median(values[usual]), usual)


def without_rhythm(values: Floats) -> Floats:
    """`values` less their repeating pattern, when at least three whole periods show one that
    explains a third of their spread; `values` themselves otherwise. The period is the highest
    peak of the autocorrelation, the pattern the median of each phase."""
    period = _period(values)
    if not period:
        return values
    phases = np.arange(len(values)) % period
    padded = np.full((-(-len(values) // period), period), np.nan)
    padded.flat[: len(values)] = values
    pattern = np.nanmedian(padded, axis=0)
    pattern -= np.median(pattern)
    if _spread(values - pattern[phases]) > _EXPLAINED * _spread(values):
        return values
    # Periods are seldom whole steps: the pattern may come a step early or late.
    shifted = values - np.stack([pattern[(phases + k) % period] for k in (0, -1, 1)])
    nearest = np.argmin(np.abs(shifted - median(values)), axis=0)
    rest: Floats = shifted[nearest, np.arange(len(values))]
    return rest


def _period(values: Floats) -> int:
    count = len(values)
    if count < 4 * _PERIODS:
        return 0
    middle, spread = median(values), _spread(values)
    if spread == 0:
        return 0
    centred = np.clip(values - middle, -3 * spread, 3 * spread)
    centred = centred - centred.mean()
    power = np.abs(np.fft.rfft(centred, 2 * count)) ** 2
    correlation = np.fft.irfft(power)[: count // _PERIODS + 1]
    correlation = correlation / correlation[0] * (count / (count - np.arange(len(correlation))))
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:]))
    # What merely changes slowly correlates too, but without a dip before the peak.
    dips = np.minimum.accumulate(correlation)[peaks]
    peaks = peaks[(peaks >= 4) & (correlation[peaks] > 0.5) & (correlation[peaks] - dips > 0.25)]
    return int(peaks[np.argmax(correlation[peaks])]) if len(peaks) else 0


def _spread(values: Floats) -> float:
    return MAD_TO_SIGMA * median(np.abs(values - median(values)))


def without_drift(values: Floats) -> Floats:
    """`values` less a straight drift over the whole window, when nearly all of their spread is
    that drift: what grows evenly from before the window (an uptime, a slow daily slope) has no
    onset inside it."""
    count = len(values)
    if count < 12:
        return values
    blocks = np.array_split(np.arange(count), 12)
    centres = np.array([block.mean() for block in blocks])
    levels = np.array([median(values[block]) for block in blocks])
    # Theil-Sen: the median of all slopes is unmoved by an incident in part of the window.
    i, j = np.triu_indices(len(blocks), 1)
    slope = median((levels[j] - levels[i]) / (centres[j] - centres[i]))
    line = slope * (np.arange(count) - (count - 1) / 2)
    rest: Floats = values - line
    fits = np.abs(levels - slope * centres - median(levels - slope * centres)).max()
    return rest if fits < 0.15 * abs(slope) * count else values
