"""The contract of TraceReader.attributes and .breakdown: spans in; counts by attribute out."""

from __future__ import annotations

from typing import Any

from assistant.domain.breakdown import ABSENT, OTHER, AttributeUse, Crosstab
from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import Span, SpanKind, SpanStatus
from retrievers.crosstabs import MAX_VALUES
from tests.builders import a_batch, a_span, a_window, at_ns

BEFORE, AFTER = a_window(-10, 0), a_window(0, 10)
WHOLE = a_window(-10, 10)
_MS = 1_000_000


def request(minutes: float, region: str = "", *, failed: bool = False, **changes: Any) -> Span:
    attributes = {"cloud.region": region} if region else {}
    return a_span(
        **{
            "start_ns": at_ns(minutes),
            "status": SpanStatus.ERROR if failed else SpanStatus.UNSET,
            "attributes": attributes,
        }
        | changes
    )


def readable(table: Crosstab) -> dict[tuple[str, ...], tuple[list[int], list[int]]]:
    named = [
        tuple(table.values[a][code] for a, code in enumerate(row)) for row in table.codes.tolist()
    ]
    return dict(
        zip(named, zip(table.before.tolist(), table.after.tolist(), strict=True), strict=True)
    )


def test_requests_and_failures_before_and_after_by_value(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            request(-5, "eu"),
            request(-4, "eu", failed=True),
            request(-3, "us"),
            request(0, "eu", failed=True),
            request(3, "us"),
            request(10, "us"),  # after the end
            request(3, "us", service="another"),
        )
    )

    table = telemetry.breakdown(BEFORE, AFTER, "checkout", ["cloud.region"])

    assert readable(table) == {("eu",): ([2, 1, 0], [1, 1, 0]), ("us",): ([1, 0, 0], [1, 0, 0])}
    assert table.attributes == ("cloud.region",)
    assert table.share == 1.0
    assert table.cut == ()


def test_slow_is_what_takes_longer_than_nearly_all_before(telemetry: TelemetryStore) -> None:
    calm = [request(-5, "eu", duration_ns=(100 + i) * _MS) for i in range(100)]
    telemetry.append(a_batch(*calm, request(1, "eu", duration_ns=300 * _MS), request(2, "eu")))

    table = telemetry.breakdown(BEFORE, AFTER, "checkout", ["cloud.region"])

    assert readable(table) == {("eu",): ([100, 0, 5], [2, 0, 1])}


def test_columns_of_a_span_are_attributes_too_and_what_is_missing_is_absent(
    telemetry: TelemetryStore,
) -> None:
    telemetry.append(a_batch(request(1, version="v2"), request(1, "eu", operation="GET /")))

    names = ["cloud.region", "operation", "service.version"]
    table = telemetry.breakdown(BEFORE, AFTER, "checkout", names)

    assert set(readable(table)) == {(ABSENT, "POST /pay", "v2"), ("eu", "GET /", ABSENT)}


def test_numbers_and_truths_are_text(telemetry: TelemetryStore) -> None:
    values: dict[str, Any] = {"shard": 7, "beta": True, 'odd."name"': "x"}
    telemetry.append(a_batch(request(1, attributes=values)))

    table = telemetry.breakdown(BEFORE, AFTER, "checkout", list(values))

    assert set(readable(table)) == {("7", "true", "x")}


def test_only_requests_count_or_only_calls(telemetry: TelemetryStore) -> None:
    inner = request(1, parent_span_id="p", kind=SpanKind.INTERNAL)
    call = request(1, "eu", parent_span_id="p", kind=SpanKind.CLIENT, peer="bank", failed=True)
    telemetry.append(a_batch(inner, call, request(1, "us", parent_span_id="q")))

    requests = telemetry.breakdown(BEFORE, AFTER, "checkout", ["cloud.region"])
    calls = telemetry.breakdown(BEFORE, AFTER, "bank", ["cloud.region"], calls=True)

    assert list(readable(requests)) == [("us",)]
    assert readable(calls) == {("eu",): ([0, 0, 0], [1, 1, 1])}


def test_a_span_that_came_twice_counts_once(telemetry: TelemetryStore) -> None:
    span = request(1, "eu")
    telemetry.append(a_batch(span))
    telemetry.append(a_batch(span))

    table = telemetry.breakdown(BEFORE, AFTER, "checkout", ["cloud.region"])

    assert readable(table)["eu",][1][0] == 1


def test_rare_values_are_counted_together(telemetry: TelemetryStore) -> None:
    often = [request(1, f"r{i:04}") for i in range(MAX_VALUES)]
    more = [request(2, f"r{i:04}") for i in range(MAX_VALUES)]
    telemetry.append(a_batch(*often, *more, request(1, "rare"), request(1, "rarer")))

    table = telemetry.breakdown(BEFORE, AFTER, "checkout", ["cloud.region"])

    assert table.cut == ("cloud.region",)
    assert len(table.codes) == MAX_VALUES + 1
    assert readable(table)[OTHER,] == ([0, 0, 0], [2, 0, 2])


def test_what_requests_carry(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            request(1, attributes={"tenant": "a", "list": [1], "nothing": None}),
            request(2, attributes={"tenant": "b"}),
            request(3, version="v2"),
        )
    )

    assert telemetry.attributes(WHOLE, "checkout") == [
        AttributeUse("operation", 3, 1, 3),
        AttributeUse("service.version", 1, 1, 3),
        AttributeUse("tenant", 2, 2, 3),
    ]


def test_nothing_found_is_an_empty_table(telemetry: TelemetryStore) -> None:
    table = telemetry.breakdown(BEFORE, AFTER, "nobody", ["cloud.region", "tenant"])

    assert table.codes.shape == (0, 2)
    assert table.before.shape == table.after.shape == (0, 3)
    assert telemetry.attributes(WHOLE, "nobody") == []
