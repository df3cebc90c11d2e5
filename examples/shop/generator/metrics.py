"""Minute values out of an archive, and the names that different companies give them."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
QUANTILES = {
    "latency": (50, 95, 99),
    "route": (50, 95),
    "upstream": (95,),
    "pool_wait": (95,),
    "db": (95,),
}
FEW = 4  # requests of a route in a minute that make a quantile worth telling
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
    groups: dict[Key, list[float]] = defaultdict(list)
    for (service, name, labels), minutes in archive.histograms.items():
        if seconds := minutes.get(minute):
            for metric, peer in _groups(name, dict(labels)):
                groups[Key(service, metric, peer)] += seconds
    for key, seconds in list(groups.items()):
        if key.metric == "route" and len(seconds) < FEW:
            continue
        for metric, value in _derived(key, seconds, groups):
            values[Key(key.service, metric, key.peer)] = value


def _groups(name: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The (metric, peer) groups that durations of a histogram belong to."""
    if name == "http.server.request.duration":
        yield "latency", ""
        yield f"status_{attributes['http.response.status_code'][0]}xx", ""
        route = slug(f"{attributes['http.request.method']} {attributes['http.route']}")
        yield "route", route
        if attributes["http.response.status_code"].startswith("4"):
            yield "route_refused", route
    elif name == "http.client.request.duration":
        yield "upstream", attributes["server.address"]
        if "error.type" in attributes:
            yield "upstream_failed", attributes["server.address"]
    elif name == "db.client.connection.wait_time":
        yield "pool_wait", ""
    elif name == "db.client.operation.duration":
        yield "db", ""


def _derived(
    key: Key, seconds: list[float], groups: Mapping[Key, list[float]]
) -> Iterator[tuple[str, float]]:
    """What is told of a group: its rate, ratios against it, quantiles."""

    def ratio(metric: str) -> float:
        return len(groups.get(Key(key.service, metric, key.peer), ())) / len(seconds)

    if key.metric == "latency":
        yield "rps", len(seconds) / 60
        yield "errors_5xx", ratio("status_5xx")
        yield "errors_4xx", ratio("status_4xx")
    if key.metric == "route":
        yield "route_4xx", ratio("route_refused")
    if key.metric == "upstream":
        yield "upstream_rps", len(seconds) / 60
        yield "upstream_errors", ratio("upstream_failed")
    if key.metric == "db":
        yield "db_rps", len(seconds) / 60
    for percent in QUANTILES.get(key.metric, ()):
        yield f"{key.metric}_p{percent}", quantile(seconds, percent)


def slug(route: str) -> str:
    """`GET /carts/{cart_id}/items` as `get_carts_items`."""
    words = re.sub(r"\{\w+\}", "", route)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def quantile(values: list[float], percent: int) -> float:
    return float(np.percentile(np.asarray(values), percent))


@dataclass(frozen=True, slots=True)
class Style:
    """How one company names its metrics: pattern and factor per canonical metric. `{peer}` in a
    pattern is the called service, or the route."""

    names: Mapping[str, tuple[str, float]]

    def name(self, key: Key) -> str:
        pattern, _ = self.names[key.metric]
        return pattern.format(peer=key.peer.replace("-", "_"))

    def value(self, key: Key, value: float) -> float:
        return float(f"{value * self.names[key.metric][1]:.5g}")


METRICS = (
    "rps errors_5xx errors_4xx latency_p50 latency_p95 latency_p99 route_p50 route_p95 "
    "route_4xx upstream_rps upstream_errors upstream_p95 pool_used pool_max pool_pending "
    "pool_wait_p95 pool_timeouts db_rps db_p95 cache_hits cache_entries memory cpu restarts ready "
    "active tasks queue_depth chore_failures disk_used io certificate"
).split()
TABLES = (
    """requests_per_sec|1 error_rate_5xx_ratio|1 error_rate_4xx_ratio|1
    http_server_duration_p50_ms|1000 http_server_duration_p95_ms|1000
    http_server_duration_p99_ms|1000 http_server_duration_p50_ms_{peer}|1000
    http_server_duration_p95_ms_{peer}|1000 error_rate_4xx_ratio_{peer}|1
    {peer}_requests_per_sec|1 {peer}_call_error_ratio|1
    {peer}_call_duration_p95_ms|1000 db_pool_in_use|1 db_pool_max_conns|1 db_pool_waiting|1
    db_pool_wait_seconds_p95|1 db_pool_timeouts_per_min|1 db_queries_per_sec|1
    db_query_duration_p95_ms|1000 cache_hit_ratio|1 cache_entries|1
    container_memory_rss_mb|1e-6 container_cpu_usage_ratio|1 container_restarts_total|1
    pod_ready_replicas|1 http_requests_in_flight|1 background_tasks|1 queue_depth|1
    job_failures_per_min|1 disk_used_pct|100 disk_io_utilization_pct|100
    tls_cert_seconds_until_expiry|1""",
    """http.server.request.rate|1 http.server.error.ratio|1 http.server.client_error.ratio|1
    http.server.request.duration.p50|1 http.server.request.duration.p95|1
    http.server.request.duration.p99|1 http.server.request.duration.p50.{peer}|1
    http.server.request.duration.p95.{peer}|1
    http.server.client_error.ratio.{peer}|1 http.client.request.rate.{peer}|1
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
    latency_p99_seconds|1 route_latency_p50_seconds_{peer}|1
    route_latency_p95_seconds_{peer}|1 route_pct_4xx_{peer}|100
    outgoing_rps_{peer}|1 outgoing_failures_pct_{peer}|100
    outgoing_latency_p95_seconds_{peer}|1 connections_busy|1 connections_limit|1
    connections_queue|1 connections_wait_p95_ms|1000 connections_wait_timeouts|1 sql_rate|1
    sql_latency_p95_ms|1000 cache_hits_pct|100 cache_size|1 rss_bytes|1 cpu_pct|100
    restarts|1 up|1 inflight|1 tasks_running|1 backlog|1 worker_errors|1 fs_used_pct|100
    io_busy_pct|100 cert_expiry_seconds|1""",
    """istio_requests_rate|1 istio_5xx_share|1 istio_4xx_share|1 request_ms_p50|1000
    request_ms_p95|1000 request_ms_p99|1000 endpoint_ms_p50_{peer}|1000
    endpoint_ms_p95_{peer}|1000 endpoint_4xx_share_{peer}|1
    egress_rate_to_{peer}|1 egress_error_share_to_{peer}|1
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
