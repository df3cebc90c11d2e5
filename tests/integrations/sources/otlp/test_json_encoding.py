from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assistant.domain.errors import InvalidPayload
from integrations.sources.otlp.json_encoding import to_protobuf
from integrations.sources.otlp.wire import OtlpSignal
from tests.integrations.sources.otlp.payloads import SPAN_ID, TRACE_ID, a_span, trace_request


def read(request: dict[str, Any]) -> Any:
    body = json.dumps(request).encode()
    return ExportTraceServiceRequest.FromString(to_protobuf(OtlpSignal.TRACES, body))


def span_of(**changes: Any) -> Any:
    return read(trace_request(a_span(**changes))).resource_spans[0].scope_spans[0].spans[0]


def test_ids_are_hexadecimal_in_either_case_not_base64() -> None:
    span = span_of(traceId=TRACE_ID.upper(), spanId=SPAN_ID)
    assert (span.trace_id.hex(), span.span_id.hex()) == (TRACE_ID, SPAN_ID)


@pytest.mark.parametrize("time", ["1544712660000000001", 1544712660000000001])
def test_a_64_bit_integer_may_be_text_or_a_number(time: str | int) -> None:
    assert span_of(startTimeUnixNano=time).start_time_unix_nano == 1544712660000000001


def test_unknown_fields_and_nulls_are_ignored() -> None:
    span = span_of(somethingNew={"deep": [1]}, name=None, traceState=None)
    assert (span.name, span.kind) == ("", 2)


def test_original_field_names_are_unknown_fields() -> None:
    assert span_of(kind=0, parent_span_id=SPAN_ID).parent_span_id == b""


def test_an_empty_request_is_a_request() -> None:
    assert read({}) == ExportTraceServiceRequest()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "The body must be an object"),
        (b'{"resourceSpans": {}}', "resourceSpans must be a list"),
        (b'{"resourceSpans": [7]}', "resourceSpans must be an object"),
        (b'{"resourceSpans": [{"schemaUrl": 7}]}', "resourceSpans.schemaUrl has no valid value"),
    ],
)
def test_what_cannot_be_read_is_named(document: bytes, message: str) -> None:
    with pytest.raises(InvalidPayload, match=message):
        to_protobuf(OtlpSignal.TRACES, document)


@pytest.mark.parametrize(
    "changes",
    [
        {"traceId": "not hex"},
        {"kind": "SPAN_KIND_SERVER"},
        {"kind": 1.5},
        {"kind": True},
        {"startTimeUnixNano": "-1"},
        {"startTimeUnixNano": 2**64},
        {"droppedEventsCount": "many"},
        {"attributes": [{"key": "a", "value": {"boolValue": "yes"}}]},
        {"attributes": [{"key": "a", "value": {"doubleValue": []}}]},
        {"attributes": [{"key": "a", "value": {"bytesValue": "!"}}]},
    ],
)
def test_a_value_of_the_wrong_type_is_an_invalid_payload(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        span_of(**changes)


@pytest.mark.parametrize("levels", [150, 5_000, 100_000])
def test_a_body_nested_without_end_is_an_invalid_payload(levels: int) -> None:
    value = b'{"arrayValue":{"values":[' * levels + b"]}}" * levels
    body = b'{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":' + value + b"}]}}]}"
    with pytest.raises(InvalidPayload):
        to_protobuf(OtlpSignal.TRACES, body)
