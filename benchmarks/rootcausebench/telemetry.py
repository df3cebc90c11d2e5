"""A case's logs, metrics and traces as the OTLP requests that a collector would have sent, and its
deployments and flags as the JSON that a pipeline would have posted."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from assistant.domain.window import to_ns
from benchmarks.rootcausebench.cases import Incident, Row, moment

_SEVERITY = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "WARNING": 13, "ERROR": 17, "FATAL": 21}
_LOG_FIELDS = {"timestamp", "service", "severity_text", "msg", "trace_id", "span_id"}
_SPAN_FIELDS = {
    *("trace_id", "span_id", "parent_id", "service", "name", "start", "duration_ms", "status"),
    *("error", "status_message", "attributes", "kind"),
}
_KINDS = {
    "server": Span.SPAN_KIND_SERVER,
    "client": Span.SPAN_KIND_CLIENT,
    "internal": Span.SPAN_KIND_INTERNAL,
    "producer": Span.SPAN_KIND_PRODUCER,
    "consumer": Span.SPAN_KIND_CONSUMER,
}
_SAME = "same"  # the data's word for "the trace of the span before"


def trace_request(incident: Incident) -> bytes:
    """One ExportTraceServiceRequest with every span; ids are made from the labels, always the
    same way."""
    request = ExportTraceServiceRequest()
    rows = _with_traces(incident.spans)
    homes = {(row["trace_id"], row["span_id"]): row["service"] for row in rows}
    callers = {
        (row["trace_id"], row["parent_id"])
        for row in rows
        if homes.get((row["trace_id"], row["parent_id"]), row["service"]) != row["service"]
    }
    for service, spans in _by_service(rows).items():
        scope = _scope(request.resource_spans, service).scope_spans.add()
        for row in spans:
            span = scope.spans.add(
                trace_id=trace_id(row["trace_id"]),
                span_id=_span_id(row["trace_id"], row["span_id"]),
                name=row["name"],
                kind=_kind(row, homes, callers),
                start_time_unix_nano=to_ns(moment(row["start"])),
                attributes=_attributes(_span_attributes(row)),
            )
            span.end_time_unix_nano = span.start_time_unix_nano + int(
                (row.get("duration_ms") or 0) * 1e6
            )
            if row["parent_id"]:
                span.parent_span_id = _span_id(row["trace_id"], row["parent_id"])
            span.status.code = {
                "ERROR": Status.STATUS_CODE_ERROR,
                "OK": Status.STATUS_CODE_OK,
            }.get(str(row.get("status", "")).upper(), Status.STATUS_CODE_UNSET)
            span.status.message = str(row.get("error") or row.get("status_message") or "")
    return bytes(request.SerializeToString())


def log_request(incident: Incident) -> bytes:
    """One ExportLogsServiceRequest; fields that OTLP has no place for become attributes."""
    request = ExportLogsServiceRequest()
    for service, rows in _by_service(incident.logs).items():
        scope = _scope(request.resource_logs, service).scope_logs.add()
        for row in rows:
            time_ns = to_ns(moment(row["timestamp"]))
            record = scope.log_records.add(
                time_unix_nano=time_ns,
                observed_time_unix_nano=time_ns,
                severity_text=row.get("severity_text", ""),
                severity_number=_SEVERITY.get(row.get("severity_text", "").upper(), 0),
                body=AnyValue(string_value=str(row.get("msg") or "")),
                attributes=_attributes({k: v for k, v in row.items() if k not in _LOG_FIELDS}),
            )
            if row.get("trace_id"):
                record.trace_id = trace_id(row["trace_id"])
                if row.get("span_id"):
                    record.span_id = _span_id(row["trace_id"], row["span_id"])
    return bytes(request.SerializeToString())


def metric_request(incident: Incident) -> bytes:
    """One ExportMetricsServiceRequest of gauges: a CSV says nothing of kinds."""
    request = ExportMetricsServiceRequest()
    for service, rows in _by_service(incident.metrics).items():
        scope = _scope(request.resource_metrics, service).scope_metrics.add()
        points: dict[str, Any] = {}
        for row in rows:
            name = row["metric"]
            if name not in points:
                points[name] = scope.metrics.add(name=name).gauge.data_points
            value = _number(row["value"])
            if value is not None:
                points[name].add(time_unix_nano=to_ns(moment(row["timestamp"])), as_double=value)
    return bytes(request.SerializeToString())


def change_events(
    incident: Incident, real: Mapping[str, str], repository: str
) -> list[dict[str, Any]]:
    """The body of `POST /api/v1/changes`, with the repository's own hashes."""
    deployments = [
        {
            "kind": "deployment",
            "service": row["service"],
            "at": moment(row["timestamp"]).isoformat(),
            "version": row.get("version", ""),
            "revision": real.get(row["commit_sha"], ""),
            "repository": repository,
        }
        for row in incident.deploys
    ]
    flags = []
    for row in incident.flags:
        before, _, after = str(row.get("change", "")).partition("->")
        flags.append(
            {
                "kind": "flag",
                "flag": row["flag"],
                "service": row.get("service", ""),
                "at": moment(row["timestamp"]).isoformat(),
                "before": before.strip(),
                "after": after.strip(),
                "actor": row.get("actor", ""),
            }
        )
    return deployments + flags


