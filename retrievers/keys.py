"""What the series of a store are called, whichever store computes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from assistant.analysis.detection.signals import seconds_per_unit, signal_of
from assistant.domain.signals import MetricKind, SeriesKey, Signal

_RED_UNITS = {Signal.TRAFFIC: "1/s", Signal.ERRORS: "1", Signal.LATENCY: "s"}


def request_key(service: str, operation: str, signal: Signal, statistic: str) -> SeriesKey:
    """Requests that a service (operation '') or one operation of it answered."""
    return SeriesKey(
        service=service,
        signal=signal,
        name=operation or "requests",
        unit=_RED_UNITS[signal],
        statistic=statistic,
        operation=operation,
    )


def call_key(service: str, peer: str, signal: Signal, statistic: str) -> SeriesKey:
    """Calls that a service made to a peer."""
    return SeriesKey(
        service=service,
        signal=signal,
        name=f"calls to {peer}",
        unit=_RED_UNITS[signal],
        statistic=statistic,
        peer=peer,
    )


def metric_key(
    service: str,
    metric: str,
    unit: str,
    kind: MetricKind,
    statistic: str,
    instance: str,
    attributes: tuple[tuple[str, str], ...],
) -> SeriesKey:
    """One statistic of a metric stream. Latencies are told in seconds, rates per second."""
    return SeriesKey(
        service=service,
        signal=_signal(metric, unit, kind, statistic),
        name=metric,
        unit=_unit(metric, unit, kind, statistic),
        statistic=statistic,
        instance=instance,
        attributes=attributes,
    )


@lru_cache(maxsize=8192)
def scale(metric: str, unit: str, kind: MetricKind, statistic: str) -> float:
    """What a value is multiplied with: latencies become seconds, all else stays."""
    if statistic == "rate" or _signal(metric, unit, kind, statistic) is not Signal.LATENCY:
        return 1.0
    return seconds_per_unit(metric, unit) or 1.0


@lru_cache(maxsize=8192)
def _signal(metric: str, unit: str, kind: MetricKind, statistic: str) -> Signal:
    signal = signal_of(metric, unit, kind)
    if statistic == "rate" and signal is Signal.LATENCY:
        return Signal.TRAFFIC  # how often something was timed
    return signal


@lru_cache(maxsize=8192)
def _unit(metric: str, unit: str, kind: MetricKind, statistic: str) -> str:
    if statistic == "rate":
        counted = kind is MetricKind.SUM and unit not in ("", "1")
        return f"{unit}/s" if counted else "1/s"
    timed = _signal(metric, unit, kind, statistic) is Signal.LATENCY
    return "s" if timed and seconds_per_unit(metric, unit) else unit


@lru_cache(maxsize=65536)
def canonical_json(attributes: str) -> str:
    """The same attributes as the same text, whatever order a client wrote them in."""
    return json.dumps(json.loads(attributes), sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=65536)
def flat_attributes(attributes: str) -> tuple[tuple[str, str], ...]:
    """JSON text of attributes as the sorted text pairs of a series key."""
    return attribute_pairs(json.loads(attributes or "{}"))


def attribute_pairs(attributes: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, _text(value)) for name, value in attributes.items()))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


# What a resource attribute says of a service; of several names for one word the first counts.
_RESOURCE_WORDS = {
    "repository": ("vcs.repository.url.full",),
    "k8s_name": (
        "k8s.owner.name",
        "k8s.deployment.name",
        "k8s.statefulset.name",
        "k8s.daemonset.name",
        "k8s.cronjob.name",
        "k8s.job.name",
    ),
    "namespace": ("service.namespace", "k8s.namespace.name"),
}


RESOURCE_NAMES = tuple(name for names in _RESOURCE_WORDS.values() for name in names)


def resource_words(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Repository, Kubernetes name and namespace, where the attributes tell them."""
    words: dict[str, str] = {}
    for word, names in _RESOURCE_WORDS.items():
        told = [str(attributes[name]) for name in names if attributes.get(name)]
        words |= {word: told[0]} if told else {}
    return words
