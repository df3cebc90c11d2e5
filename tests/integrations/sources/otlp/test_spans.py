from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integrations.sources.otlp.payloads import (
    NOW_NS,
    SPAN_ID,
    TRACE_ID,
    a_span,
    attributes,
    decoded,
    only,
    rows,
    trace_request,
)

HOUR_NS = 3_600_000_000_000


def span_of(own: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return only(decoded(trace_request(a_span(own, **changes))).batch.spans)


def test_a_span_becomes_a_row() -> None:
    span = a_span(
        {"http.route": "/pay", "http.response.status_code": 500, "ratio": 0.5, "tags": ["a", "b"]},
        parentSpanId="EEE19B7EC3C1B173",
        status={"code": 2, "message": "card declined"},
        events=[
            {"name": "exception", "timeUnixNano": "1", "attributes": attributes({"type": "E"})}
        ],
        links=[{"traceId": TRACE_ID, "spanId": SPAN_ID}],
    )
    resource = {
        "service.name": "checkout",
        "service.version": "1.4.2",
        "k8s.pod.name": "checkout-7d9f",
        "k8s.node.name": "node-3",
        "telemetry.sdk.language": "python",
    }

    assert only(decoded(trace_request(span, resource=resource)).batch.spans) == {
        "trace_id": TRACE_ID,
        "span_id": SPAN_ID,
        "parent_span_id": "eee19b7ec3c1b173",
        "service": "checkout",
        "operation": "POST /pay",
        "start_ns": NOW_NS,
        "duration_ns": 20_000_000,
        "kind": "server",
        "status": "error",
        "status_message": "card declined",
        "peer": "",
        "instance": "checkout-7d9f",
        "version": "1.4.2",
        "node": "node-3",
        "attributes": '{"http.route":"/pay","http.response.status_code":500,"ratio":0.5,'
        '"tags":["a","b"],"k8s.pod.name":"checkout-7d9f","k8s.node.name":"node-3"}',
        "events": '[{"name":"exception","time_ns":1,"attributes":{"type":"E"}}]',
        "links": f'[{{"trace_id":"{TRACE_ID}","span_id":"{SPAN_ID}","attributes":{{}}}}]',
    }


@pytest.mark.parametrize(
    ("resource", "service"),
    [
        ({}, "unknown_service"),
        ({"service.name": ""}, "unknown_service"),
        ({"service.name": "unknown_service:python"}, "unknown_service:python"),
        ({"k8s.owner.name": "orders", "k8s.pod.name": "orders-7d9f-x"}, "orders"),
        ({"service.name": "unknown_service:java", "k8s.deployment.name": "orders"}, "orders"),
        ({"service.name": "shop", "k8s.deployment.name": "orders"}, "shop"),
    ],
)
def test_a_missing_service_name_falls_back_to_the_workload(
    resource: dict[str, Any], service: str
) -> None:
    assert only(decoded(trace_request(a_span(), resource=resource)).batch.spans)["service"] == (
        service
    )


@pytest.mark.parametrize(
    ("own", "peer"),
    [
        ({"server.address": "orders.svc", "peer.service": "orders"}, "orders"),
        ({"db.system": "postgresql", "server.address": "db.internal"}, "db.internal"),
        ({"db.system.name": "postgresql", "server.address": "10.0.0.7"}, "postgresql"),
        ({"server.address": "10.0.0.7"}, "10.0.0.7"),
        ({"messaging.destination.name": "order-events"}, "order-events"),
        ({"rpc.service": "shop.Cart"}, "shop.Cart"),
        ({"net.peer.name": "cart"}, "cart"),
        ({"http.url": "http://cart:8080/items?id=7"}, "cart:8080"),
        ({"http.method": "GET"}, ""),
    ],
)
def test_the_peer_of_a_client_span_is_its_most_telling_attribute(
    own: dict[str, Any], peer: str
) -> None:
    assert span_of(own, kind=3)["peer"] == peer


def test_only_spans_that_call_have_a_peer() -> None:
    assert span_of({"server.address": "checkout"}, kind=2)["peer"] == ""


@pytest.mark.parametrize("start_ns", [NOW_NS - 9 * HOUR_NS, NOW_NS + 9 * HOUR_NS])
def test_a_clock_that_is_hours_off_is_kept_as_it_is(start_ns: int) -> None:
    span = span_of(startTimeUnixNano=start_ns, endTimeUnixNano=start_ns + 5)
    assert (span["start_ns"], span["duration_ns"]) == (start_ns, 5)


def test_a_clock_set_back_while_a_span_ran_leaves_no_negative_duration() -> None:
    assert span_of(endTimeUnixNano=str(NOW_NS - HOUR_NS))["duration_ns"] == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"startTimeUnixNano": "0"}, "span with an unusable start time (1970)"),
        ({"startTimeUnixNano": str(2**64 - 6_800_000_000 * 10**9)}, "unusable start time (1754)"),
        ({"startTimeUnixNano": str(9_000_000_000 * 10**9)}, "unusable start time (2255)"),
        ({"traceId": ""}, "span without a valid trace id"),
        ({"traceId": "0" * 32}, "span without a valid trace id"),
        ({"spanId": "abcd"}, "span without a valid span id"),
    ],
)
def test_an_unusable_span_is_refused_with_a_reason_and_the_others_are_kept(
    changes: dict[str, Any], reason: str
) -> None:
    request = decoded(trace_request(a_span(**changes), a_span()))

    assert request.batch.span_count == 1
    partial = request.response().partial_success
    assert partial.rejected_spans == 1
    assert reason in partial.error_message


def test_spans_without_parent_in_a_cycle_and_delivered_twice_are_all_kept() -> None:
    first = a_span(spanId="a" * 16, parentSpanId="b" * 16)
    second = a_span(spanId="b" * 16, parentSpanId="a" * 16)
    orphan = a_span(spanId="c" * 16, parentSpanId="d" * 16)
    root = a_span(spanId="e" * 16, parentSpanId="0" * 16)

    batch = decoded(trace_request(first, second, orphan, root, root)).batch

    assert [(r["span_id"][0], r["parent_span_id"][:1]) for r in rows(batch.spans)] == [
        ("a", "b"),
        ("b", "a"),
        ("c", "d"),
        ("e", ""),
        ("e", ""),
    ]


def test_what_a_span_and_its_resource_both_say_counts_as_the_span_says_it() -> None:
    resource = {"service.name": "checkout", "cloud.region": "eu"}
    spans = a_span({"cloud.region": "us", "n": 1}), a_span({"n": 2})

    found = rows(decoded(trace_request(*spans, resource=resource)).batch.spans)

    assert [row["attributes"] for row in found] == [
        '{"cloud.region":"us","n":1}',
        '{"n":2,"cloud.region":"eu"}',
    ]


def test_attributes_over_the_limit_are_counted_not_kept() -> None:
    kept = json.loads(span_of({f"key{i}": i for i in range(200)})["attributes"])
    assert len(kept) == 129
    assert kept["causeway.dropped_attributes"] == 72


def test_long_values_and_deep_nesting_are_cut_with_a_note() -> None:
    deep: Any = "bottom"
    for _ in range(25):
        deep = [deep]
    kept = json.loads(span_of({"long": "x" * 100_000, "deep": deep})["attributes"])

    assert kept["long"].endswith("…(cut, 100000 characters)")
    assert "nested deeper than 16 levels" in json.dumps(kept["deep"], ensure_ascii=False)


def test_an_unknown_kind_or_status_is_unspecified_or_unset() -> None:
    span = span_of(kind=17, status={"code": 9})
    assert (span["kind"], span["status"]) == ("unspecified", "unset")
