"""Where our own telemetry goes: to any OTLP endpoint, and into Causeway's own store.

OpenTelemetry's SDK batches and sends in threads of its own: nothing here makes anybody wait.
"""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found,misc"

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    LogRecordExporter,
    LogRecordExportResult,
)
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from assistant.domain.errors import CausewayError
from assistant.telemetry import INGEST_SCOPE, SERVICE_NAME, OwnTelemetry

log = logging.getLogger(__name__)

Deliver = Callable[[str, bytes], None]
"""Takes in an OTLP request of a signal: traces, metrics or logs."""

_EVERY_MS = 10_000  # of metrics, into our own store
# A sum since the last time: what did not change is not sent, so that an idle hour adds nothing.
_SINCE_LAST = {
    Counter: AggregationTemporality.DELTA,
    Histogram: AggregationTemporality.DELTA,
}


class Exported(NamedTuple):
    """Own telemetry that goes somewhere. `flush` sends what waits, `close` does and ends it."""

    telemetry: OwnTelemetry
    flush: Callable[[], None]
    close: Callable[[], None]


def exported(deliver: Deliver | None = None, *, to_endpoint: Collection[str] = ()) -> Exported:
    """To `deliver`, and the signals of `to_endpoint` (traces, metrics, logs) to where the usual
    OTEL_EXPORTER_OTLP_… variables say."""
    resource = Resource.create(
        {"service.name": SERVICE_NAME, "service.version": version("causeway")}
    )
    tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
    logs = LoggerProvider(resource, shutdown_on_exit=False)
    readers = []
    if deliver:
        tracing.add_span_processor(BatchSpanProcessor(_Spans(deliver)))
        logs.add_log_record_processor(BatchLogRecordProcessor(_Events(deliver)))
        readers.append(PeriodicExportingMetricReader(_Metrics(deliver), _EVERY_MS))
    if "traces" in to_endpoint:
        tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    if "logs" in to_endpoint:
        logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    if "metrics" in to_endpoint:
        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
    metering = MeterProvider(readers, resource, shutdown_on_exit=False)
    providers = (tracing, logs, metering)

    def flush() -> None:
        for provider in providers:
            provider.force_flush()

    def close() -> None:
        for provider in providers:
            provider.shutdown()

    return Exported(OwnTelemetry(tracing, metering, logs), flush, close)


def _delivered(deliver: Deliver, signal: str, request: Any) -> bool:
    try:
        deliver(signal, request.SerializeToString())
    except CausewayError as error:  # full, or too busy: investigations go on without it
        log.warning("Own %s were not stored: %s", signal, error)
        return False
    return True


class _Spans(SpanExporter):
    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        ours = [span for span in spans if not _of_ingest(span.instrumentation_scope)]
        if ours and not _delivered(self._deliver, "traces", encode_spans(ours)):
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS


class _Events(LogRecordExporter):
    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver

    def export(self, batch: Sequence[Any]) -> LogRecordExportResult:
        if not _delivered(self._deliver, "logs", encode_logs(batch)):
            return LogRecordExportResult.FAILURE
        return LogRecordExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True

    def shutdown(self) -> None:
        """Nothing is kept here."""


class _Metrics(MetricExporter):
    def __init__(self, deliver: Deliver) -> None:
        super().__init__(preferred_temporality=_SINCE_LAST)
        self._deliver = deliver

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        request = encode_metrics(metrics_data)
        for resource in request.resource_metrics:
            for scope in [s for s in resource.scope_metrics if _of_ingest(s.scope)]:
                resource.scope_metrics.remove(scope)
        if not any(resource.scope_metrics for resource in request.resource_metrics):
            return MetricExportResult.SUCCESS
        if not _delivered(self._deliver, "metrics", request):
            return MetricExportResult.FAILURE
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Nothing is kept here."""


def _of_ingest(scope: Any) -> bool:
    """A span for each request that is taken in would double a busy store for nothing."""
    return scope is not None and scope.name == INGEST_SCOPE
