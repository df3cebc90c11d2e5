"""What a metric says of its service, by its words and its unit."""

from __future__ import annotations

import pytest

from assistant.analysis.detection.signals import seconds_per_unit, signal_of, words_of
from assistant.domain.signals import MetricKind, Signal

GAUGE, SUM, HISTOGRAM = MetricKind.GAUGE, MetricKind.SUM, MetricKind.HISTOGRAM


@pytest.mark.parametrize(
    ("metric", "unit", "kind", "signal"),
    [
        # semantic conventions of OpenTelemetry
        ("http.server.request.duration", "s", HISTOGRAM, Signal.LATENCY),
        ("http.client.request.duration", "s", HISTOGRAM, Signal.LATENCY),
        ("rpc.server.duration", "ms", HISTOGRAM, Signal.LATENCY),
        ("db.client.operation.duration", "s", HISTOGRAM, Signal.LATENCY),
        ("http.server.active_requests", "{request}", SUM, Signal.SATURATION),
        ("db.client.connection.count", "{connection}", SUM, Signal.SATURATION),
        ("db.client.connection.pending_requests", "{request}", SUM, Signal.SATURATION),
        ("db.client.connection.wait_time", "s", HISTOGRAM, Signal.SATURATION),
        ("db.client.connection.timeouts", "{timeout}", SUM, Signal.ERRORS),
        ("process.cpu.utilization", "1", GAUGE, Signal.RESOURCE),
        ("process.cpu.time", "s", SUM, Signal.RESOURCE),
        ("process.memory.usage", "By", SUM, Signal.RESOURCE),
        ("system.disk.io", "By", SUM, Signal.RESOURCE),
        ("jvm.gc.duration", "s", HISTOGRAM, Signal.RESOURCE),
        ("jvm.thread.count", "{thread}", SUM, Signal.RESOURCE),
        ("messaging.client.published.messages", "{message}", SUM, Signal.TRAFFIC),
        ("messaging.process.duration", "s", HISTOGRAM, Signal.LATENCY),
        ("beyla.network.flow.bytes", "By", SUM, Signal.RESOURCE),
        # words of common exporters, and camel case
        ("kafka_consumergroup_lag", "", GAUGE, Signal.SATURATION),
        ("http_requests_total", "", SUM, Signal.TRAFFIC),
        ("http_request_errors_total", "", SUM, Signal.ERRORS),
        ("http_request_duration_seconds_sum", "", SUM, Signal.METRIC),
        ("container_cpu_cfs_throttled_seconds_total", "s", SUM, Signal.SATURATION),
        ("latency_p95_ms", "", GAUGE, Signal.LATENCY),
        ("checkout_p99", "ms", GAUGE, Signal.LATENCY),
        ("responseTime", "ms", GAUGE, Signal.LATENCY),
        ("queueDepth", "", GAUGE, Signal.SATURATION),
        ("error_rate", "", GAUGE, Signal.ERRORS),
        ("FailedRequests", "", SUM, Signal.ERRORS),
        ("http_503_ratio", "", GAUGE, Signal.ERRORS),
        ("buffer_used_pct", "", GAUGE, Signal.SATURATION),
        ("rows_written_per_min", "", GAUGE, Signal.TRAFFIC),
        ("jvm.memory.used", "By", SUM, Signal.RESOURCE),
        ("SuccessRate(%)", "", GAUGE, Signal.METRIC),
        ("request_rate", "", GAUGE, Signal.TRAFFIC),
        ("cache.size", "By", GAUGE, Signal.RESOURCE),
        ("orders.value", "EUR", GAUGE, Signal.TRAFFIC),
        ("temperature", "Cel", GAUGE, Signal.METRIC),
    ],
)
def test_signal_of(metric: str, unit: str, kind: MetricKind, signal: Signal) -> None:
    assert signal_of(metric, unit, kind) is signal


@pytest.mark.parametrize(
    ("metric", "unit", "seconds"),
    [
        ("x", "ms", 0.001),
        ("x", "s", 1.0),
        ("x", "us", 1e-6),
        ("x", "By", None),
        ("x_ms", "", 0.001),
        ("x.duration.seconds", "", 1.0),
        ("x_ms", "s", 1.0),
        ("LatencyP90(s)", "", 1.0),
        ("ms", "", None),
        ("x", "", None),
        ("", "", None),
    ],
)
def test_seconds_per_unit(metric: str, unit: str, seconds: float | None) -> None:
    assert seconds_per_unit(metric, unit) == seconds


def test_words_of() -> None:
    assert words_of("HTTPServer.requestCount_5xx-total2") == {
        "http",
        "server",
        "request",
        "count",
        "5xx",
        "total",
        "2",
    }