def received_at(incident: Incident) -> datetime:
    """When everything had arrived: a minute after the last thing that was seen."""
    seen = [moment(incident.alert["fired_at"])]
    seen += [moment(row["timestamp"]) for row in (*incident.logs, *incident.metrics)]
    seen += [moment(row["start"]) for row in incident.spans]
    return max(seen) + timedelta(minutes=1)


def trace_id(label: str) -> bytes:
    """16 bytes: the id itself where it is one, else a digest of the label."""
    return _given(label, 16) or _digest(label, 16)


def _span_id(trace: str, label: str) -> bytes:
    # Labels such as 'a1' come again in every trace.
    return _given(label, 8) or _digest(f"{trace}/{label}", 8)


def _given(label: str, size: int) -> bytes:
    """The bytes of a valid id (all zeros is none), else nothing."""
    try:
        found = bytes.fromhex(label)
    except ValueError:
        return b""
    return found if len(found) == size and any(found) else b""


def _digest(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


def _with_traces(spans: Iterable[Row]) -> list[Row]:
    rows: list[Row] = []
    last = _SAME
    for row in spans:
        last = row["trace_id"] if row["trace_id"] != _SAME else last
        rows.append({**row, "trace_id": last, "parent_id": row.get("parent_id") or ""})
    return rows


def _kind(
    row: Row, homes: Mapping[tuple[str, str], str], callers: set[tuple[str, str]]
) -> Span.SpanKind.ValueType:
    """What the row says, else what the tree tells: entered from outside its service → server,
    leaving it → client."""
    if (said := _KINDS.get(str(row.get("kind")))) is not None:
        return said
    caller = homes.get((row["trace_id"], row["parent_id"]))
    if caller != row["service"]:
        return Span.SPAN_KIND_SERVER
    leaves = (row["trace_id"], row["span_id"]) in callers or "peer.service" in row
    return Span.SPAN_KIND_CLIENT if leaves else Span.SPAN_KIND_INTERNAL


def _span_attributes(row: Row) -> Row:
    own = {k: v for k, v in row.items() if k not in _SPAN_FIELDS}
    return {**own, **(row.get("attributes") or {})}


def _by_service(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["service"]].append(row)
    return found


def _scope(resources: Any, service: str) -> Any:
    resource = resources.add()
    resource.resource.attributes.extend(_attributes({"service.name": service}))
    return resource


def _attributes(values: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=k, value=_any(v)) for k, v in values.items() if v is not None]


def _any(value: Any) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int) and abs(value) < 1 << 63:
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(string_value=str(value))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def requests(incident: Incident) -> Iterator[tuple[str, bytes]]:
    """(signal, protobuf body) in the order in which they are sent."""
    yield "metrics", metric_request(incident)
    yield "logs", log_request(incident)
    yield "traces", trace_request(incident)
