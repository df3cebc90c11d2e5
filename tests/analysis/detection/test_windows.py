"""What is an anomaly window, and what is not."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.analysis.detection.windows import detect, service_windows
from assistant.domain.anomaly import AnomalyWindow, Direction
from assistant.domain.signals import Floats, LogShape, Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow
from tests.analysis.logs.test_templates import a_shape
from tests.builders import a_log, at, at_ns

STEPS = 180
WINDOW = TimeWindow(at(-STEPS), at(0))


def noise(seed: int = 0, size: int = STEPS) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, size)


def since(minute: int) -> Floats:
    """0 before the given minute of the window, 1 from then on."""
    return (np.arange(STEPS) >= minute).astype(float)


def series(
    values: Floats,
    signal: Signal = Signal.METRIC,
    service: str = "cart",
    weights: Floats | None = None,
    **key: str,
) -> Series:
    return Series(
        key=SeriesKey(service=service, signal=signal, name=key.pop("name", "m"), **key),  # type: ignore[arg-type]
        start_ns=at_ns(-STEPS),
        step_ns=60 * NANOSECONDS,
        values=values,
        weights=weights,
    )


def found(*several: Series, focus_min: float | None = None) -> list[AnomalyWindow]:
    focus = at(focus_min) if focus_min is not None else None
    return [a.window for a in detect(several, [], WINDOW, focus).anomalies]


def the_one(*several: Series, focus_min: float | None = None) -> AnomalyWindow:
    (window,) = found(*several, focus_min=focus_min)
    return window


def minute_of(window: AnomalyWindow) -> float:
    return (window.onset - WINDOW.start) / timedelta(minutes=1)


class TestShapesOfChange:
    def test_a_step(self) -> None:
        window = the_one(series(50 + noise() + 20 * since(150)))
        assert (window.direction, minute_of(window), window.end) == (Direction.ROSE, 150, None)
        assert window.onset_earliest <= at(-30) <= window.onset_latest
        assert window.baseline == pytest.approx(50, abs=0.5)
        assert window.score > 10

    def test_an_excursion_that_ended(self) -> None:
        window = the_one(series(50 + noise() + 20 * (since(100) - since(120))))
        assert (window.onset, window.end) == (at(-80), at(-60))

    def test_a_leak_begins_where_it_leaves_the_baseline(self) -> None:
        window = the_one(series(200 + 5 * noise() + 2 * np.maximum(0, np.arange(STEPS) - 60)))
        assert minute_of(window) == pytest.approx(60, abs=4)
        assert window.detector == "pelt+ramp"

    def test_a_leak_and_the_crash_it_leads_into_are_two_windows(self) -> None:
        climbing = 200 + noise() + 2 * np.maximum(0, np.arange(STEPS) - 40)
        values = np.where(since(170) > 0, 30 + noise(1), climbing)
        assert sorted((minute_of(w), w.direction) for w in found(series(values))) == [
            (pytest.approx(40, abs=4), Direction.ROSE),
            (170, Direction.FELL),
        ]

    def test_a_configuration_value_that_never_moved_steps(self) -> None:
        window = the_one(series(50 - 40 * since(150), Signal.SATURATION))
        assert (window.baseline, window.peak, window.direction) == (50, 10, Direction.FELL)
        assert minute_of(window) == 150

    def test_an_incident_that_fills_most_of_the_window(self) -> None:
        window = the_one(series(50 + noise() + 20 * since(60)))
        assert (minute_of(window), window.end) == (60, None)

    def test_intermittent_trouble_after_a_long_calm_is_one_window(self) -> None:
        bursts = (np.arange(STEPS) >= 120) * (np.arange(STEPS) % 12 < 5)
        window = the_one(series(50 + noise() + 20 * bursts))
        assert minute_of(window) == 120

    def test_gaps_in_the_data_widen_the_onset(self) -> None:
        values = 50 + noise() + 20 * since(150)
        values[145:150] = np.nan
        window = the_one(series(values))
        assert window.onset_earliest <= at(-34)
        assert window.onset == at(-30)

    def test_a_leap_of_a_series_that_otherwise_wanders_slowly(self) -> None:
        values = 1000 + np.cumsum(noise()) + 60 * since(150)
        assert (minute_of(the_one(series(values)))) == 150


class TestNoAnomaly:
    @pytest.mark.parametrize("value", [0.0, 1.0, -7.5, 1e12])
    def test_a_constant(self, value: float) -> None:
        assert found(series(np.full(STEPS, value))) == []

    def test_healthy_noise(self) -> None:
        rng = np.random.default_rng(5)
        calm = [series(rng.normal(50, 3, STEPS)) for _ in range(300)]
        calm += [series(rng.gamma(2, 2, STEPS)) for _ in range(300)]
        calm += [series(rng.integers(18, 22, STEPS).astype(float)) for _ in range(300)]
        assert len(found(*calm)) <= 1

    def test_an_uptime_has_no_onset(self) -> None:
        assert found(series(np.linspace(0, 60 * (STEPS - 1), STEPS))) == []

    def test_a_rhythm_is_usual(self) -> None:
        assert found(series(10 + 10.0 * (np.arange(STEPS) % 15 == 0) + noise())) == []

    def test_the_day_drifts(self) -> None:
        day = np.asarray(100 + 15 * np.sin(np.arange(STEPS) / 60), dtype=np.float64)
        assert found(series(day + noise())) == []

    def test_habitual_spikes(self) -> None:
        spikes = np.isin(np.arange(STEPS), [13, 37, 52, 88, 101, 130, 151, 171])
        assert found(series(10 + noise() + 40 * spikes)) == []

    def test_a_random_walk_wanders(self) -> None:
        walks = [series(1000 + np.cumsum(noise(seed))) for seed in range(20)]
        assert len(found(*walks)) <= 1

    def test_a_series_too_short_to_have_a_baseline(self) -> None:
        assert found(series(np.r_[np.ones(4), 9, np.full(STEPS - 5, np.nan)])) == []

    def test_no_data_at_all(self) -> None:
        assert detect([], [], WINDOW).anomalies == ()
        assert found(series(np.full(STEPS, np.nan))) == []


class TestSignals:
    def test_a_latency_change_on_three_requests_is_none(self) -> None:
        values, weights = np.full(STEPS, np.nan), np.zeros(STEPS)
        values[::4], weights[::4] = np.exp(0.2 * noise(size=45)), 1
        values[168::4] *= 8
        assert found(series(values, Signal.LATENCY, weights=weights)) == []

    def test_the_same_change_on_many_requests_is_one(self) -> None:
        values = np.exp(0.2 * noise()) * (1 + 7 * since(168))
        assert (
            minute_of(the_one(series(values, Signal.LATENCY, weights=np.full(STEPS, 50.0)))) == 168
        )

    def test_an_error_ratio_is_as_sure_as_its_requests_are_many(self) -> None:
        ratio = 0.5 * since(178)
        few, many = np.full(STEPS, 2.0), np.full(STEPS, 200.0)
        assert found(series(ratio, Signal.ERRORS, weights=few)) == []
        assert the_one(series(ratio, Signal.ERRORS, weights=many)).direction is Direction.ROSE

    def test_traffic_that_drops_to_nothing_stopped(self) -> None:
        rate = np.random.default_rng(0).poisson(1200 * (1 - since(150))) / 60
        assert the_one(series(rate, Signal.TRAFFIC)).direction is Direction.STOPPED

    def test_the_last_counts_may_still_arrive(self) -> None:
        rate = np.random.default_rng(0).poisson(1200 * (1 - 0.9 * since(179))) / 60
        assert found(series(rate, Signal.TRAFFIC)) == []

    def test_traffic_that_halves_fell(self) -> None:
        rate = np.random.default_rng(0).poisson(1200 * (1 - 0.5 * since(150))) / 60
        window = the_one(series(rate, Signal.TRAFFIC))
        assert (window.direction, window.end) == (Direction.FELL, None)
        assert window.peak == pytest.approx(10, abs=2)


class TestLogs:
    def shape(self, counts: Floats, body: str = "pool exhausted", severity: int = 17) -> LogShape:
        seen = np.flatnonzero(counts)
        first = at_ns(-STEPS + int(seen[0])) + 7 * NANOSECONDS
        return LogShape(
            service="cart",
            shape=body,
            severity_number=severity,
            counts=counts,
            start_ns=at_ns(-STEPS),
            step_ns=60 * NANOSECONDS,
            first_ns=first,
            last_ns=at_ns(-STEPS + int(seen[-1])),
            exemplar=a_log(body, "cart", time_ns=first),
        )

    def test_a_new_template_appears_at_its_first_record(self) -> None:
        heard = self.shape(np.ones(STEPS), "order placed", 9)
        detection = detect([], [heard, self.shape(3 * since(150))], WINDOW)
        (anomaly,) = detection.anomalies
        assert anomaly.window.direction is Direction.APPEARED
        assert anomaly.window.onset == at(-30) + timedelta(seconds=7)
        assert anomaly.severity == 17
        assert anomaly.window.key.name == "pool exhausted"

    def test_a_template_that_gets_louder_rose(self) -> None:
        counts = np.random.default_rng(0).poisson(2 + 30 * since(150)).astype(float)
        (anomaly,) = detect([], [self.shape(counts)], WINDOW).anomalies
        assert (anomaly.window.direction, anomaly.window.onset) == (Direction.ROSE, at(-30))

    def test_rare_records_are_no_news(self) -> None:
        counts = np.zeros(STEPS)
        counts[[40, 130]] = 1
        heard = self.shape(np.ones(STEPS), "order placed", 9)
        assert detect([], [heard, self.shape(counts, "cache refreshed", 9)], WINDOW).anomalies == ()

    def test_templates_are_handed_on(self) -> None:
        assert [t.template for t in detect([], [a_shape("ready")], WINDOW).templates] == ["ready"]


class TestFocus:
    both = series(50 + noise() + 20 * (since(60) - since(80)) + 15 * (since(160)))

    def test_it_chooses_between_windows(self) -> None:
        assert minute_of(the_one(self.both, focus_min=-5)) == 160
        assert minute_of(the_one(self.both, focus_min=-110)) == 60

    def test_it_never_makes_one(self) -> None:
        assert found(series(50 + noise()), focus_min=-1) == []


class TestOrder:
    def test_the_strongest_comes_first_and_ids_count_up(self) -> None:
        detection = detect(
            [
                series(50 + noise() + 8 * since(150), service="weak"),
                series(50 + noise(1) + 80 * since(150), service="strong"),
            ],
            [],
            WINDOW,
        )
        assert [(a.window.id, a.window.service) for a in detection.anomalies] == [
            ("A1", "strong"),
            ("A2", "weak"),
        ]
        assert detection.services == {"weak", "strong"}

    def test_a_service_has_one_window_from_its_earliest_reliable_onset(self) -> None:
        detection = detect(
            [
                series(50 + noise() + 30 * since(150), name="pool"),
                series(np.exp(0.1 * noise(1)) * (1 + 4 * since(155)), Signal.LATENCY),
            ],
            [],
            WINDOW,
        )
        window = service_windows(detection)["cart"]
        assert (window.onset, window.ongoing) == (at(-30), True)
        assert window.signals == (Signal.LATENCY, Signal.METRIC)
        assert set(window.anomaly_ids) == {"A1", "A2"}


class TestProperties:
    """The same series on another scale is the same anomaly."""

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(
        seed=st.integers(0, 10**6),
        minute=st.integers(40, 170),
        height=st.floats(8, 50),
        factor=st.floats(1e-3, 1e6),
    )
    def test_scaling_a_gauge_changes_nothing(
        self, seed: int, minute: int, height: float, factor: float
    ) -> None:
        values = 50 + noise(seed) + height * since(minute)
        plain, scaled = the_one(series(values)), the_one(series(factor * values))
        assert (scaled.onset, scaled.end) == (plain.onset, plain.end)
        assert scaled.score == pytest.approx(plain.score, rel=1e-6)

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 10**6), minute=st.integers(40, 170), shift=st.floats(-100, 100))
    def test_shifting_a_gauge_moves_no_onset(self, seed: int, minute: int, shift: float) -> None:
        values = noise(seed) + 30 * since(minute)
        assert the_one(series(shift + values)).onset == the_one(series(values)).onset

    @settings(max_examples=50, deadline=None, derandomize=True)
    @given(
        seed=st.integers(0, 10**6),
        minute=st.integers(40, 174),
        height=st.floats(8, 60),
        up=st.booleans(),
    )
    def test_a_clear_step_is_found_where_it_is(
        self, seed: int, minute: int, height: float, up: bool
    ) -> None:
        sign = 1 if up else -1
        window = the_one(series(1000 + 10 * (noise(seed) + sign * height * since(minute))))
        assert window.direction is (Direction.ROSE if up else Direction.FELL)
        assert abs(minute_of(window) - minute) <= 1
        assert window.onset_earliest <= window.onset <= window.onset_latest

    @settings(max_examples=30, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 10**6), minute=st.integers(60, 120), slope=st.floats(0.5, 3))
    def test_a_clear_ramp_is_found_near_its_bend(
        self, seed: int, minute: int, slope: float
    ) -> None:
        values = 100 + noise(seed) + slope * np.maximum(0, np.arange(STEPS) - minute)
        assert abs(minute_of(the_one(series(values))) - minute) <= 6
