"""The watch reads in bounded pieces and says what opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from assistant.domain.signals import Floats, Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow, to_ns
from assistant.watch import Watch

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = SeriesKey("checkout", Signal.METRIC, "queue_length")


class Recorded:
    """A store that holds one series, and remembers how it was asked."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self.windows: list[TimeWindow] = []

    def series(self, window: TimeWindow, step_ns: int) -> Sequence[Series]:
        self.windows.append(window)
        first = (window.start_ns - to_ns(START)) // step_ns
        count = (window.end_ns - window.start_ns) // step_ns
        part = self.values[first : first + count]
        return [Series(KEY, window.start_ns, step_ns, part)] if len(part) else []


def spiking() -> Floats:
    values = np.random.default_rng(4).normal(10, 1, 2000)
    values[1500:1505] = 70
    return values


def test_a_window_is_told_when_it_opens_and_when_it_closes() -> None:
    watch = Watch(Recorded(spiking()).series, START, MINUTE)
    events = [e for e in watch.tick(START + 2000 * MINUTE) if e.onset == START + 1500 * MINUTE]
    assert [e.opened for e in events] == [True, False]
    assert events[0].key == KEY
    assert events[0].told_at == START + 1500 * MINUTE
    assert events[1].told_at > events[0].told_at


def test_many_small_ticks_tell_what_one_large_one_does() -> None:
    large = list(Watch(Recorded(spiking()).series, START, MINUTE).tick(START + 2000 * MINUTE))
    watch = Watch(Recorded(spiking()).series, START, MINUTE)
    small = [e for i in range(0, 2001, 7) for e in watch.tick(START + i * MINUTE)]
    assert [e for e in large if e.told_at < START + 1995 * MINUTE] == small


def test_no_read_spans_more_than_720_steps_and_none_is_read_twice() -> None:
    store = Recorded(spiking())
    watch = Watch(store.series, START, MINUTE)
    list(watch.tick(START + 2000 * MINUTE))
    assert max(w.duration for w in store.windows) == 720 * MINUTE
    list(watch.tick(START + 2000 * MINUTE + timedelta(seconds=59)))
    spans = sum((w.duration for w in store.windows), timedelta(0))
    assert spans == 2000 * MINUTE


def test_a_series_that_comes_late_starts_to_be_learned_then() -> None:
    def series(window: TimeWindow, step_ns: int) -> Sequence[Series]:
        if window.start < START + 720 * MINUTE:
            return []
        count = window.duration // MINUTE
        return [Series(KEY, window.start_ns, 60 * NANOSECONDS, np.full(count, 5.0))]

    assert list(Watch(series, START, MINUTE).tick(START + 2000 * MINUTE)) == []
