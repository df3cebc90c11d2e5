"""What is asked of every new point of a stream: four measures that look only back."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from assistant.analysis.detection.memory import Memory
from assistant.domain.signals import Floats

MEMORY = 4096  # values of a stream that are kept
_RECENT = 1000  # values that tell the usual level
_RUN, _LONG_RUN = 5, 20  # steps of a mean, and of one against earlier cycles
_SHAPE = 2  # values of a shape: more would hide what is short
_FIRST = 50  # values before the first answer: nothing is usual yet
_REFRESH = 25  # steps between two looks at what changes slowly
_CYCLES = 7  # earlier cycles that tell what is usual at a time of the cycle
_REPEATS = 0.2  # share of the variance that the cycle before must explain


class Strangeness(NamedTuple):
    """How strange the last point is; 0 is usual, and no scale is promised. `record`: how far
    beyond everything seen; `level`: how far the mean of a short run is off; `rhythm`: how far a
    longer one is from earlier cycles, NaN where there are none; `shape`: distance of the last
    values to the likest ones before."""

    record: float
    level: float
    rhythm: float
    shape: float


class Stream:
    """What is remembered of one series. `cycle` is the length in steps of a repetition that the
    series may have (a day); it is used only while the series repeats itself."""

    def __init__(self, cycle: int = 0) -> None:
        self.middle = self.spread = 0.0
        self._values, self._misses = Memory(MEMORY), Memory(_LONG_RUN)
        self._lowest, self._highest = math.inf, -math.inf
        self._seen = 0
        # A cycle of few steps has no phases, one of half the memory or more cannot be compared.
        self._cycle = cycle if _LONG_RUN < cycle <= MEMORY // 2 else 0
        self._repeats = False

    def observe(self, value: float) -> Strangeness | None:
        """Remember a value that exists, and say how strange it was: None for the first 50."""
        if self._seen % _REFRESH == 0:
            self._refresh(value)
        self._seen += 1
        record = max(value - self._highest, self._lowest - value, 0.0)
        record = record if math.isfinite(record) else 0.0
        self._lowest, self._highest = min(self._lowest, value), max(self._highest, value)
        self._misses.append(self._miss(value))
        self._values.append(value)
        if self._seen <= _FIRST:
            return None
        run = self._values.last(_RUN)
        rhythm = abs(float(self._misses.last(_LONG_RUN).mean())) if self._repeats else math.nan
        return Strangeness(
            record=record / self.spread,
            level=abs(float(run.mean()) - self.middle) / self.spread,
            rhythm=rhythm / self.spread,
            shape=_novelty(self._values.last(MEMORY)),
        )

    def _refresh(self, value: float) -> None:
        values = self._values.last(MEMORY)
        if not len(values):
            values = np.array([value])
        self.middle = float(np.median(values[-_RECENT:]))
        self.spread = _spread(values)
        if self._cycle:
            self._repeats = _repeats(values, self._cycle)

    def _miss(self, value: float) -> float:
        """By how much a value misses the middle of its neighbourhood in earlier cycles."""
        if not self._repeats:
            return 0.0
        values, cycle = self._values.last(MEMORY), self._cycle
        around = max(1, cycle // 96)
        places = [len(values) - k * cycle for k in range(1, _CYCLES + 1)]
        usual = [np.median(values[p - around : p + around + 1]) for p in places if p >= around]
        return value - float(np.median(usual))


def _novelty(values: Floats) -> float:
    """Distance of the last values to the nearest earlier stretch that ended before they began:
    the left discord of the matrix profile (Yeh et al., "Matrix profile I", ICDM 2016; Lu et al.,
    "DAMP", KDD 2022), without normalising stretches, as the level counts here."""
    count = len(values) - 2 * _SHAPE + 1
    if count < 1:
        return 0.0
    distance = np.zeros(count)
    for i, value in enumerate(values[-_SHAPE:]):
        distance += (values[i : i + count] - value) ** 2
    return math.sqrt(float(distance.min()) / _SHAPE)


def _repeats(values: Floats, cycle: int) -> bool:
    """Whether the cycle before, smoothed, explains a fair share of the variance."""
    if len(values) < 2 * cycle:
        return False
    width = 2 * max(1, cycle // 96) + 1
    before = np.convolve(values[:-cycle], np.ones(width) / width, mode="same")
    missed = float(np.mean((values[cycle:] - before) ** 2))
    return missed < (1 - _REPEATS) * float(np.var(values[cycle:]))


def _spread(values: Floats) -> float:
    """Standard deviation by quantiles: by the wide pair too, as many series rest most of the
    time."""
    low, quarter, middle, three, high = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))
    spread = max((high - low) / 3.29, (three - quarter) / 1.349)
    return float(spread or values.std() or abs(middle) * 0.01 or 1e-9)
