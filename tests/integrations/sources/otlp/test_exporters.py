"""The official clients as they are shipped: the Python SDK's exporters and a collector."""

from __future__ import annotations

import importlib.util
import logging
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import (
    OTLPLogExporter as GrpcLogExporter,
)
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import (
    OTLPMetricExporter as GrpcMetricExporter,
)
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from integrations.sources.otlp import grpc_server
from tests.fakes.otlp import Accepted, http_receiver

RESOURCE = Resource({"service.name": "checkout", "service.version": "1.4.2"})
Exporters = tuple[Callable[[], Any], Callable[[], Any], Callable[[], Any]]


@pytest.fixture
def accepted() -> Accepted:
    return Accepted()


@pytest.fixture(params=["http", "http-gzip", "grpc"])
def exporters(request: pytest.FixtureRequest, accepted: Accepted) -> Iterator[Exporters]:
    """Traces, metrics, logs."""
    if request.param == "grpc":
        receiver = grpc_server.start(accepted, port=0)
        address = {"endpoint": f"127.0.0.1:{receiver.port}", "insecure": True}
        yield (
            partial(GrpcSpanExporter, **address),
            partial(GrpcMetricExporter, **address),
            partial(GrpcLogExporter, **address),
        )
        receiver.stop()
        return
    gzip = Compression.Gzip if request.param == "http-gzip" else Compression.NoCompression
    with http_receiver(accepted) as url:
        yield (
            partial(OTLPSpanExporter, f"{url}/v1/traces", compression=gzip),
            partial(OTLPMetricExporter, f"{url}/v1/metrics", compression=gzip),
            partial(OTLPLogExporter, f"{url}/v1/logs", compression=gzip),
        )


def test_spans_of_the_sdk_arrive(exporters: Exporters, accepted: Accepted) -> None:
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporters[0]()))
    tracer = provider.get_tracer("test")
    database = {"db.system.name": "postgresql"}
    with (
        tracer.start_as_current_span("POST /pay", kind=trace.SpanKind.SERVER) as parent,
        tracer.start_as_current_span(
            "SELECT", kind=trace.SpanKind.CLIENT, attributes=database
        ) as child,
    ):
        child.record_exception(TimeoutError("too slow"))
        child.set_status(trace.StatusCode.ERROR, "timed out")
    provider.shutdown()

    span_id = f"{parent.get_span_context().span_id:016x}"
    columns = ("service", "operation", "kind", "status", "peer", "parent_span_id", "version")
    assert list(zip(*(accepted.column("spans", c) for c in columns), strict=True)) == [
        ("checkout", "SELECT", "client", "error", "postgresql", span_id, "1.4.2"),
        ("checkout", "POST /pay", "server", "unset", "", "", "1.4.2"),
    ]
    assert "too slow" in str(accepted.column("spans", "events")[0])


def test_metrics_of_the_sdk_arrive(exporters: Exporters, accepted: Accepted) -> None:
    reader = PeriodicExportingMetricReader(exporters[1](), export_interval_millis=10_000_000)
    provider = MeterProvider(
        [reader],
        RESOURCE,
        shutdown_on_exit=False,
        views=[View(instrument_name="size", aggregation=ExponentialBucketHistogramAggregation())],
    )
    meter = provider.get_meter("test")
    meter.create_counter("orders").add(3, {"region": "eu"})
    meter.create_histogram("latency", "s").record(0.2)
    meter.create_histogram("size", "By").record(1000)
    provider.shutdown()

    columns = ("metric", "kind", "temporality", "value", "count")
    assert sorted(zip(*(accepted.column("points", c) for c in columns), strict=True)) == [
        ("latency", "histogram", "cumulative", None, 1),
        ("orders", "sum", "cumulative", 3.0, None),
        ("size", "exponential_histogram", "cumulative", None, 1),
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_logs_of_the_sdk_arrive(exporters: Exporters, accepted: Accepted) -> None:
    provider = LoggerProvider(RESOURCE, shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporters[2]()))
    logger = logging.getLogger("shop.orders")
    handler = LoggingHandler(logger_provider=provider)
    logger.addHandler(handler)
    logger.error("order %s failed", 7)
    logger.removeHandler(handler)
    provider.shutdown()

    columns = ("service", "body", "severity_number", "severity_text")
    assert list(zip(*(accepted.column("logs", c) for c in columns), strict=True)) == [
        ("checkout", "order 7 failed", 17, "ERROR")
    ]
    assert '"otel.scope.name":"shop.orders"' in str(accepted.column("logs", "attributes")[0])


def _collector() -> Path | None:
    package = importlib.util.find_spec("otel_collector")
    if package is None or package.origin is None:
        return None
    return next(Path(package.origin).parent.glob("bin/otelcol*linux_amd64"), None)


@pytest.mark.skipif(_collector() is None, reason="no collector for this platform")
def test_lines_that_a_collector_reads_from_a_file_arrive(
    accepted: Accepted, tmp_path: Path
) -> None:
    (tmp_path / "app.log").write_text("ERROR payment failed\ncaf\N{LATIN SMALL LETTER E} open\n")
    with http_receiver(accepted) as url:
        config = tmp_path / "collector.yaml"
        config.write_text(
            f"""
receivers:
  filelog:
    include: [{tmp_path}/app.log]
    start_at: beginning
    resource: {{service.name: till}}
exporters:
  otlphttp:
    endpoint: {url}
service:
  telemetry:
    metrics: {{level: none}}
  pipelines:
    logs: {{receivers: [filelog], exporters: [otlphttp]}}
"""
        )
        command = [str(_collector()), "--config", str(config)]
        with (
            (tmp_path / "errors").open("w") as errors,
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors) as collector,
        ):
            try:
                _wait_for(lambda: len(accepted.column("logs", "body")) == 2, tmp_path / "errors")
            finally:
                collector.terminate()

    columns = ("service", "body", "severity_number")
    assert list(zip(*(accepted.column("logs", c) for c in columns), strict=True)) == [
        ("till", "ERROR payment failed", 17),
        ("till", "caf\N{LATIN SMALL LETTER E} open", 0),
    ]


def _wait_for(condition: Callable[[], bool], errors: Path) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(errors.read_text()[-2000:])
