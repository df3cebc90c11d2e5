"""The watch: follows the series of a store and says when an anomaly window opens and closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assistant.analysis.detection.streaming import Alarm, StreamingDetector
from assistant.domain.signals import Series, SeriesKey
from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns

_MOST_STEPS = 720  # of one read
_MOST_SERIES = 5_000
_DAY_NS = 86_400 * NANOSECONDS

ReadSeries = Callable[[TimeWindow, int], Sequence[Series]]


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """A window of one series that opened or closed. `told_at` is the start of the step that told,
    `onset` that of the first one of the window."""

    key: SeriesKey
    told_at: datetime
    onset: datetime
    alarm: Alarm

    @property
    def opened(self) -> bool:
        return self.alarm.opened


@dataclass(slots=True)
class _Followed:
    detector: StreamingDetector
    heard_ns: int = field(default=0)


class Watch:
    """Follows the series that `read` returns, from `start` on, in steps of `step`: at most 5,000
    of them, of which the one that was silent longest makes room for a new one."""

    def __init__(self, read: ReadSeries, start: datetime, step: timedelta) -> None:
        self._read = read
        self._next = start
        self._step = step
        self._followed: dict[SeriesKey, _Followed] = {}

    def tick(self, now: datetime) -> Iterator[WatchEvent]:
        """What the steps that ended by `now` told, in time order. One read spans at most 720
        steps, so that a long absence is caught up in pieces."""
        while (count := min((now - self._next) // self._step, _MOST_STEPS)) > 0:
            window = TimeWindow(self._next, self._next + count * self._step)
            yield from sorted(self._observe(window), key=lambda e: (e.told_at, e.key.label()))
            self._next = window.end

    def _observe(self, window: TimeWindow) -> Iterator[WatchEvent]:
        step_ns = self._step // timedelta(microseconds=1) * 1000
        for series in self._read(window, step_ns):
            followed = self._followed.get(series.key) or self._follow(series.key, step_ns)
            for i, value in enumerate(series.values.tolist()):
                told_ns = series.start_ns + i * step_ns
                if (alarm := followed.detector.observe(value)) is not None:
                    onset_ns = told_ns - (alarm.told - alarm.onset) * step_ns
                    yield WatchEvent(series.key, from_ns(told_ns), from_ns(onset_ns), alarm)
            followed.heard_ns = series.end_ns

    def _follow(self, key: SeriesKey, step_ns: int) -> _Followed:
        if len(self._followed) >= _MOST_SERIES:
            del self._followed[min(self._followed, key=lambda k: self._followed[k].heard_ns)]
        self._followed[key] = _Followed(StreamingDetector(cycle=_DAY_NS // step_ns))
        return self._followed[key]
