"""Which symptoms a kind of change can cause: from what a hunk does to what telemetry shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assistant.analysis.code.findings import Finding, Kind
from assistant.analysis.code.mechanisms import Mechanism as M

# What a mechanism that goes wrong looks like from outside.
_SHOWS: Mapping[M, frozenset[M]] = {
    M.POOL: frozenset({M.POOL, M.TIMEOUT, M.LATENCY, M.CAPACITY}),
    M.TIMEOUT: frozenset({M.TIMEOUT, M.ERRORS, M.NETWORK}),
    M.RETRY: frozenset({M.RETRY, M.TRAFFIC, M.CAPACITY, M.QUEUE}),
    M.CACHE: frozenset({M.CACHE, M.QUERY, M.LATENCY, M.TRAFFIC}),
    M.QUERY: frozenset({M.QUERY, M.LATENCY, M.CPU}),
    M.MEMORY: frozenset({M.MEMORY, M.CRASH}),
    M.CPU: frozenset({M.CPU, M.LATENCY}),
    M.DISK: frozenset({M.DISK, M.ERRORS}),
    M.LOGGING: frozenset({M.LOGGING, M.DISK}),
    M.AUTH: frozenset({M.AUTH, M.ERRORS}),
    M.TLS: frozenset({M.TLS, M.NETWORK}),
    M.NULL: frozenset({M.NULL, M.CRASH, M.ERRORS}),
    M.CRASH: frozenset({M.CRASH, M.ERRORS}),
    M.DEPENDENCY: frozenset({M.DEPENDENCY, M.CRASH}),
    M.DATA: frozenset({M.DATA, M.ERRORS}),
    M.CONCURRENCY: frozenset({M.CONCURRENCY, M.LATENCY, M.TIMEOUT}),
    M.CAPACITY: frozenset({M.CAPACITY, M.ERRORS, M.LATENCY}),
    M.BATCH: frozenset({M.BATCH, M.CAPACITY, M.TRAFFIC, M.QUERY}),
    M.QUEUE: frozenset({M.QUEUE, M.LATENCY}),
    M.DNS: frozenset({M.DNS, M.NETWORK}),
    M.NETWORK: frozenset({M.NETWORK, M.ERRORS}),
    M.LATENCY: frozenset({M.LATENCY}),
    M.ERRORS: frozenset({M.ERRORS}),
    M.TRAFFIC: frozenset({M.TRAFFIC, M.CAPACITY}),
    M.EXTERNAL: frozenset({M.EXTERNAL, M.ERRORS}),
}
# Kinds that cause the same symptoms whatever they are about.
_OF_KIND: Mapping[Kind, frozenset[M]] = {
    Kind.LEVEL_CHANGED: frozenset({M.LOGGING, M.DISK, M.CPU}),
    Kind.CALL_IN_LOOP: frozenset({M.QUERY, M.LATENCY, M.TRAFFIC, M.TIMEOUT}),
    Kind.BATCH_REMOVED: frozenset({M.BATCH, M.CAPACITY, M.QUERY, M.LATENCY, M.TRAFFIC}),
    Kind.GROWTH: frozenset({M.MEMORY, M.CRASH}),
    Kind.CLEANUP_REMOVED: frozenset({M.POOL, M.MEMORY, M.CAPACITY, M.CONCURRENCY}),
    Kind.LOCK_ADDED: frozenset({M.CONCURRENCY, M.LATENCY, M.TIMEOUT}),
    Kind.DEPENDENCY_CHANGED: frozenset({M.DEPENDENCY, M.CRASH, M.NULL}),
    Kind.BLOCKING_ADDED: frozenset({M.LATENCY, M.CPU, M.TIMEOUT}),
    Kind.CACHE_CHANGED: frozenset({M.CACHE, M.QUERY, M.LATENCY, M.TRAFFIC}),
    Kind.QUERY_CHANGED: frozenset({M.QUERY, M.LATENCY}),
    Kind.HELD_ACROSS_CALL: frozenset({M.CONCURRENCY, M.LATENCY, M.TIMEOUT, M.POOL}),
    Kind.LIMIT_REMOVED: frozenset({M.LATENCY, M.QUEUE, M.POOL, M.MEMORY, M.CAPACITY}),
    Kind.TASK_ADDED: frozenset({M.TRAFFIC, M.CPU, M.MEMORY, M.LATENCY}),
    Kind.INTERFACE_CHANGED: frozenset({M.NULL, M.DATA, M.ERRORS, M.CRASH}),
    Kind.SELECTION_CHANGED: frozenset({M.QUERY, M.LATENCY, M.DATA}),
    Kind.INDEX_UNUSED: frozenset({M.QUERY, M.LATENCY, M.CPU}),
}
# Raising is not lowering: a longer timeout holds resources longer, a bigger pool presses on what
# lies behind it, more retries are more traffic.
_RAISED: Mapping[M, frozenset[M]] = {
    M.POOL: frozenset({M.CAPACITY, M.CONCURRENCY}),
    M.TIMEOUT: frozenset({M.LATENCY, M.POOL, M.QUEUE}),
    M.RETRY: frozenset({M.RETRY, M.TRAFFIC, M.CAPACITY}),
    M.CACHE: frozenset({M.MEMORY, M.DATA}),
    M.CAPACITY: frozenset({M.CAPACITY, M.MEMORY}),
    M.BATCH: frozenset({M.MEMORY, M.LATENCY, M.TIMEOUT}),
    M.CONCURRENCY: frozenset({M.CPU, M.CONCURRENCY, M.CAPACITY}),
}
# Nearly every incident is slow, failing or busier somewhere: explaining that tells little.
_EVERYWHERE = frozenset({M.LATENCY, M.ERRORS, M.TRAFFIC})
_COMMON = 0.35
_LOWERED_RETRY = frozenset({M.ERRORS, M.RETRY})


def expected_symptoms(finding: Finding) -> frozenset[M]:
    """The mechanisms that symptoms would name if this finding were the cause."""
    if finding.kind in _OF_KIND:
        return _OF_KIND[finding.kind]
    if finding.kind is Kind.LIMIT_RAISED:
        return frozenset[M]().union(*(_RAISED.get(m, frozenset()) for m in finding.mechanisms))
    shown = frozenset[M]().union(*(_SHOWS[m] for m in finding.mechanisms))
    if finding.kind is Kind.LIMIT_LOWERED and M.RETRY in finding.mechanisms:
        return shown - _SHOWS[M.RETRY] | _LOWERED_RETRY
    return shown


def fit(finding: Finding, symptoms: Mapping[M, float]) -> float:
    """How well the symptoms are what this finding would cause, 0..1: the share of the symptoms it
    explains, less what a finding that broad would explain by chance."""
    expected = expected_symptoms(finding)
    if not expected or not symptoms:
        return 0.0
    weights = {m: share * (_COMMON if m in _EVERYWHERE else 1.0) for m, share in symptoms.items()}
    explained = sum(w for m, w in weights.items() if m in expected) / sum(weights.values())
    chance = len(expected) / len(M)
    return max(0.0, (explained - chance) / (1 - chance))


def best_fit(
    findings: Iterable[Finding], symptoms: Mapping[M, float]
) -> tuple[Finding, float] | None:
    """The finding that explains most, with its fit; None when there is none."""
    scored = [(fit(f, symptoms), i, f) for i, f in enumerate(findings)]
    if not scored:
        return None
    value, _, finding = max(scored, key=lambda item: (item[0], -item[1]))
    return finding, value
