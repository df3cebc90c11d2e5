"""The contract of LogReader: records in; counted by shape, or found again."""

from __future__ import annotations

import math

from assistant.domain.ports import TelemetryStore
from tests.builders import a_batch, a_log, a_window, at_ns
from tests.conformance.readable import MINUTE, plain

TWO_MINUTES = a_window(0, 2)


def test_shapes_are_counted_on_the_grid(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_log("order 7 placed", shape="order <n> placed", time_ns=at_ns(1)),
            a_log("order 5 placed", shape="order <n> placed", time_ns=at_ns(0.2)),
            a_log("order 6 placed", shape="order <n> placed", severity_number=17),
            a_log("boom", shape="boom", time_ns=at_ns(1.5)),
        )
    )

    placed, boom = telemetry.shapes(TWO_MINUTES, MINUTE)

    assert (placed.service, placed.shape) == ("checkout", "order <n> placed")
    assert plain(placed.counts) == [2, 1]
    assert placed.severity_number == 17
    assert (placed.first_ns, placed.last_ns) == (at_ns(0), at_ns(1))
    assert placed.exemplar.body == "order 6 placed"
    assert (placed.start_ns, placed.step_ns) == (at_ns(0), MINUTE)
    assert (boom.shape, plain(boom.counts)) == ("boom", [0, 1])


def test_shapes_of_two_services_stay_apart(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(*(a_log(shape="x", service=service) for service in ("web", "cart", "cart")))
    )

    assert [(s.service, plain(s.counts)) for s in telemetry.shapes(TWO_MINUTES, MINUTE)] == [
        ("cart", [2, 0]),
        ("web", [1, 0]),
    ]
    assert [s.service for s in telemetry.shapes(TWO_MINUTES, MINUTE, ["web"])] == ["web"]


def test_records_come_in_time_order(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_log("second", time_ns=at_ns(1)),
            a_log("first", time_ns=at_ns(0)),
            a_log("too late", time_ns=at_ns(2)),
        )
    )

    def bodies(limit: int) -> list[str]:
        return [record.body for record in telemetry.records(TWO_MINUTES, limit=limit)]

    assert bodies(100) == ["first", "second"]
    assert bodies(1) == ["first"]
    assert bodies(0) == []


def test_records_match_every_filter(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_log("1", shape="a", trace_id="t1"),
            a_log("2", shape="b", trace_id="t1"),
            a_log("3", shape="a", trace_id="t2", service="cart"),
        )
    )

    def bodies(service: str = "", shape: str = "", trace_id: str = "") -> list[str]:
        found = telemetry.records(TWO_MINUTES, service, shape=shape, trace_id=trace_id)
        return [record.body for record in found]

    assert bodies() == ["1", "2", "3"]
    assert bodies(service="checkout") == ["1", "2"]
    assert bodies(shape="a") == ["1", "3"]
    assert bodies(trace_id="t1", shape="a") == ["1"]
    assert bodies(service="cart", shape="b") == []


def test_records_written_inside_the_spans_of_some_traces(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_log("second", trace_id="t2", span_id="s2", time_ns=at_ns(1)),
            a_log("first", trace_id="t1", span_id="s1", service="cart"),
            a_log("of another trace", trace_id="t3", span_id="s3"),
            a_log("in no span", trace_id="t1"),
            a_log("too late", trace_id="t1", span_id="s1", time_ns=at_ns(2)),
        )
    )

    def bodies(*traces: str, limit: int = 100) -> list[str]:
        return [r.body for r in telemetry.logged_in(TWO_MINUTES, traces, limit=limit)]

    assert bodies("t1", "t2") == ["first", "second"]
    assert bodies("t1", "t2", limit=1) == ["first"]
    assert bodies("t4") == []
    assert bodies() == []


def test_a_record_comes_back_as_it_went_in(telemetry: TelemetryStore) -> None:
    record = a_log(
        "naïve 注文 \x00 \ud7ff",
        severity_number=17,
        severity_text="ERROR",
        shape="naïve",
        observed_ns=at_ns(1),
        trace_id="t1",
        span_id="s1",
        event_name="order.failed",
        instance="pod-1",
        version="1.2",
        node="node-3",
        attributes={"k": "v", "nested": {"a": [1, None, True]}, "x": math.inf},
    )
    telemetry.append(a_batch(record))

    assert list(telemetry.records(TWO_MINUTES)) == [record]


def test_an_empty_window_has_nothing(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(a_log()))

    assert list(telemetry.shapes(a_window(10, 20), MINUTE)) == []
    assert list(telemetry.records(a_window(10, 20))) == []
