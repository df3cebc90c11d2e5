"""Who sent it: from resource attributes to service, instance, version and node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.domain.signals import Scalar
from integrations.sources.otlp.attributes import attributes_of, json_of

UNKNOWN_SERVICE = "unknown_service"  # the name the specification gives to what has none

# Kubernetes and container names that stand in for a missing service.name: the workload first,
# as eBPF instrumentation reports it, then what is closest to a workload.
_SERVICE_NAMES = (
    "k8s.owner.name",
    "k8s.deployment.name",
    "k8s.statefulset.name",
    "k8s.daemonset.name",
    "k8s.cronjob.name",
    "k8s.job.name",
    "k8s.replicaset.name",
    "k8s.container.name",
    "container.name",
)
_INSTANCES = ("service.instance.id", "k8s.pod.name", "host.name")
_NODES = ("k8s.node.name", "host.name")
# Stored in columns of their own, or about the sender's machinery rather than the system.
_LEFT_OUT = ("service.name", "service.version", "service.instance.id")
_LEFT_OUT_PREFIXES = ("telemetry.", "process.", "os.")


@dataclass(frozen=True, slots=True)
class Origin:
    """The sender of one block of signals. `members` are the resource attributes that its spans
    and log records keep beside their own: JSON members, without braces."""

    service: str
    instance: str
    version: str
    node: str
    attributes: Mapping[str, Scalar]
    kept: frozenset[str]
    members: str


def origin_of(raw_attributes: Iterable[bytes]) -> Origin:
    attributes = attributes_of(raw_attributes)
    kept = {
        key: value
        for key, value in attributes.items()
        if key not in _LEFT_OUT and not key.startswith(_LEFT_OUT_PREFIXES)
    }
    return Origin(
        service=service_name(attributes),
        instance=_first(attributes, _INSTANCES),
        version=_first(attributes, ("service.version",)),
        node=_first(attributes, _NODES),
        attributes=attributes,
        kept=frozenset(kept),
        members=json_of(kept)[1:-1],
    )


def service_name(attributes: Mapping[str, Scalar]) -> str:
    """service.name, unless it is missing or an SDK's `unknown_service:…` and the workload has a
    name; never empty."""
    name = _first(attributes, ("service.name",))
    if name and not name.startswith(UNKNOWN_SERVICE):
        return name
    return _first(attributes, _SERVICE_NAMES) or name or UNKNOWN_SERVICE


def _first(attributes: Mapping[str, Scalar], keys: Iterable[str]) -> str:
    return next((str(attributes[key]) for key in keys if attributes.get(key)), "")
