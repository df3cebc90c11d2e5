"""A recording as the OTLP request that a metrics exporter would have sent, and the call graph as
the service catalogue that a team would have written down."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from assistant.domain.window import to_ns
from benchmarks.petshop.cases import PERIOD, Column, Recording

_COUNTED = "Sum"  # the statistic of a count; all others describe the requests of a period
_UNITS = {"latency": "s", "availability": "%"}


def metric_request(recording: Recording) -> bytes:
    """One ExportMetricsServiceRequest: counts as delta sums, the rest as gauges with the time at
    which their period ended. Components are services."""
    request = ExportMetricsServiceRequest()
    scopes: dict[str, Any] = {}
    for column in recording.columns:
        if column.component not in scopes:
            resource = request.resource_metrics.add()
            name = AnyValue(string_value=column.component)
            resource.resource.attributes.append(KeyValue(key="service.name", value=name))
            scopes[column.component] = resource.scope_metrics.add()
        _add(scopes[column.component].metrics.add(), column, recording)
    return bytes(request.SerializeToString())


def metric_name(metric: str, statistic: str) -> str:
    """What a column is called in telemetry: 'latency_p95'."""
    return f"{metric}_{statistic.lower()}"


def catalogue_text(components: Iterable[str], calls: Iterable[tuple[str, str]]) -> str:
    """The catalogue in TOML: every component with those it calls."""
    callees: dict[str, list[str]] = {component: [] for component in sorted(components)}
    for caller, callee in sorted(calls):
        callees.setdefault(caller, []).append(callee)
    # A JSON string is a TOML string.
    entries = (f"[services.{json.dumps(c)}]\ncalls = {json.dumps(b)}" for c, b in callees.items())
    return "\n\n".join(entries) + "\n"


def _add(metric: Any, column: Column, recording: Recording) -> None:
    metric.name = metric_name(column.metric, column.statistic)
    counted = column.statistic == _COUNTED
    if counted:
        metric.sum.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
        metric.sum.is_monotonic = True
    metric.unit = "1" if counted else _unit(column.metric)
    points = metric.sum.data_points if counted else metric.gauge.data_points
    for start, value in zip(recording.starts, column.values, strict=True):
        if math.isfinite(value):
            points.add(
                start_time_unix_nano=to_ns(start),
                time_unix_nano=to_ns(start + PERIOD),
                as_double=value,
            )


def _unit(metric: str) -> str:
    """By the last word: a renamed metric keeps it."""
    return _UNITS.get(metric.rpartition("_")[2], "1")
