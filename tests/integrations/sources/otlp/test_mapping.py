from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from assistant.domain.errors import InvalidPayload
from integrations.sources.otlp.json_encoding import to_protobuf
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal
from tests.integrations.sources.otlp.payloads import (
    NOW_NS,
    a_gauge,
    a_log,
    a_point,
    a_span,
    log_request,
    metric_request,
    only,
    trace_request,
)

EXAMPLES = Path(__file__).parents[5] / "shared/data/specs/otlp-examples/examples"


@pytest.mark.parametrize(
    ("signal", "request_"),
    [
        (OtlpSignal.TRACES, trace_request(a_span({"a": [1, {"b": True}]}, kind=3), a_span())),
        (OtlpSignal.METRICS, metric_request(a_gauge(a_point(2.0, {"q": "x"})))),
        (OtlpSignal.LOGS, log_request(a_log("hello", {"n": 1.5}))),
    ],
)
def test_json_and_protobuf_of_one_request_are_the_same_rows(
    signal: OtlpSignal, request_: dict[str, Any]
) -> None:
    body = json.dumps(request_).encode()
    as_json = decode(signal, body, received_ns=NOW_NS, json=True)
    as_protobuf = decode(signal, to_protobuf(signal, body), received_ns=NOW_NS)

    assert as_json == as_protobuf
    assert len(as_json.batch) > 0


@pytest.mark.parametrize("signal", list(OtlpSignal))
def test_an_empty_request_is_a_full_success_without_rows(signal: OtlpSignal) -> None:
    request = decode(signal, b"", received_ns=NOW_NS)
    assert len(request.batch) == 0
    assert request.response().SerializeToString() == b""


@pytest.mark.parametrize("signal", list(OtlpSignal))
@given(body=st.binary(min_size=1, max_size=200))
def test_any_bytes_are_rows_or_an_invalid_payload(signal: OtlpSignal, body: bytes) -> None:
    for as_json in (False, True):
        with suppress(InvalidPayload):
            decode(signal, body, received_ns=NOW_NS, json=as_json)


def test_bytes_that_are_not_utf_8_are_replaced_and_nothing_is_lost() -> None:
    request = ExportLogsServiceRequest()
    block = request.resource_logs.add()
    block.resource.attributes.add(key="service.name").value.string_value = "caf@"
    record = block.scope_logs.add().log_records.add(time_unix_nano=NOW_NS)
    record.body.string_value = "caf@ closed"
    record.attributes.add(key="name").value.string_value = "caf@"
    latin_1 = request.SerializeToString().replace(b"caf@", b"caf\xe9")

    row = only(decode(OtlpSignal.LOGS, latin_1, received_ns=NOW_NS).batch.logs)

    assert row["service"] == "caf\N{REPLACEMENT CHARACTER}"
    assert row["body"] == "caf\N{REPLACEMENT CHARACTER} closed"
    assert json.loads(row["attributes"]) == {"name": "caf\N{REPLACEMENT CHARACTER}"}


def test_an_attribute_that_is_no_attribute_makes_the_request_invalid() -> None:
    span = (
        b"\x0a\x10"
        + b"\x01" * 16
        + b"\x12\x08"
        + b"\x01" * 8
        + b"\x39"
        + NOW_NS.to_bytes(8, "little")
    )
    span += b"\x4a\x02\xff\xff"  # attributes: two bytes that no KeyValue begins with
    for _ in range(3):  # spans, scope_spans, resource_spans
        ids = b"\x0a\x10" + b"\x01" * 16 + b"\x12\x08" + b"\x01" * 8
    start = b"\x39" + NOW_NS.to_bytes(8, "little")
    broken = b"\x4a\x02\xff\xff"  # attributes: two bytes that no KeyValue begins with
    span = ids + start + broken
    for _ in range(3):  # spans, scope_spans, resource_spans
        span = b"\x12" + bytes([len(span)]) + span
    body = b"\x0a" + span[1:]
    with pytest.raises(InvalidPayload, match="attribute"):
        decode(OtlpSignal.TRACES, body, received_ns=NOW_NS)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "signal", "rows"),
    [
        ("trace.json", OtlpSignal.TRACES, (1, 0, 0)),
        ("metrics.json", OtlpSignal.METRICS, (0, 0, 4)),
        ("logs.json", OtlpSignal.LOGS, (0, 1, 0)),
        ("events.json", OtlpSignal.LOGS, (0, 1, 0)),
    ],
)
def test_the_official_examples_are_read_whole(
    name: str, signal: OtlpSignal, rows: tuple[int, int, int]
) -> None:
    if not EXAMPLES.exists():
        pytest.skip("needs the OTLP examples in ../shared")
    body = (EXAMPLES / name).read_bytes()

    request = decode(signal, body, received_ns=NOW_NS, json=True)

    batch = request.batch
    assert (batch.span_count, batch.log_count, batch.point_count) == rows
    assert not request.response().HasField("partial_success")
    for table in (batch.spans, batch.logs, batch.points):
        assert set(table["service"]) <= {"my.service"}
