"""The watch: follows the series of a store and says when an anomaly window opens and closes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from assistant.analysis.detection.absence import silence_as_zero
from assistant.analysis.detection.streaming import Alarm, StreamingDetector
from assistant.domain.signals import Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns

_MOST_STEPS = 720  # of one read
_MOST_SERIES = 2_000
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


def as_row(event: WatchEvent) -> dict[str, str | float]:
    """The event as plain JSON values; `chance` is that of so strange a value in this series."""
    alarm = event.alarm
    return {
        "event": "opened" if event.opened else "closed",
        "service": event.key.service,
        "series": f"{event.key.name} {event.key.statistic}".strip(),
        "instance": event.key.instance,
        "signal": event.key.signal.value,
        "at": event.told_at.isoformat(),
        "onset": event.onset.isoformat(),
        "direction": "rose" if alarm.rose else "fell",
        "baseline": alarm.baseline,
        "peak": alarm.peak,
        "measure": alarm.measure,
        "chance": math.exp(-alarm.surprise),
    }


@dataclass(slots=True)
class _Followed:
    detector: StreamingDetector
    heard_ns: int = 0


class Watch:
    """Follows the series that `read` returns, from `start` on, in steps of `step`: at most
    `most_series` of them. The one that was silent longest makes room for a new one; while none is
    silent, new ones are left out."""

    def __init__(
        self,
        read: ReadSeries,
        start: datetime,
        step: timedelta,
        *,
        most_series: int = _MOST_SERIES,
    ) -> None:
        self._read = read
        self._next = start
        self._step = step
        self._most = most_series
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
        read = silence_as_zero(self._read(window, step_ns))
        for series in (*read, *self._fallen_silent(read)):
            followed = self._followed.get(series.key)
            followed = followed or self._follow(series.key, window, step_ns)
            if followed is None:
                continue
            for i, value in enumerate(series.values.tolist()):
                told_ns = series.start_ns + i * step_ns
                if (alarm := followed.detector.observe(value)) is not None:
                    onset_ns = told_ns - (alarm.told - alarm.onset) * step_ns
                    yield WatchEvent(series.key, from_ns(told_ns), from_ns(onset_ns), alarm)
            followed.heard_ns = series.end_ns

    def _fallen_silent(self, read: Sequence[Series]) -> list[Series]:
        """Requests that were counted before and are no more, as none, wherever anything else was
        heard. Other series may end: an instance that goes is no anomaly."""
        if not read:
            return []
        here = {series.key for series in read}
        first = read[0]
        heard = np.logical_or.reduce([np.isfinite(series.values) for series in read])
        none = np.where(heard, 0.0, np.nan)
        return [
            replace(first, key=key, values=none, weights=None)
            for key in self._followed
            if key.signal is Signal.TRAFFIC and not key.instance and key not in here
        ]

    def _follow(self, key: SeriesKey, window: TimeWindow, step_ns: int) -> _Followed | None:
        if len(self._followed) >= self._most:
            silent = min(self._followed, key=lambda k: self._followed[k].heard_ns)
            if self._followed[silent].heard_ns >= window.start_ns:
                return None  # or none of them would ever be learned
            del self._followed[silent]
        self._followed[key] = _Followed(StreamingDetector(cycle=_DAY_NS // step_ns))
        return self._followed[key]
