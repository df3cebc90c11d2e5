"""Minute values out of an archive, and the names that different companies give them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from examples.shop.virtual.telemetry import Archive

GAUGES = {
    "db.client.connection.count": "pool_used",
    "db.client.connection.max": "pool_max",
    "db.client.connection.pending_requests": "pool_pending",
    "http.server.active_requests": "active",
    "python.asyncio.tasks": "tasks",
    "messaging.queue.depth": "queue_depth",
    "cache.entries": "cache_entries",
    "process.memory.usage": "memory",
    "process.cpu.utilization": "cpu",
    "k8s.container.restarts": "restarts",
    "k8s.pod.ready": "ready",
    "system.filesystem.utilization": "disk_used",
    "system.disk.io.utilization": "io",
    "tls.certificate.remaining": "certificate",
}
COUNTERS = {"chore.failures": "chore_failures", "db.client.connection.timeouts": "pool_timeouts"}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    service: str
    metric: str
    peer: str = ""


def at_minute(archive: Archive, minute: int) -> dict[Key, float]:
    """Every value of one minute; seconds, ratios, bytes and counts."""
    values: dict[Key, float] = {}
    _requests(archive, minute, values)
    for (service, name, _), minutes in archive.gauges.items():
        if name in GAUGES and minute in minutes:
            key = Key(service, GAUGES[name])
            values[key] = max(values.get(key, 0.0), minutes[minute])
    totals: dict[Key, float] = defaultdict(float)
    looks: dict[str, dict[str, float]] = defaultdict(lambda: {"hit": 0.0, "miss": 0.0})
    for (service, name, labels), counts in archive.counters.items():
        if name in COUNTERS:
            totals[Key(service, COUNTERS[name])] += counts.get(minute, 0.0)
        elif name == "cache.requests":
            looks[service][dict(labels)["cache.result"]] += counts.get(minute, 0.0)
    for service, results in looks.items():
        if total := results["hit"] + results["miss"]:
            values[Key(service, "cache_hits")] = results["hit"] / total
    return values | totals


def _requests(archive: Archive, minute: int, values: dict[Key, float]) -> None:
    served: dict[str, list[float]] = defaultdict(list)
    bad: dict[tuple[str, int], int] = defaultdict(int)
    called: dict[tuple[str, str], list[float]] = defaultdict(list)
    failed: dict[tuple[str, str], int] = defaultdict(int)
    waits: dict[str, list[float]] = defaultdict(list)
    statements: dict[str, list[float]] = defaultdict(list)
    for (service, name, labels), minutes in archive.histograms.items():
        seconds = minutes.get(minute)
        if not seconds:
            continue
        attributes = dict(labels)
        if name == "http.server.request.duration":
            served[service] += seconds
            bad[service, int(attributes["http.response.status_code"]) // 100] += len(seconds)
        elif name == "http.client.request.duration":
            peer = attributes["server.address"]
            called[service, peer] += seconds
            failed[service, peer] += len(seconds) if "error.type" in attributes else 0
        elif name == "db.client.connection.wait_time":
            waits[service] += seconds
        elif name == "db.client.operation.duration":
            statements[service] += seconds
    for service, seconds in served.items():
        values[Key(service, "rps")] = len(seconds) / 60
        values[Key(service, "errors_5xx")] = bad[service, 5] / len(seconds)
        values[Key(service, "errors_4xx")] = bad[service, 4] / len(seconds)
        for q in (50, 95, 99):
            values[Key(service, f"latency_p{q}")] = quantile(seconds, q)
    for (service, peer), seconds in called.items():
        values[Key(service, "upstream_rps", peer)] = len(seconds) / 60
        values[Key(service, "upstream_errors", peer)] = failed[service, peer] / len(seconds)
        values[Key(service, "upstream_p95", peer)] = quantile(seconds, 95)
    for service, seconds in waits.items():
        values[Key(service, "pool_wait_p95")] = quantile(seconds, 95)
    for service, seconds in statements.items():
        values[Key(service, "db_rps")] = len(seconds) / 60
        values[Key(service, "db_p95")] = quantile(seconds, 95)


def quantile(values: list[float], percent: int) -> float:
    return float(np.percentile(np.asarray(values), percent))


@dataclass(frozen=True, slots=True)
class Style:
    """How one company names its metrics: pattern and factor per canonical metric. `{peer}` in a
    pattern is the called service."""

    names: Mapping[str, tuple[str, float]]

    def name(self, key: Key) -> str:
        pattern, _ = self.names[key.metric]
        return pattern.format(peer=key.peer.replace("-", "_"))

    def value(self, key: Key, value: float) -> float:
        return float(f"{value * self.names[key.metric][1]:.5g}")


METRICS = (
    "rps errors_5xx errors_4xx latency_p50 latency_p95 latency_p99 upstream_rps upstream_errors "
    "upstream_p95 pool_used pool_max pool_pending pool_wait_p95 pool_timeouts db_rps db_p95 "
    "cache_hits cache_entries memory cpu restarts ready active tasks queue_depth chore_failures "
    "disk_used io certificate"
).split()
TABLES = (
    """requests_per_sec|1 error_rate_5xx_ratio|1 error_rate_4xx_ratio|1
    http_server_duration_p50_ms|1000 http_server_duration_p95_ms|1000
    http_server_duration_p99_ms|1000 {peer}_requests_per_sec|1 {peer}_call_error_ratio|1
    {peer}_call_duration_p95_ms|1000 db_pool_in_use|1 db_pool_max_conns|1 db_pool_waiting|1
    db_pool_wait_seconds_p95|1 db_pool_timeouts_per_min|1 db_queries_per_sec|1
    db_query_duration_p95_ms|1000 cache_hit_ratio|1 cache_entries|1
    container_memory_rss_mb|1e-6 container_cpu_usage_ratio|1 container_restarts_total|1
    pod_ready_replicas|1 http_requests_in_flight|1 background_tasks|1 queue_depth|1
    job_failures_per_min|1 disk_used_pct|100 disk_io_utilization_pct|100
    tls_cert_seconds_until_expiry|1""",
    """http.server.request.rate|1 http.server.error.ratio|1 http.server.client_error.ratio|1
    http.server.request.duration.p50|1 http.server.request.duration.p95|1
    http.server.request.duration.p99|1 http.client.request.rate.{peer}|1
    http.client.error.ratio.{peer}|1 http.client.request.duration.p95.{peer}|1
    db.client.connection.count.used|1 db.client.connection.max|1
    db.client.connection.pending_requests|1 db.client.connection.wait_time.p95|1
    db.client.connection.timeouts|1 db.client.operation.rate|1
    db.client.operation.duration.p95|1 cache.hit.ratio|1 cache.entries|1
    process.memory.usage|1 process.cpu.utilization|1 k8s.container.restarts|1 k8s.pod.ready|1
    http.server.active_requests|1 python.asyncio.tasks|1 messaging.queue.depth|1
    chore.failures|1 system.filesystem.utilization|1 system.disk.io.utilization|1
    tls.certificate.remaining|1""",
    """rps|1 pct_5xx|100 pct_4xx|100 latency_p50_seconds|1 latency_p95_seconds|1
    latency_p99_seconds|1 outgoing_rps_{peer}|1 outgoing_failures_pct_{peer}|100
    outgoing_latency_p95_seconds_{peer}|1 connections_busy|1 connections_limit|1
    connections_queue|1 connections_wait_p95_ms|1000 connections_wait_timeouts|1 sql_rate|1
    sql_latency_p95_ms|1000 cache_hits_pct|100 cache_size|1 rss_bytes|1 cpu_pct|100
    restarts|1 up|1 inflight|1 tasks_running|1 backlog|1 worker_errors|1 fs_used_pct|100
    io_busy_pct|100 cert_expiry_seconds|1""",
    """istio_requests_rate|1 istio_5xx_share|1 istio_4xx_share|1 request_ms_p50|1000
    request_ms_p95|1000 request_ms_p99|1000 egress_rate_to_{peer}|1 egress_error_share_to_{peer}|1
    egress_ms_p95_to_{peer}|1000 hikari_active|1 hikari_max|1 hikari_pending|1
    hikari_acquire_ms_p95|1000 hikari_timeouts|1 statements_per_second|1 statement_ms_p95|1000
    localcache_hit_share|1 localcache_items|1 heap_used_mb|1e-6 cpu_cores_used|1
    pod_restarts|1 replicas_ready|1 concurrent_requests|1 coroutines|1 pending_messages|1
    scheduler_errors|1 volume_used_ratio|1 volume_io_ratio|1 certificate_seconds_left|1""",
)


def style(chance: random.Random) -> Style:
    entries = [entry.rsplit("|", 1) for entry in chance.choice(TABLES).split()]
    named = [(name, float(factor)) for name, factor in entries]
    return Style(dict(zip(METRICS, named, strict=True)))
