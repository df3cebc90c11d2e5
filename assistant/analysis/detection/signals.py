"""What a metric tells about its service, judged by its unit and the words of its name.

The words are those of the OpenTelemetry semantic conventions and of common exporters; no name
of a particular system stands here. First match wins, from the most to the least telling:
failures, durations, waiting and fullness, machine resources, traffic.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.domain.signals import MetricKind, Signal

_WORD = re.compile(r"p[0-9]{2}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+(?:xx)?")

_SATURATION = frozenset(
    "queue queued queues pool backlog pending wait waiting waiters waits lag inflight flight "
    "saturation throttle throttled throttling throttles limit limits quota capacity exhausted "
    "connection connections conn conns slots permits concurrency depth busy idle lock locks "
    "blocked contention semaphore active used usage utilization buffer "
    "occupancy".split()
)
_ERRORS = frozenset(
    "error errors err errs failure failures failed fail fails exception exceptions fault faults "
    "timeout timeouts rejected rejections reject dropped drops aborted aborts panic panics denied "
    "unavailable retries retry 5xx 4xx restarts restart oom evicted evictions discarded "
    "deadlocks deadlock crash crashes killed unauthorized forbidden cancelled canceled invalid "
    "401 403 404 429 500 502 503 504".split()
)
_RESOURCE = frozenset(
    "cpu memory mem heap rss swap disk filesystem fs network net io iops thread threads "
    "goroutines gc fd fds descriptors load page pages paging inodes jvm gpu container node "
    "process processes system runtime socket tcp volume storage".split()
)
_LATENCY = frozenset(
    "latency latencies duration durations elapsed rtt p50 p75 p90 p95 p99 percentile "
    "delay ttfb".split()
)
_TRAFFIC = frozenset(
    "request requests req reqs call calls rps qps tps throughput messages message hits "
    "operations ops transactions queries query invocations visits orders events rate "
    "count total published consumed processed received sent completed".split()
)

_SUCCESS = frozenset("success successes successful availability".split())
_MACHINE = frozenset("cpu memory mem disk filesystem fs heap network swap paging".split())
_THROTTLING = frozenset("throttle throttled throttling throttles".split())
_WAITING = frozenset("queue queued wait waiting".split())
_HISTOGRAMS = (MetricKind.HISTOGRAM, MetricKind.EXPONENTIAL_HISTOGRAM)

_SECONDS = {
    "ns": 1e-9,
    "nanoseconds": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "microseconds": 1e-6,
    "ms": 1e-3,
    "msec": 1e-3,
    "millis": 1e-3,
    "milliseconds": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
}


@lru_cache(maxsize=8192)
def signal_of(metric: str, unit: str, kind: MetricKind) -> Signal:
    """What the values of `metric` say of a service. Histograms of a time are latencies whatever
    they are called; a counter never is one (its rate is a share of time, not a time)."""
    words = words_of(metric)
    if words & _SUCCESS:
        return Signal.METRIC  # it is the fall that is bad
    if words & _ERRORS and not words & _LATENCY:
        return Signal.ERRORS
    if words & {"gc", "cpu"} and not _full(words):
        return Signal.RESOURCE
    if words & _LATENCY or _response_time(words):
        return _of_a_time(words, kind)
    if _full(words):
        return Signal.SATURATION
    if words & _RESOURCE:
        return Signal.RESOURCE
    if kind in _HISTOGRAMS and seconds_per_unit(metric, unit) is not None:
        return Signal.LATENCY
    if words & _TRAFFIC or _per_time(words):
        return Signal.TRAFFIC
    return Signal.RESOURCE if unit in ("By", "bytes") else Signal.METRIC


def seconds_per_unit(metric: str, unit: str) -> float | None:
    """How many seconds one unit of a time is, by the unit or, without one, by the last word of
    the name; None when it is no time."""
    if unit:
        return _SECONDS.get(unit)
    parts = re.findall(r"[0-9A-Za-zµμ]+", metric)
    return _SECONDS.get(parts[-1]) if len(parts) > 1 else None


def words_of(metric: str) -> frozenset[str]:
    """Lower-case words of a name in dots, dashes, underscores or camel case."""
    return frozenset(word.lower() for word in _WORD.findall(metric))


def _response_time(words: frozenset[str]) -> bool:
    return "time" in words and bool(
        words & {"response", "request", "query", "processing", "service", "roundtrip", "execution"}
    )


def _per_time(words: frozenset[str]) -> bool:
    return "per" in words and bool(words & {"s", "sec", "second", "min", "minute"})


def _of_a_time(words: frozenset[str], kind: MetricKind) -> Signal:
    if words & _WAITING:
        return Signal.SATURATION
    return Signal.METRIC if kind is MetricKind.SUM else Signal.LATENCY


def _full(words: frozenset[str]) -> bool:
    if words & _MACHINE:  # their usage, limits and idle time are resources, being held back is not
        return bool(words & _THROTTLING)
    return bool(words & _SATURATION)
