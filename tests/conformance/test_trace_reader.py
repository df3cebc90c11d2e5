"""The contract of TraceReader: spans in; RED series, edges and whole traces out."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import Edge, Span, SpanKind, SpanStatus
from retrievers.grids import MAX_OPERATIONS
from tests.builders import a_batch, a_span, a_window, at_ns
from tests.conformance.readable import MINUTE, by_label, plain

FAILED = SpanStatus.ERROR
TWO_MINUTES = a_window(0, 2)


def server(
    service: str, span_id: str, parent: str = "", minutes: float = 0, **changes: Any
) -> Span:
    return _linked(service, span_id, parent, minutes, SpanKind.SERVER, changes)


def client(
    service: str, span_id: str, parent: str = "", minutes: float = 0, **changes: Any
) -> Span:
    return _linked(service, span_id, parent, minutes, SpanKind.CLIENT, changes)


def _linked(
    service: str, span_id: str, parent: str, minutes: float, kind: SpanKind, changes: dict[str, Any]
) -> Span:
    values: dict[str, Any] = {
        "trace_id": "t1",
        "span_id": span_id,
        "parent_span_id": parent,
        "start_ns": at_ns(minutes),
        "kind": kind,
    }
    return a_span(service, **(values | changes))


def a_second(seconds: float) -> int:
    return int(seconds * 1_000_000_000)


def test_red_of_a_service_and_of_its_operations(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_span("cart", "GET /cart", duration_ns=a_second(0.1)),
            a_span("cart", "GET /cart", duration_ns=a_second(0.2), status=FAILED),
            a_span("cart", "PUT /cart", duration_ns=a_second(0.3), start_ns=at_ns(1.5)),
        )
    )

    assert by_label(telemetry.red(TWO_MINUTES, MINUTE)) == {
        "cart GET /cart rate": [round(2 / 60, 6), None],
        "cart GET /cart ratio": [0.5, None],
        "cart GET /cart p50": [0.15, None],
        "cart GET /cart p95": [0.195, None],
        "cart PUT /cart rate": [None, round(1 / 60, 6)],
        "cart PUT /cart ratio": [None, 0],
        "cart PUT /cart p50": [None, 0.3],
        "cart PUT /cart p95": [None, 0.3],
        "cart requests rate": [round(2 / 60, 6), round(1 / 60, 6)],
        "cart requests ratio": [0.5, 0],
        "cart requests p50": [0.15, 0.3],
        "cart requests p95": [0.195, 0.3],
    }


def test_the_weights_of_red_series_are_spans(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(a_span("cart", "GET"), a_span("cart", "GET")))

    for series in telemetry.red(TWO_MINUTES, MINUTE):
        assert plain(series.weights) == [2, 0]


@pytest.mark.parametrize(
    ("span", "counts"),
    [
        (a_span(kind=SpanKind.SERVER, parent_span_id="p"), True),
        (a_span(kind=SpanKind.CONSUMER, parent_span_id="p"), True),
        (a_span(kind=SpanKind.INTERNAL), True),
        (a_span(kind=SpanKind.INTERNAL, parent_span_id="p"), False),
        (a_span(kind=SpanKind.CLIENT, parent_span_id="p"), False),
    ],
    ids=["server", "consumer", "root", "inner", "client"],
)
def test_requests_are_server_consumer_and_root_spans(
    telemetry: TelemetryStore, span: Span, counts: bool
) -> None:
    telemetry.append(a_batch(span))

    assert bool(telemetry.red(TWO_MINUTES, MINUTE)) is counts


def test_calls_to_a_peer_carry_the_callers_view(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            server("web", "a"),
            client("web", "b", "a", peer="10.0.0.7", status=FAILED, duration_ns=a_second(0.4)),
            server("cart", "c", "b", duration_ns=a_second(0.1)),
            client("cart", "d", "c", peer="redis", duration_ns=a_second(0.05)),
        )
    )

    calls = [s for s in telemetry.red(TWO_MINUTES, MINUTE) if s.key.peer]

    assert {s.key.peer for s in calls} == {"cart", "redis"}
    assert by_label(calls) == {
        "web calls to cart rate": [round(1 / 60, 6), None],
        "web calls to cart ratio": [1, None],
        "web calls to cart p95": [0.4, None],
        "cart calls to redis rate": [round(1 / 60, 6), None],
        "cart calls to redis ratio": [0, None],
        "cart calls to redis p95": [0.05, None],
    }


def test_an_operation_per_request_does_not_flood_the_reader(telemetry: TelemetryStore) -> None:
    seldom = [a_span("web", f"GET /orders/{i}", peer=f"p{i}") for i in range(400)]
    often = [a_span("web", "GET /cart") for _ in range(2)]
    telemetry.append(a_batch(*seldom, *often, a_span("mail", "send")))

    found = telemetry.red(TWO_MINUTES, MINUTE)

    told = {(s.key.service, s.key.operation) for s in found}
    assert len(told) == MAX_OPERATIONS + 1 + 2
    assert {("web", ""), ("web", "GET /cart"), ("mail", ""), ("mail", "send")} <= told
    whole = next(s for s in found if (s.key.service, s.key.operation) == ("web", ""))
    assert plain(whole.weights) == [402, 0]


def test_red_of_the_services_asked_for_still_knows_whom_they_call(
    telemetry: TelemetryStore,
) -> None:
    telemetry.append(a_batch(server("web", "a"), client("web", "b", "a"), server("cart", "c", "b")))

    found = telemetry.red(TWO_MINUTES, MINUTE, ["web"])

    assert {(s.key.service, s.key.peer) for s in found} == {("web", ""), ("web", "cart")}


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param(
            [server("web", "a"), client("web", "b", "a"), server("cart", "c", "b")],
            [Edge("web", "cart", calls=1, errors=0)],
            id="a parent and its child in another service",
        ),
        pytest.param(
            [server("cart", "c", "b"), client("web", "b", "a"), server("web", "a")],
            [Edge("web", "cart", calls=1, errors=0)],
            id="in any order",
        ),
        pytest.param(
            [client("web", "b"), server("cart", "c", "b", status=FAILED)],
            [Edge("web", "cart", calls=1, errors=1)],
            id="the callee failed",
        ),
        pytest.param(
            [client("web", "b", status=FAILED), server("cart", "c", "b")],
            [Edge("web", "cart", calls=1, errors=1)],
            id="the caller saw it fail",
        ),
        pytest.param(
            [client("web", "b", peer="redis"), client("web", "d", peer="redis", status=FAILED)],
            [Edge("web", "redis", calls=2, errors=1, inferred=True)],
            id="a peer that sends no spans is inferred",
        ),
        pytest.param(
            [client("web", "b", peer="cart", status=FAILED), server("cart", "x", "elsewhere")],
            [Edge("web", "cart", calls=1, errors=1)],
            id="a call that never reached a service that is there",
        ),
        pytest.param(
            [client("web", "b", peer="cart"), server("cart", "c", "b"), server("cart", "c", "b")],
            [Edge("web", "cart", calls=1, errors=0)],
            id="a span delivered twice counts once",
        ),
        pytest.param(
            [client("web", "b", peer="web"), server("web", "c", "b")],
            [],
            id="a service that calls itself has no edge",
        ),
        pytest.param(
            [client("web", "a", "b"), server("cart", "b", "a")],
            [Edge("cart", "web", calls=1, errors=0), Edge("web", "cart", calls=1, errors=0)],
            id="spans that are each other's parent end",
        ),
        pytest.param(
            [server("web", "a", "a"), server("cart", "b", "gone")],
            [],
            id="a span that is its own parent, and one without its parent",
        ),
        pytest.param(
            [client("web", "b"), server("cart", "c", "b", trace_id="t2")],
            [],
            id="a parent is looked for in the same trace only",
        ),
    ],
)
def test_edges(telemetry: TelemetryStore, spans: list[Span], expected: list[Edge]) -> None:
    telemetry.append(a_batch(*spans))

    assert list(telemetry.edges(TWO_MINUTES)) == expected


def test_edges_come_with_the_most_calls_first(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            client("web", "1", peer="mail"),
            *(client("web", f"r{i}", peer="redis") for i in range(3)),
            *(client("web", f"d{i}", peer="db") for i in range(3)),
        )
    )

    found = [(e.callee, e.calls) for e in telemetry.edges(TWO_MINUTES)]

    assert found == [("db", 3), ("redis", 3), ("mail", 1)]


def test_a_trace_comes_whole_and_in_start_order(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            server("cart", "c", "b", minutes=1.2),
            server("web", "a", minutes=-1),
            client("web", "b", "a", minutes=1),
            server("cart", "late", "b", minutes=3),
        )
    )
    telemetry.append(a_batch(server("cart", "c", "b", minutes=1.2)))

    [trace] = telemetry.traces(TWO_MINUTES, "cart")

    assert trace.trace_id == "t1"
    assert [span.span_id for span in trace.spans] == ["a", "b", "c", "late"]


def test_a_span_comes_back_as_it_went_in(telemetry: TelemetryStore) -> None:
    span = a_span(
        status=FAILED,
        status_message="card declined ✗",
        peer="bank",
        instance="pod-1",
        version="1.2",
        node="node-3",
        attributes={"http.route": "/pay", "attempt": 2, "tags": ["a", "b"]},
        events=({"name": "exception", "time_ns": at_ns(), "attributes": {"type": "Timeout"}},),
        links=({"trace_id": "t9", "span_id": "s9"},),
    )
    telemetry.append(a_batch(span))

    [trace] = telemetry.traces(TWO_MINUTES)

    assert trace.spans == (span,)


def test_traces_are_spread_evenly(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(*(a_span(trace_id=f"t{i}", start_ns=at_ns(i / 10)) for i in range(10)))
    )

    def found(limit: int) -> list[str]:
        return [trace.trace_id for trace in telemetry.traces(TWO_MINUTES, limit=limit)]

    assert found(2) == ["t0", "t5"]
    assert found(5) == ["t0", "t2", "t4", "t6", "t8"]
    assert found(3) == ["t0", "t4", "t7"]
    assert found(99) == [f"t{i}" for i in range(10)]
    assert found(0) == []


def test_failing_traces_of_a_service(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_span("cart", trace_id="well"),
            a_span("cart", trace_id="failed", status=FAILED),
            a_span("web", trace_id="of another", status=FAILED),
        )
    )

    found = telemetry.traces(TWO_MINUTES, "cart", errors_only=True)

    assert [trace.trace_id for trace in found] == ["failed"]


def test_an_empty_window_has_nothing(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(client("web", "b", peer="redis")))
    later = a_window(60, 70)

    assert list(telemetry.red(later, MINUTE)) == []
    assert list(telemetry.edges(later)) == []
    assert list(telemetry.traces(later)) == []
