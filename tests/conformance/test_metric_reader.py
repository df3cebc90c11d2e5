"""The contract of MetricReader: points in, series out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from assistant.domain.errors import InvalidWindow
from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import MetricKind, MetricPoint, Signal, Temporality
from retrievers.grids import MAX_STREAMS
from tests.builders import a_batch, a_point, a_window, at_ns
from tests.conformance.readable import MINUTE, by_label, only, plain

FIVE_MINUTES = a_window(0, 5)


def gauge(minutes: float, value: float, **changes: Any) -> MetricPoint:
    return a_point("queue.depth", value, time_ns=at_ns(minutes), **changes)


def counter(minutes: float, value: float, **changes: Any) -> MetricPoint:
    defaults: dict[str, Any] = {
        "kind": MetricKind.SUM,
        "monotonic": True,
        "temporality": Temporality.CUMULATIVE,
    }
    return a_point("http.requests", value, time_ns=at_ns(minutes), **(defaults | changes))


def delta(minutes: float, value: float, **changes: Any) -> MetricPoint:
    return counter(minutes, value, temporality=Temporality.DELTA, **changes)


def histogram(minutes: float, buckets: Sequence[int], **changes: Any) -> MetricPoint:
    """Bounds of 0.1, 0.2 and 0.4 s."""
    defaults: dict[str, Any] = {
        "kind": MetricKind.HISTOGRAM,
        "temporality": Temporality.CUMULATIVE,
        "unit": "s",
        "value": None,
        "count": sum(buckets),
        "sum": 0.1 * sum(buckets),
        "bounds": (0.1, 0.2, 0.4),
        "bucket_counts": buckets,
    }
    return a_point("http.server.request.duration", time_ns=at_ns(minutes), **(defaults | changes))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        pytest.param(
            [gauge(0, 1), gauge(0.5, 3), gauge(2, 5)],
            [2, None, 5, None, None],
            id="a gauge is the mean of each step, nothing where it was silent",
        ),
        pytest.param(
            [gauge(0, math.nan), gauge(1, math.inf), gauge(2, -math.inf), gauge(3, 4)],
            [None, None, None, 4, None],
            id="NaN and infinite points never reach a series",
        ),
        pytest.param(
            [gauge(-0.001, 9), gauge(0, 1), gauge(4.999, 2), gauge(5, 9)],
            [1, None, None, None, 2],
            id="the window is half open",
        ),
        pytest.param(
            [
                counter(0, 4, monotonic=False),
                counter(1, 7, monotonic=False),
                counter(1.5, 5, monotonic=False),
            ],
            [4, 6, None, None, None],
            id="a sum that may fall is a mean",
        ),
    ],
)
def test_means(
    telemetry: TelemetryStore, points: list[MetricPoint], expected: list[float | None]
) -> None:
    telemetry.append(a_batch(*points))

    series = only(telemetry.series(FIVE_MINUTES, MINUTE))

    assert plain(series.values) == expected
    assert series.key.statistic == "mean"
    assert (series.start_ns, series.step_ns) == (at_ns(0), MINUTE)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        pytest.param(
            [counter(0, 60), counter(1, 120), counter(2, 300)],
            [None, 1, 3, None, None],
            id="a counter is a rate since the point before",
        ),
        pytest.param(
            [counter(-1, 60), counter(0, 120)],
            [1, None, None, None, None],
            id="the point before may lie before the window",
        ),
        pytest.param(
            [counter(0, 600), counter(1, 660), counter(2, 30), counter(3, 90)],
            [None, 1, 0.5, 1, None],
            id="a drop is a reset: it counted from zero",
        ),
        pytest.param(
            [counter(2, 180), counter(0, 60), counter(1, 120)],
            [None, 1, 1, None, None],
            id="points may arrive in any order",
        ),
        pytest.param(
            [counter(0, 60), counter(1, 120), counter(1, 120), counter(2, 180)],
            [None, 1, 1, None, None],
            id="a point delivered twice counts once",
        ),
        pytest.param(
            [counter(0, 60), counter(1, math.nan), counter(2, 180)],
            [None, None, 1, None, None],
            id="a NaN between two points is as if it were not there",
        ),
        pytest.param(
            [counter(0.95, 60), counter(2.05, 126), counter(2.95, 180)],
            [None, None, 1, None, None],
            id="jitter of the scrape does not make a rate jump",
        ),
        pytest.param(
            [counter(0, 60), counter(4, 300)],
            [None, None, None, None, 1],
            id="a gap is bridged at its end",
        ),
        pytest.param([counter(0, 60)], None, id="one point alone tells no rate"),
        pytest.param(
            [delta(1, 60, start_ns=at_ns(0)), delta(2, 30, start_ns=at_ns(1))],
            [None, 1, 0.5, None, None],
            id="a delta counts over its own time",
        ),
        pytest.param(
            [delta(1, 60, start_ns=at_ns(0)), delta(1, 60, start_ns=at_ns(0))],
            [None, 1, None, None, None],
            id="a delta delivered twice counts once",
        ),
        pytest.param(
            [delta(0, 60), delta(2, 60)],
            [1, None, 0.5, None, None],
            id="a delta without a start counts since the one before, or over a step",
        ),
    ],
)
def test_rates(
    telemetry: TelemetryStore, points: list[MetricPoint], expected: list[float | None] | None
) -> None:
    telemetry.append(a_batch(*points))

    found = by_label(telemetry.series(FIVE_MINUTES, MINUTE))

    assert found == ({"checkout http.requests rate": expected} if expected else {})


@pytest.mark.parametrize(
    ("points", "rate", "p50", "p95"),
    [
        pytest.param(
            [histogram(0, [0, 0, 0, 0]), histogram(1, [60, 60, 0, 0])],
            [None, 2],
            [None, 0.1],
            [None, 0.19],
            id="what was observed since the point before, straight lines within buckets",
        ),
        pytest.param(
            [histogram(0, [9, 9, 9, 9]), histogram(1, [0, 30, 0, 0])],
            [None, 0.5],
            [None, 0.15],
            [None, 0.195],
            id="a drop of the count is a reset",
        ),
        pytest.param(
            [histogram(0, [1, 2, 3, 4]), histogram(1, [1, 2, 3, 64])],
            [None, 1],
            [None, 0.4],
            [None, 0.4],
            id="the bucket without an end answers with its lower bound",
        ),
        pytest.param(
            [histogram(0, [1, 2, 3, 4]), histogram(1, [1, 2, 3, 4])],
            [None, 0],
            [None, None],
            [None, None],
            id="nothing observed: a rate of zero and no percentile",
        ),
        pytest.param(
            [histogram(0, [60, 0, 0, 0], temporality=Temporality.DELTA)],
            [1, None],
            [0.05, None],
            [0.095, None],
            id="deltas stand for themselves",
        ),
        pytest.param(
            [
                histogram(0, [10, 0], bounds=(0.1,)),
                histogram(1, [10, 0, 60, 0], bounds=(0.1, 0.2, 0.4)),
            ],
            [None, 1],
            [None, 0.3],
            [None, 0.39],
            id="buckets may grow, as those of exponential histograms do",
        ),
    ],
)
def test_histograms(
    telemetry: TelemetryStore,
    points: list[MetricPoint],
    rate: list[float | None],
    p50: list[float | None],
    p95: list[float | None],
) -> None:
    telemetry.append(a_batch(*points))

    assert by_label(telemetry.series(a_window(0, 2), MINUTE)) == {
        "checkout http.server.request.duration rate": rate,
        "checkout http.server.request.duration p50": p50,
        "checkout http.server.request.duration p95": p95,
    }


def test_the_weights_of_a_histogram_are_its_observations(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(histogram(0, [0, 0, 0, 0]), histogram(1, [60, 60, 0, 0])))

    for series in telemetry.series(a_window(0, 3), MINUTE):
        assert plain(series.weights) == [0, 120, 0]


def test_without_buckets_a_histogram_has_a_mean(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            histogram(0, [], kind=MetricKind.SUMMARY, bounds=(), count=10, sum=1.0),
            histogram(1, [], kind=MetricKind.SUMMARY, bounds=(), count=70, sum=31.0),
        )
    )

    assert by_label(telemetry.series(a_window(0, 2), MINUTE)) == {
        "checkout http.server.request.duration rate": [None, 1],
        "checkout http.server.request.duration mean": [None, 0.5],
    }


def test_streams_stay_apart_by_attributes_and_instance(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            gauge(0, 1, attributes={"queue": "mail", "priority": 2}),
            gauge(0, 3, attributes={"priority": 2, "queue": "mail"}),
            gauge(0, 5, attributes={"queue": "sms"}),
            gauge(0, 7, instance="checkout-1"),
        )
    )

    found = telemetry.series(a_window(0, 1), MINUTE)

    assert {(s.key.attributes, s.key.instance): plain(s.values) for s in found} == {
        ((("priority", "2"), ("queue", "mail")), ""): [2],
        ((("queue", "sms"),), ""): [5],
        ((), "checkout-1"): [7],
    }


def test_an_id_as_an_attribute_does_not_flood_the_reader(telemetry: TelemetryStore) -> None:
    ids = [gauge(0, 1, attributes={"user": i}) for i in range(MAX_STREAMS + 50)]
    telemetry.append(a_batch(*ids, gauge(0, 1), gauge(1, 1), a_point("b.x")))

    found = telemetry.series(a_window(0, 2), MINUTE)

    assert len(found) == MAX_STREAMS + 1
    assert {(s.key.name, s.key.attributes) for s in found} > {("queue.depth", ()), ("b.x", ())}


def test_latencies_are_told_in_seconds(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            histogram(0, [0, 0, 0, 0], unit="ms", bounds=(100, 200, 400)),
            histogram(1, [60, 60, 0, 0], unit="ms", bounds=(100, 200, 400)),
            a_point("response_time_ms", 250.0),
        )
    )

    found = {(s.key.name, s.key.statistic): s for s in telemetry.series(a_window(0, 2), MINUTE)}

    p95 = found["http.server.request.duration", "p95"]
    assert (plain(p95.values), p95.key.unit) == ([None, 0.19], "s")
    mean = found["response_time_ms", "mean"]
    assert (plain(mean.values), mean.key.unit) == ([0.25, None], "s")
    rate = found["http.server.request.duration", "rate"]
    assert (plain(rate.values), rate.key.signal) == ([None, 2], Signal.TRAFFIC)


def test_series_come_in_the_order_of_their_keys(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_point("b.x", service="web"), a_point("a.x", service="web"), a_point(service="cart")
        )
    )

    found = telemetry.series(FIVE_MINUTES, MINUTE)

    assert [(s.key.service, s.key.name) for s in found] == [
        ("cart", "queue.depth"),
        ("web", "a.x"),
        ("web", "b.x"),
    ]


def test_only_the_services_asked_for(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(gauge(0, 1), gauge(0, 2, service="cart"), counter(0, 1)))

    found = telemetry.series(FIVE_MINUTES, MINUTE, ["cart", "nobody"])

    assert [s.key.service for s in found] == ["cart"]


def test_an_empty_window_has_no_series(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(gauge(0, 1)))

    assert list(telemetry.series(a_window(10, 20), MINUTE)) == []


def test_the_last_step_may_reach_past_the_window(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(gauge(1.2, 1), gauge(1.6, 9)))

    assert plain(only(telemetry.series(a_window(0, 1.5), MINUTE)).values) == [None, 1]


@pytest.mark.parametrize("step_ns", [0, -MINUTE, 1])
def test_a_grid_needs_a_sensible_step(telemetry: TelemetryStore, step_ns: int) -> None:
    with pytest.raises(InvalidWindow):
        telemetry.series(FIVE_MINUTES, step_ns)
