"""A recording as the OTLP requests that a collector would have sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.nezha.cases import Recording, Row, service_of


def requests(recording: Recording) -> Iterator[tuple[str, bytes]]:
    """(signal, protobuf body) in the order in which they are sent."""
    nodes = {row["pod"]: row["node"] for row in recording.logs if row["node"]}
    yield "metrics", _metric_request(recording.points, nodes)
    yield "logs", _log_request(recording.logs, nodes)
    yield "traces", _trace_request(recording.spans, nodes)


def _trace_request(rows: Iterable[Row], nodes: Mapping[str, str]) -> bytes:
    request = ExportTraceServiceRequest()
    rows = list(rows)
    homes = {(row["trace_id"], row["span_id"]): row["pod"] for row in rows}
    callers = {
        (row["trace_id"], row["parent_span_id"])
        for row in rows
        if homes.get((row["trace_id"], row["parent_span_id"]), row["pod"]) != row["pod"]
    }
    for pod, spans in _by(rows, "pod").items():
        scope = _resource(request.resource_spans, pod, nodes).scope_spans.add()
        for row in spans:
            scope.spans.add(
                trace_id=bytes.fromhex(row["trace_id"]),
                span_id=bytes.fromhex(row["span_id"]),
                parent_span_id=bytes.fromhex(row["parent_span_id"] or ""),
                name=row["operation"],
                kind=_kind(row, homes, callers),
                start_time_unix_nano=row["start_time"],
                end_time_unix_nano=row["end_time"],
            )
    return bytes(request.SerializeToString())


def _log_request(rows: Iterable[Row], nodes: Mapping[str, str]) -> bytes:
    """Times as they stand, absurd ones too. A line out of a file has no severity but the one
    printed in it."""
    request = ExportLogsServiceRequest()
    for pod, lines in _by(rows, "pod").items():
        scope = _resource(request.resource_logs, pod, nodes).scope_logs.add()
        for row in lines:
            time_ns = max(0, row["time"])  # a time before 1970 has no form in OTLP
            scope.log_records.add(
                time_unix_nano=time_ns,
                observed_time_unix_nano=time_ns,
                body=AnyValue(string_value=row["body"]),
                trace_id=bytes.fromhex(row["trace_id"] or ""),
                span_id=bytes.fromhex(row["span_id"] or ""),
            )
    return bytes(request.SerializeToString())


def _metric_request(rows: Iterable[Row], nodes: Mapping[str, str]) -> bytes:
    """Gauges: the files say nothing of kinds."""
    request = ExportMetricsServiceRequest()
    for entity, points in _by(rows, "entity").items():
        scope = _resource(request.resource_metrics, entity, nodes).scope_metrics.add()
        for metric, values in _by(points, "metric").items():
            gauge = scope.metrics.add(name=metric).gauge
            for row in values:
                gauge.data_points.add(time_unix_nano=row["time"], as_double=row["value"])
    return bytes(request.SerializeToString())


def _kind(
    row: Row, homes: Mapping[tuple[str, str], str], callers: set[tuple[str, str]]
) -> Span.SpanKind.ValueType:
    """The files say nothing of kinds, the tree does: entered from outside its pod → server,
    leaving it → client."""
    if homes.get((row["trace_id"], row["parent_span_id"])) != row["pod"]:
        return Span.SPAN_KIND_SERVER
    leaves = (row["trace_id"], row["span_id"]) in callers
    return Span.SPAN_KIND_CLIENT if leaves else Span.SPAN_KIND_INTERNAL


def _resource(resources: Any, pod: str, nodes: Mapping[str, str]) -> Any:
    resource = resources.add()
    said = {"service.name": service_of(pod)}
    if said["service.name"] != pod:
        said["k8s.pod.name"] = pod
    if pod in nodes:
        said["k8s.node.name"] = nodes[pod]
    resource.resource.attributes.extend(
        KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in said.items()
    )
    return resource


def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
