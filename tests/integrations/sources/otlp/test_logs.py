from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.domain.changes import Deployment
from tests.builders import at
from tests.integrations.sources.otlp.payloads import (
    NOW_NS,
    SPAN_ID,
    TRACE_ID,
    a_log,
    any_value,
    decoded,
    log_request,
    only,
)

IN_1754 = 2**64 - 6_800_000_000 * 10**9  # two's complement of a time before 1970


def log_of(body: Any = "order placed", **changes: Any) -> dict[str, Any]:
    return only(decoded(log_request(a_log(body, **changes))).batch.logs)


def test_a_log_record_becomes_a_row() -> None:
    record = a_log(
        "order 7 placed",
        {"order.id": 7},
        severityNumber=13,
        severityText="WARN",
        observedTimeUnixNano=str(NOW_NS + 5),
        traceId=TRACE_ID,
        spanId=SPAN_ID,
        eventName="order.placed",
    )
    resource = {"service.name": "checkout", "host.name": "web-1"}

    assert only(decoded(log_request(record, resource=resource)).batch.logs) == {
        "service": "checkout",
        "time_ns": NOW_NS,
        "body": "order 7 placed",
        "severity_number": 13,
        "severity_text": "WARN",
        "shape": "",
        "observed_ns": NOW_NS + 5,
        "trace_id": TRACE_ID,
        "span_id": SPAN_ID,
        "event_name": "order.placed",
        "instance": "web-1",
        "version": "",
        "node": "web-1",
        "attributes": '{"order.id":7,"host.name":"web-1"}',
    }


def test_the_loggers_name_is_kept() -> None:
    request = log_request(a_log())
    request["resourceLogs"][0]["scopeLogs"][0]["scope"] = {"name": "shop.orders"}
    assert only(decoded(request).batch.logs)["attributes"] == '{"otel.scope.name":"shop.orders"}'


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (any_value({"msg": "paid", "n": 1}), '{"msg":"paid","n":1}'),
        (any_value(["a", 2]), '["a",2]'),
        (any_value(7), "7"),
        ({"bytesValue": "cGFpZP8="}, "paid\N{REPLACEMENT CHARACTER}"),
        ({}, ""),
    ],
)
def test_a_structured_body_is_json_text(value: dict[str, Any], body: str) -> None:
    record = a_log() | {"body": value}
    assert only(decoded(log_request(record)).batch.logs)["body"] == body


def test_a_log_without_a_time_has_the_time_of_observation() -> None:
    assert log_of(timeUnixNano=0, observedTimeUnixNano=NOW_NS - 7)["time_ns"] == NOW_NS - 7


def test_a_log_without_any_time_has_the_time_of_receipt() -> None:
    row = log_of(timeUnixNano=0)
    assert (row["time_ns"], row["observed_ns"]) == (NOW_NS, NOW_NS)


def test_a_log_from_1754_is_kept_as_observed_and_the_sender_told() -> None:
    request = decoded(log_request(a_log(timeUnixNano=IN_1754, observedTimeUnixNano=NOW_NS - 7)))

    row = only(request.batch.logs)
    assert row["time_ns"] == NOW_NS - 7
    assert json.loads(row["attributes"])["causeway.original_time"].startswith("1754-")
    partial = request.response().partial_success
    assert partial.rejected_log_records == 0
    assert "1754" in partial.error_message


@pytest.mark.parametrize(
    ("text", "body", "number"),
    [
        ("Warning", "disk low", 13),
        ("", "2026-03-02 12:00:00 ERROR payment failed", 17),
        ("", 'ts=1 level=warn msg="slow"', 13),
        ("", "an ERRORless day", 0),
        ("", "order placed", 0),
    ],
)
def test_a_severity_that_was_only_written_is_read(text: str, body: str, number: int) -> None:
    row = log_of(body, severityNumber=0, severityText=text)
    assert row["severity_number"] == number


def test_an_invalid_trace_id_costs_the_id_not_the_record() -> None:
    assert log_of(traceId="abcd", spanId="0" * 16)["trace_id"] == ""


@pytest.mark.parametrize("where", ["field", "attribute"])
def test_a_deployment_event_is_kept_as_a_log_and_as_a_change(where: str) -> None:
    own = {"service.name": "orders", "vcs.ref.head.revision": "8f14e45f", "deployment.id": "d7"}
    record = a_log(
        "deployed",
        own | ({"event.name": "deployment.end"} if where == "attribute" else {}),
        **({"eventName": "deployment.end"} if where == "field" else {}),
    )

    request = decoded(log_request(record))

    assert only(request.batch.logs)["event_name"] == "deployment.end"
    assert request.changes == [
        Deployment("d7", "orders", at(), revision="8f14e45f", finished_at=at())
    ]


def test_a_change_event_that_names_nothing_is_kept_as_a_log_and_the_sender_told() -> None:
    request = decoded(log_request(a_log("flip", eventName="feature_flag.change")))

    assert request.batch.log_count == 1
    assert request.changes == []
    assert "feature_flag.change event" in request.response().partial_success.error_message
