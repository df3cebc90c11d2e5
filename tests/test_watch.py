"""The watch reads in bounded pieces and says what opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from assistant.domain.signals import Floats, Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow, to_ns
from assistant.watch import ReadSeries, Watch, as_row

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


def read_of(values: Floats, key: SeriesKey, weights: Floats | None = None) -> ReadSeries:
    """Reads one series, which is left out where a read has no value of it, beside a steady one."""

    def series(window: TimeWindow, step_ns: int) -> Sequence[Series]:
        first = (window.start_ns - to_ns(START)) // step_ns
        part = slice(first, first + (window.end_ns - window.start_ns) // step_ns)
        steady = np.full(len(values[part]), 5.0)
        found = [Series(KEY, window.start_ns, step_ns, steady)]
        if np.isfinite(values[part]).any():
            counts = None if weights is None else weights[part]
            found.append(Series(key, window.start_ns, step_ns, values[part], counts))
        return found

    return series


def stopping() -> Floats:
    values = np.random.default_rng(8).normal(50, 3, 3000)
    values[1500:] = np.nan
    return values


def test_requests_that_stop_while_others_are_heard_are_told() -> None:
    key = SeriesKey("cart", Signal.TRAFFIC, "requests", statistic="rate")
    read = read_of(stopping(), key, np.full(3000, 3000.0))
    events = list(Watch(read, START, MINUTE).tick(START + 3000 * MINUTE))
    told = [e for e in events if e.key == key and e.told_at >= START + 1500 * MINUTE]
    assert (told[0].opened, told[0].told_at) == (True, START + 1500 * MINUTE)
    assert told[0].alarm.peak == 0


def test_an_instance_that_goes_is_no_anomaly() -> None:
    key = SeriesKey("cart", Signal.RESOURCE, "memory", instance="cart-7d4f")
    read = read_of(stopping(), key)
    events = list(Watch(read, START, MINUTE).tick(START + 3000 * MINUTE))
    assert not [e for e in events if e.told_at >= START + 1500 * MINUTE]


def test_a_crowd_of_series_does_not_push_out_the_ones_followed() -> None:
    spiked = spiking()[:400]
    spiked[360] = 90

    def series(window: TimeWindow, step_ns: int) -> Sequence[Series]:
        first = (window.start_ns - to_ns(START)) // step_ns
        part = spiked[first : first + window.duration // MINUTE]
        new = SeriesKey("cart", Signal.METRIC, f"late{first}")
        return [Series(k, window.start_ns, step_ns, part) for k in (KEY, new)]

    watch = Watch(series, START, MINUTE, most_series=1)
    events = [e for i in range(0, 401, 10) for e in watch.tick(START + i * MINUTE)]
    assert START + 360 * MINUTE in {e.told_at for e in events if e.opened}
    assert {e.key for e in events} == {KEY}


def test_an_event_as_plain_values() -> None:
    watch = Watch(Recorded(spiking()).series, START, MINUTE)
    row = next(
        as_row(e) for e in watch.tick(START + 2000 * MINUTE) if e.onset == START + 1500 * MINUTE
    )
    assert row["event"] == "opened"
    assert (row["service"], row["series"], row["direction"]) == ("checkout", "queue_length", "rose")
    assert float(row["chance"]) < 1e-3
