"""Own telemetry with everything kept in memory."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant.telemetry import OwnTelemetry


class Observed:
    """What was said: spans in the order they ended, metric points by name, events."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._events = InMemoryLogRecordExporter()
        self._reader = InMemoryMetricReader()
        tracing = TracerProvider()
        tracing.add_span_processor(SimpleSpanProcessor(self._spans))
        logging = LoggerProvider()
        logging.add_log_record_processor(SimpleLogRecordProcessor(self._events))
        metering = MeterProvider(metric_readers=[self._reader])
        self._providers = (tracing, logging, metering)
        self.telemetry = OwnTelemetry(tracing, metering, logging)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return tuple(self._spans.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        [found] = [span for span in self.spans if span.name == name]
        return found

    @property
    def events(self) -> list[Any]:
        return [told.log_record for told in self._events.get_finished_logs()]

    def points(self) -> dict[str, list[Any]]:
        data = self._reader.get_metrics_data()
        return {
            metric.name: list(metric.data.data_points)
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def close(self) -> None:
        for provider in self._providers:
            provider.shutdown()
