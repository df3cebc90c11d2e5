"""Telemetry through the OpenTelemetry SDK: traces, metrics and logs over OTLP."""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import contextmanager

import psutil
from opentelemetry import propagate, trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
KINDS = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}
SEVERITIES = {
    "INFO": SeverityNumber.INFO,
    "WARN": SeverityNumber.WARN,
    "ERROR": SeverityNumber.ERROR,
    "FATAL": SeverityNumber.FATAL,
}


class Span:
    def __init__(self, span: trace.Span) -> None:
        self.span = span

    def set(self, key: str, value) -> None:
        self.span.set_attribute(key, value)

    def fail(self, message: str) -> None:
        self.span.set_status(StatusCode.ERROR, message)


class Telemetry:
    """One per process. The endpoint and the resource come from the usual OTEL_* variables."""

    def __init__(self, service: str) -> None:
        resource = Resource.create(
            {"service.name": service, "service.instance.id": f"{service}-{os.getpid()}"}
        )
        every_ms = float(os.environ.get("OTEL_METRIC_EXPORT_INTERVAL", "5000"))
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(), every_ms)
        self.traces = TracerProvider(resource=resource)
        self.traces.add_span_processor(
            BatchSpanProcessor(
                OTLPSpanExporter(compression=Compression.Gzip), schedule_delay_millis=3000
            )
        )
        self.metrics = MeterProvider([reader], resource=resource)
        self.logs = LoggerProvider(resource=resource)
        self.logs.add_log_record_processor(
            BatchLogRecordProcessor(OTLPLogExporter(), schedule_delay_millis=3000)
        )
        self.tracer = self.traces.get_tracer("shoplib")
        self.meter = self.metrics.get_meter("shoplib")
        self.logger = self.logs.get_logger("shoplib")
        self.instruments: dict = {}
        self.gauges: dict[str, list] = defaultdict(list)
        self._watch_process()

    def _watch_process(self) -> None:
        process = psutil.Process()
        self.gauge("process.memory.usage", lambda: process.memory_info().rss, "By")
        self.gauge("process.cpu.utilization", lambda: process.cpu_percent() / 100, "1")

    @contextmanager
    def span(self, name: str, kind: str, attributes: Mapping, headers: Mapping | None = None):
        parent = propagate.extract(headers, Context()) if headers is not None else None
        if kind == "consumer":
            parent = Context()
        with self.tracer.start_as_current_span(
            name, parent, KINDS[kind], attributes, record_exception=kind == "server"
        ) as span:
            yield Span(span)

    def inject(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        propagate.inject(headers)
        return headers

    def record(self, name: str, value: float, unit: str, attributes: Mapping) -> None:
        histogram = self.instruments.get(name)
        if histogram is None:
            histogram = self.meter.create_histogram(
                name, unit, explicit_bucket_boundaries_advisory=SECONDS
            )
            self.instruments[name] = histogram
        histogram.record(value, attributes)

    def count(self, name: str, amount: float, unit: str, attributes: Mapping | None = None) -> None:
        counter = self.instruments.get(name)
        if counter is None:
            counter = self.instruments[name] = self.meter.create_counter(name, unit)
        counter.add(amount, attributes)

    def gauge(
        self, name: str, read: Callable[[], float], unit: str, attributes: Mapping | None = None
    ) -> None:
        known = name in self.gauges
        self.gauges[name].append((read, attributes))
        if not known:
            self.meter.create_observable_gauge(name, [self._observer(name)], unit)

    def _observer(self, name: str):
        def observe(_: CallbackOptions) -> list[Observation]:
            return [Observation(read(), attributes) for read, attributes in self.gauges[name]]

        return observe

    def log(
        self, level: str, message: str, fields: Mapping, error: BaseException | None = None
    ) -> None:
        if error is not None:
            message = f"{message}: {type(error).__name__}: {error}"
        self.logger.emit(
            timestamp=time.time_ns(),
            severity_number=SEVERITIES[level],
            severity_text=level,
            body=message,
            attributes=dict(fields),
            exception=error,
        )

    def shutdown(self) -> None:
        for provider in (self.traces, self.metrics, self.logs):
            provider.shutdown()
