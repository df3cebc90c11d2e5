"""A detector that works forward in time: it sees one step, answers, and forgets what is old."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

from assistant.analysis.detection.memory import Memory
from assistant.analysis.detection.strangeness import MEMORY, Strangeness, Stream
from assistant.analysis.detection.tails import Tail, tail_of

LEARNING = 100  # values of a measure before it is heard
BUDGET, HORIZON = 4, 10_000  # alarms of one measure that a steady series gets in so many steps
_RARE = 5.0  # -log of the chance that the strangeness of a value at least has in an alarm
_REFIT = 25  # steps between two fits of a tail
_REST = 60  # steps in which what happens belongs to one alarm; what lasts longer is a new level
_CALM = 20  # steps without anything rare that close a window
_MOST = 5 * BUDGET  # peaks kept: a series that changes for good has many


@dataclass(frozen=True, slots=True)
class Alarm:
    """A window that `opened` or closed with the step just seen. `onset` and `told` count steps of
    the stream from 0; `surprise` is -log of the chance of its strangest value by `measure`."""

    opened: bool
    onset: int
    told: int
    rose: bool
    baseline: float
    peak: float
    surprise: float
    measure: str


class StreamingDetector:
    """One series, step by step. An alarm opens when a measure of strangeness is rare among all
    its values kept (peaks over threshold), and rarer than all but three of its peaks in the last
    10,000 steps. So in a steady stream, whatever its distribution, the ranks alone hold the rate:
    4 alarms in 10,000 steps for each of four measures, which mostly speak together; while little
    was seen, 4 for each time that the length grows e-fold (the argument of conformal anomaly
    detection: Laxhammar and Falkman, "Conformal prediction for distribution-independent anomaly
    detection in streaming vessel data", 2010). What follows within 60 steps is the same alarm.
    Memory is bounded (some 200 kB); a step costs some tens of microseconds."""

    def __init__(self, cycle: int = 0) -> None:
        """`cycle`: steps of a day, 0 for none."""
        self._stream = Stream(cycle)
        self._measures = [_Measure(name) for name in Strangeness._fields]
        self._step = -1
        self._opened_at = -_REST - 1
        self._rare_at = 0
        self._window: Alarm | None = None

    def observe(self, value: float) -> Alarm | None:
        """The next step; NaN where it holds no data, which is never an alarm here."""
        self._step += 1
        strangeness = self._stream.observe(value) if math.isfinite(value) else None
        if strangeness is None:
            return None
        surprises = [m.surprise(s) for m, s in zip(self._measures, strangeness, strict=True)]
        if max(surprises) >= _RARE:
            self._rare_at = self._step
        heard = [
            (surprise, measure.name)
            for measure, surprise in zip(self._measures, surprises, strict=True)
            if measure.alarms(self._step, surprise)
        ]
        if self._window is not None:
            return self._follow(self._window, value)
        if not heard or self._step - self._opened_at <= _REST:
            return None
        return self._open(value, *max(heard))

    def _open(self, value: float, surprise: float, measure: str) -> Alarm:
        middle = self._stream.middle
        self._opened_at = step = self._step
        self._window = Alarm(True, step, step, value > middle, middle, value, surprise, measure)
        return self._window

    def _follow(self, window: Alarm, value: float) -> Alarm | None:
        further = abs(value - window.baseline) > abs(window.peak - window.baseline)
        peak = value if further else window.peak
        calm = self._step - self._rare_at >= _CALM
        over = calm or self._step - self._opened_at >= _REST
        followed = replace(
            window, opened=not over, told=self._step, peak=peak, rose=peak > window.baseline
        )
        self._window = None if over else followed
        return followed if over else None


class _Measure:
    """One measure of strangeness: how it is distributed, and its peaks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._past = Memory(MEMORY)
        self._tail: Tail | None = None
        self._age = 0
        self._peaks: deque[tuple[int, float]] = deque(maxlen=_MOST)

    def surprise(self, strange: float) -> float:
        """How rare, by what was seen before; 0 while too little was."""
        if math.isnan(strange):
            return 0.0
        if len(self._past) >= LEARNING and (self._tail is None or self._age >= _REFIT):
            self._tail, self._age = tail_of(self._past.last(MEMORY)), 0
        self._age += 1
        self._past.append(strange)
        return 0.0 if self._tail is None else self._tail.surprise(strange)

    def alarms(self, step: int, surprise: float) -> bool:
        """Whether this is among the strangest of the horizon; peaks close together are one."""
        if surprise < _RARE:
            return False
        while self._peaks and self._peaks[0][0] < step - HORIZON:
            self._peaks.popleft()
        if self._peaks and step - self._peaks[-1][0] <= _REST:
            began, before = self._peaks[-1]
            self._peaks[-1] = (began, max(before, surprise))
            return False
        if sum(before >= surprise for _, before in self._peaks) >= BUDGET:
            return False
        self._peaks.append((step, surprise))
        return True
