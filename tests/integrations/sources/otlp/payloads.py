"""OTLP requests in JSON, as short as they can be, and what became of them, row by row."""

from __future__ import annotations

import json
from typing import Any

from assistant.domain.signals import Columns
from integrations.sources.otlp.decoded import DecodedRequest
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal
from tests.builders import at_ns

TRACE_ID = "5b8efff798038103d269b633813fc60c"
SPAN_ID = "eee19b7ec3c1b174"
NOW_NS = at_ns()
SERVICE = {"service.name": "checkout"}


def any_value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [any_value(v) for v in value]}}
        case dict():
            return {"kvlistValue": {"values": attributes(value)}}
        case _:
            return {"stringValue": value}


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": any_value(value)} for key, value in values.items()]


def a_span(own: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "traceId": TRACE_ID,
        "spanId": SPAN_ID,
        "name": "POST /pay",
        "kind": 2,
        "startTimeUnixNano": str(NOW_NS),
        "endTimeUnixNano": str(NOW_NS + 20_000_000),
        "attributes": attributes(own or {}),
    } | changes


def a_log(body: Any = "order placed", own: dict[str, Any] | None = None, **changes: Any) -> Any:
    return {
        "timeUnixNano": str(NOW_NS),
        "severityNumber": 9,
        "body": any_value(body),
        "attributes": attributes(own or {}),
    } | changes


def a_point(value: float = 1.0, own: dict[str, Any] | None = None, **changes: Any) -> Any:
    return {
        "timeUnixNano": str(NOW_NS),
        "asDouble": value,
        "attributes": attributes(own or {}),
    } | changes


def a_gauge(*points: Any, name: str = "queue.depth", **changes: Any) -> dict[str, Any]:
    return {"name": name, "gauge": {"dataPoints": list(points)}} | changes


def trace_request(*spans: Any, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    return _request("Spans", "spans", spans, resource)


def log_request(*records: Any, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    return _request("Logs", "logRecords", records, resource)


def metric_request(*metrics: Any, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    return _request("Metrics", "metrics", metrics, resource)


def _request(
    kind: str, key: str, rows: tuple[Any, ...], resource: dict[str, Any] | None
) -> dict[str, Any]:
    block = {
        "resource": {"attributes": attributes(SERVICE if resource is None else resource)},
        f"scope{kind}": [{key: list(rows)}],
    }
    return {f"resource{kind}": [block]}


def decoded(request: dict[str, Any], *, received_ns: int = NOW_NS) -> DecodedRequest:
    signal = {
        "resourceSpans": OtlpSignal.TRACES,
        "resourceLogs": OtlpSignal.LOGS,
        "resourceMetrics": OtlpSignal.METRICS,
    }[next(iter(request))]
    return decode(signal, json.dumps(request).encode(), received_ns=received_ns, json=True)


def rows(columns: Columns) -> list[dict[str, Any]]:
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def only(columns: Columns) -> dict[str, Any]:
    (row,) = rows(columns)
    return row
