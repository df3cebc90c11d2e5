from __future__ import annotations

import math
from typing import Any

import pytest

from tests.integrations.sources.otlp.payloads import (
    NOW_NS,
    a_gauge,
    a_point,
    attributes,
    decoded,
    metric_request,
    only,
    rows,
)

SUM_TIMES = {"startTimeUnixNano": str(NOW_NS - 10), "timeUnixNano": str(NOW_NS)}


def point_of(metric: dict[str, Any], resource: dict[str, Any] | None = None) -> dict[str, Any]:
    return only(decoded(metric_request(metric, resource=resource)).batch.points)


def refusal_of(metric: dict[str, Any]) -> str:
    request = decoded(metric_request(metric, a_gauge(a_point(), name="fine")))
    assert [row["metric"] for row in rows(request.batch.points)] == ["fine"]
    partial = request.response().partial_success
    assert partial.rejected_data_points == 1
    return str(partial.error_message)


def test_a_gauge_becomes_a_row_whose_attributes_are_the_streams_alone() -> None:
    metric = a_gauge(a_point(4.5, {"queue": "mail", "host": "a"}), unit="{job}")
    resource = {"service.name": "checkout", "service.version": "2", "k8s.pod.name": "checkout-1"}

    assert point_of(metric, resource) == {
        "service": "checkout",
        "metric": "queue.depth",
        "time_ns": NOW_NS,
        "kind": "gauge",
        "unit": "{job}",
        "start_ns": 0,
        "temporality": "unspecified",
        "monotonic": False,
        "value": 4.5,
        "count": None,
        "sum": None,
        "min": None,
        "max": None,
        "bounds": [],
        "bucket_counts": [],
        "instance": "checkout-1",
        "version": "2",
        "node": "",
        "attributes": '{"host":"a","queue":"mail"}',
    }


def test_a_sum_keeps_its_temporality_and_integers_may_be_text() -> None:
    data = {
        "aggregationTemporality": 2,
        "isMonotonic": True,
        "dataPoints": [SUM_TIMES | {"asInt": "9007199254740993"}],
    }
    row = point_of({"name": "requests", "sum": data})

    assert (row["kind"], row["temporality"], row["monotonic"]) == ("sum", "cumulative", True)
    assert (row["value"], row["start_ns"]) == (9007199254740993.0, NOW_NS - 10)


def test_a_histogram_keeps_its_buckets() -> None:
    point = SUM_TIMES | {
        "count": "3",
        "sum": 2.5,
        "min": 0.1,
        "bucketCounts": ["1", "2", "0"],
        "explicitBounds": [0.5, 1],
    }
    row = point_of({"name": "d", "histogram": {"dataPoints": [point]}})

    assert (row["count"], row["sum"], row["min"], row["max"]) == (3, 2.5, 0.1, None)
    assert (row["bounds"], row["bucket_counts"]) == ([0.5, 1.0], [1, 2, 0])


def test_an_exponential_histogram_gets_explicit_bounds() -> None:
    point = SUM_TIMES | {
        "count": "6",
        "scale": 0,
        "zeroCount": "1",
        "positive": {"offset": 1, "bucketCounts": ["2", "3"]},
    }
    row = point_of({"name": "d", "exponentialHistogram": {"dataPoints": [point]}})

    assert row["kind"] == "exponential_histogram"
    assert row["bounds"] == [2.0, 4.0, 8.0]  # zero and below 2, (2, 4], (4, 8]
    assert row["bucket_counts"] == [1, 2, 3, 0]


def test_a_summary_is_its_count_and_sum_and_a_gauge_for_each_quantile() -> None:
    point = SUM_TIMES | {
        "count": "3",
        "sum": 6.0,
        "quantileValues": [{"quantile": 0.5, "value": 2.0}, {"quantile": 0.99, "value": "NaN"}],
        "attributes": attributes({"path": "/"}),
    }
    found = rows(
        decoded(metric_request({"name": "d", "summary": {"dataPoints": [point]}})).batch.points
    )

    assert [(r["kind"], r["count"], r["sum"], r["value"], r["attributes"]) for r in found] == [
        ("summary", 3, 6.0, None, '{"path":"/"}'),
        ("gauge", None, None, 2.0, '{"path":"/","quantile":"0.5"}'),
    ]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_value_that_is_no_number_is_refused(value: str) -> None:
    assert refusal_of(a_gauge(a_point() | {"asDouble": value})) == (
        "1 × point whose value is NaN or infinite"
    )


def test_the_sum_of_a_histogram_that_is_no_number_is_left_out() -> None:
    point = SUM_TIMES | {"count": "1", "sum": "NaN", "max": "Infinity"}
    row = point_of({"name": "d", "histogram": {"dataPoints": [point]}})
    assert (row["count"], row["sum"], row["max"]) == (1, None, None)


def test_a_last_bound_of_infinity_is_the_usual_overflow_bucket() -> None:
    point = SUM_TIMES | {
        "count": "2",
        "bucketCounts": ["1", "1"],
        "explicitBounds": [1, "Infinity"],
    }
    row = point_of({"name": "d", "histogram": {"dataPoints": [point]}})
    assert (row["bounds"], row["bucket_counts"]) == ([1.0], [1, 1])


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ({"bucketCounts": ["1"], "explicitBounds": [1, 2]}, "counts do not fit its bounds"),
        ({"bucketCounts": ["1", "1", "1"], "explicitBounds": [2, 1]}, "finite and ascending"),
        ({"bucketCounts": ["1", "1"], "explicitBounds": ["NaN"]}, "finite and ascending"),
        ({"count": str(2**64 - 1)}, "count is out of range"),
    ],
)
def test_a_broken_histogram_is_refused(point: dict[str, Any], reason: str) -> None:
    assert reason in refusal_of({"name": "d", "histogram": {"dataPoints": [SUM_TIMES | point]}})


@pytest.mark.parametrize("time_ns", [0, 2**64 - 6_800_000_000 * 10**9, 2**63])
def test_a_point_with_an_absurd_time_is_refused(time_ns: int) -> None:
    assert "unusable time" in refusal_of(a_gauge(a_point(timeUnixNano=str(time_ns))))


def test_a_point_that_says_there_is_no_value_is_no_refusal() -> None:
    request = decoded(metric_request(a_gauge(a_point(flags=1))))
    assert (request.batch.point_count, request.response().HasField("partial_success")) == (0, False)


@pytest.mark.parametrize(
    ("metric", "unit", "resource", "own", "expected"),
    [
        ("http.server.request.duration", "s", {"service.name": "pay"}, {}, ("pay", "s")),
        ("db.client.operation.duration", "", {"k8s.owner.name": "pay"}, {}, ("pay", "s")),
        ("rpc.server.duration", "", {"k8s.deployment.name": "pay"}, {}, ("pay", "s")),
        ("process.cpu.utilization", "1", {}, {"k8s.owner.name": "pay"}, ("pay", "1")),
        (
            "beyla.network.flow.bytes",
            "",
            {"service.name": "beyla"},
            {"k8s.src.owner.name": "pay", "k8s.dst.owner.name": "db"},
            ("pay", "By"),
        ),
    ],
)
def test_ebpf_signals_land_at_their_workload(
    metric: str,
    unit: str,
    resource: dict[str, Any],
    own: dict[str, Any],
    expected: tuple[str, str],
) -> None:
    row = point_of(a_gauge(a_point(1.0, own), name=metric, unit=unit), resource)
    assert (row["service"], row["unit"]) == expected
    assert not math.isnan(row["value"])
