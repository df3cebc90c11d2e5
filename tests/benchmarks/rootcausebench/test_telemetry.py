"""A case's files as OTLP, read back by the ordinary ingest."""

from __future__ import annotations

import json
from dataclasses import replace

from assistant.domain.changes import Deployment, FlagChange
from assistant.domain.signals import Columns
from assistant.domain.window import to_ns
from benchmarks.rootcausebench.telemetry import (
    change_events,
    received_at,
    requests,
    trace_id,
    trace_request,
)
from integrations.sources.otlp.changes import parse_changes
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal
from tests.benchmarks.rootcausebench.incidents import GUILTY, HIDDEN, an_incident

INCIDENT = an_incident()


def decoded(signal: str) -> Columns:
    body = dict(requests(INCIDENT))[signal]
    read = decode(OtlpSignal(signal), body, received_ns=to_ns(received_at(INCIDENT)))
    assert not read.rejected
    assert not read.warnings
    return {"traces": read.batch.spans, "logs": read.batch.logs, "metrics": read.batch.points}[
        signal
    ]


def test_spans_keep_their_tree_and_say_who_called_whom() -> None:
    spans = decoded("traces")

    assert spans["service"] == ["frontend", "orderservice"]
    assert spans["kind"] == ["server", "server"]
    assert spans["status"] == ["error", "error"]
    assert spans["status_message"] == ["", "pool timed out"]
    assert spans["duration_ns"] == [150_500_000, 100_000_000]
    assert spans["parent_span_id"] == ["", spans["span_id"][0]]
    # 'same' is the data's word for the trace of the span before
    assert spans["trace_id"] == ["0123456789abcdef0123456789abcdef"] * 2
    assert json.loads(spans["attributes"][1]) == {"http.status_code": 503, "retry": True}


def test_labels_become_ids_always_in_the_same_way() -> None:
    assert trace_request(INCIDENT) == trace_request(an_incident())
    assert trace_id("base1") == trace_id("base1") != trace_id("base2")
    assert trace_id("ab" * 16) == bytes.fromhex("ab" * 16)
    assert len(trace_id("0" * 32)) == 16  # all zeros is no valid id
    assert any(trace_id("0" * 32))


def test_logs_keep_severity_body_and_attributes() -> None:
    logs = decoded("logs")

    assert logs["body"][-1] == "timed out waiting for a pool connection"
    assert (logs["severity_text"][-1], logs["severity_number"][-1]) == ("ERROR", 17)
    assert json.loads(logs["attributes"][-1]) == {"http.route": "/api/order", "db.pool.max": 5}


def test_metrics_are_gauges() -> None:
    points = decoded("metrics")

    assert set(points["kind"]) == {"gauge"}
    assert (points["value"][0], points["value"][-1]) == (0.1, 9.5)


def test_changes_carry_the_hashes_of_the_repository() -> None:
    real = {HIDDEN: "1" * 40, GUILTY: "2" * 40}

    cart, order, flag = parse_changes(change_events(INCIDENT, real, "code"))

    assert isinstance(cart, Deployment)
    assert isinstance(order, Deployment)
    assert isinstance(flag, FlagChange)
    assert (cart.service, cart.revision) == ("cartservice", "1" * 40)
    assert (order.service, order.revision, order.repository) == ("orderservice", "2" * 40, "code")
    assert (flag.flag, flag.before, flag.after, flag.actor) == ("new_cart", "off", "on", "grace")


def test_a_kind_that_the_data_tells_is_kept() -> None:
    spans = [{**span, "kind": "client"} for span in INCIDENT.spans]
    told = replace(INCIDENT, spans=tuple(spans))

    body = dict(requests(told))["traces"]
    read = decode(OtlpSignal.TRACES, body, received_ns=to_ns(received_at(told)))

    assert read.batch.spans["kind"] == ["client", "client"]
