"""The watch: follows the series of a store and says when an anomaly window opens and closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.analysis.detection.streaming import Alarm, StreamingDetector
from assistant.domain.signals import Series, SeriesKey
from assistant.domain.window import TimeWindow, from_ns

_MOST_STEPS = 720  # of one read

ReadSeries = Callable[[TimeWindow, int], Sequence[Series]]


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """A window of one series that opened or closed; `told_at` is the start of the step that told."""

    key: SeriesKey
    told_at: datetime
    onset: datetime
    alarm: Alarm

    @property
    def opened(self) -> bool:
        return self.alarm.opened


class Watch:
    """Follows every series that `read` returns, from `start` on, in steps of `step`."""

    def __init__(self, read: ReadSeries, start: datetime, step: timedelta) -> None:
        self._read = read
        self._next = start
        self._step = step
        self._detectors: dict[SeriesKey, StreamingDetector] = {}

    def tick(self, now: datetime) -> Iterator[WatchEvent]:
        """What the steps that ended by `now` told, in time order. A read spans at most 720 steps,
        so that a long absence is caught up in pieces."""
        while (count := min((now - self._next) // self._step, _MOST_STEPS)) > 0:
            window = TimeWindow(self._next, self._next + count * self._step)
            yield from sorted(self._observe(window), key=lambda e: (e.told_at, e.key.label()))
            self._next = window.end

    def _observe(self, window: TimeWindow) -> Iterator[WatchEvent]:
        step_ns = self._step // timedelta(microseconds=1) * 1000
        for series in self._read(window, step_ns):
            detector = self._detectors.setdefault(series.key, StreamingDetector())
            for i, value in enumerate(series.values):
                if (alarm := detector.observe(float(value))) is not None:
                    told_ns = series.start_ns + i * series.step_ns
                    onset_ns = told_ns - alarm.steps_ago * series.step_ns
                    yield WatchEvent(series.key, from_ns(told_ns), from_ns(onset_ns), alarm)
