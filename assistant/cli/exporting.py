"""Sends Causeway's own traces and metrics where the usual OpenTelemetry variables say."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import os

from assistant.telemetry import SERVICE_NAME

_ASKS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def export_own_telemetry() -> None:
    """Set the SDK up when an endpoint is named; nothing otherwise. The endpoint may be this very
    server: what it receives from itself it does not instrument."""
    if not any(os.environ.get(name) for name in _ASKS):
        return
    from opentelemetry import metrics, trace
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": SERVICE_NAME})
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracing)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    metrics.set_meter_provider(MeterProvider(metric_readers=[reader], resource=resource))
