"""Absence is not health."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from assistant.analysis.detection.absence import Silence, silence_as_zero, silences
from assistant.analysis.detection.windows import detect
from assistant.domain.anomaly import Direction
from assistant.domain.signals import Floats, Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow
from tests.builders import at, at_ns

STEPS = 60
WINDOW = TimeWindow(at(-STEPS), at(0))


def heard(
    *stretches: tuple[int, int],
    service: str = "cart",
    signal: Signal = Signal.RESOURCE,
    instance: str = "",
    every: int = 1,
) -> Series:
    """A series that holds data in the given stretches of minutes."""
    values: Floats = np.full(STEPS, np.nan)
    for start, stop in stretches:
        values[start:stop:every] = 5.0 + 0.1 * np.arange(start, stop, every) % 0.3
    if signal is Signal.TRAFFIC:
        values = np.nan_to_num(values)
    key = SeriesKey(service=service, signal=signal, name=signal, instance=instance)
    return Series(key, at_ns(-STEPS), 60 * NANOSECONDS, values)


ALIVE = heard((0, 60), service="pay")


def the_one(*series: Series) -> Silence:
    (silence,) = silences([ALIVE, *series], WINDOW)
    return silence


def test_a_service_that_sends_nothing_any_more() -> None:
    silence = the_one(heard((0, 45)), heard((0, 45), signal=Signal.TRAFFIC))
    assert (silence.service, silence.scope, silence.last_seen) == ("cart", "service", at(-15))
    assert (silence.expected_every_s, silence.silent_for_s, silence.missed) == (60, 900, 15)


def test_an_exporter_that_died_while_requests_go_on() -> None:
    silence = the_one(heard((0, 45)), heard((0, 60), signal=Signal.TRAFFIC))
    assert (silence.service, silence.scope) == ("cart", "metrics")


def test_an_instance_without_a_successor() -> None:
    silence = the_one(
        heard((0, 45), instance="a"),
        heard((0, 60), instance="b"),
    )
    assert (silence.scope, silence.instance) == ("instance", "a")


def test_a_replaced_instance_is_churn() -> None:
    both = [heard((0, 45), instance="a"), heard((44, 60), instance="b")]
    assert silences([ALIVE, *both], WINDOW) == []


def test_a_series_that_is_rare_anyway_is_not_missed_early() -> None:
    assert silences([ALIVE, heard((0, 50), every=10)], WINDOW) == []


def test_when_everything_ends_the_data_ends() -> None:
    both = [heard((0, 45)), heard((0, 45), service="pay")]
    assert silences(both, WINDOW) == []


def test_silence_is_an_anomaly_of_the_service() -> None:
    (anomaly,) = detect([ALIVE, heard((0, 45))], [], WINDOW).anomalies
    window = anomaly.window
    assert (window.service, window.direction, window.detector) == (
        "cart",
        Direction.STOPPED,
        "absence",
    )
    assert (window.onset, window.end, window.peak) == (at(-15), None, 0)
    assert window.onset_latest == at(-15) + timedelta(minutes=1)


class TestTrafficWithoutSpans:
    def quiet(self, service: str, *stretches: tuple[int, int]) -> Series:
        series = heard(*stretches, service=service)
        return replace(
            series,
            key=replace(series.key, signal=Signal.TRAFFIC),
            weights=np.nan_to_num(series.values),
        )

    def test_no_spans_while_others_are_heard_is_no_traffic(self) -> None:
        cart, _ = silence_as_zero([self.quiet("cart", (0, 45)), self.quiet("pay", (0, 60))])
        assert cart.values[45:].tolist() == [0] * 15

    def test_when_nobody_is_heard_it_stays_unknown(self) -> None:
        cart, _ = silence_as_zero([self.quiet("cart", (0, 45)), self.quiet("pay", (0, 50))])
        assert np.isnan(cart.values[50:]).all()

    def test_an_outage_of_one_service_is_seen(self) -> None:
        both = [self.quiet("cart", (0, 45)), self.quiet("pay", (0, 60))]
        anomalies = detect(both, [], WINDOW).anomalies
        assert [(a.window.service, a.window.direction) for a in anomalies] == [
            ("cart", Direction.STOPPED)
        ]
