"""What a kind of change does to what can be observed: from a finding in code to telemetry.

Where `effects` compares vocabularies, an outcome is something that was measured: calls that
multiplied, a statement that slowed, a pool that is waited for. Most defects show as one of a few
(the error, latency and saturation of a service, and the shape of its traces).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.findings import Finding, Kind
from assistant.analysis.code.mechanisms import Mechanism as M


class Outcome(StrEnum):
    MORE_CALLS = "more calls each"
    FEWER_CALLS = "calls that no longer happen"
    SLOW_CALLS = "calls that take longer"
    OWN_TIME = "time of its own"  # waiting inside the process, or computing
    GIVING_UP = "callers that give up"
    ENDLESS = "requests that take very long"
    FAILURES = "failed requests"
    REJECTIONS = "refused requests"
    EXCEPTIONS = "exceptions"
    POOL = "waiting for connections"
    MEMORY = "memory that grows"
    CRASHES = "restarts"
    CACHE_MISSES = "cache misses"
    BACKLOG = "work that piles up"
    CPU = "processor time"
    CHATTER = "more logs"
    TASKS = "tasks that go on"
    DISK = "space that runs out"


O = Outcome  # noqa: E741
_OF_KIND: Mapping[Kind, frozenset[Outcome]] = {
    Kind.LEVEL_CHANGED: frozenset({O.CHATTER, O.DISK, O.CPU}),
    Kind.GUARD_REMOVED: frozenset({O.EXCEPTIONS, O.FAILURES}),
    Kind.CONDITION_CHANGED: frozenset({O.REJECTIONS, O.FAILURES, O.EXCEPTIONS}),
    Kind.CALL_IN_LOOP: frozenset({O.MORE_CALLS, O.SLOW_CALLS}),
    Kind.BATCH_REMOVED: frozenset({O.MORE_CALLS, O.BACKLOG}),
    Kind.GROWTH: frozenset({O.MEMORY}),
    Kind.CLEANUP_REMOVED: frozenset({O.POOL, O.MEMORY, O.OWN_TIME}),
    Kind.CACHE_CHANGED: frozenset({O.CACHE_MISSES, O.MORE_CALLS, O.MEMORY}),
    Kind.LOCK_ADDED: frozenset({O.OWN_TIME}),
    Kind.HELD_ACROSS_CALL: frozenset({O.OWN_TIME, O.POOL, O.SLOW_CALLS}),
    Kind.ERROR_HANDLING_CHANGED: frozenset({O.EXCEPTIONS, O.FAILURES, O.CRASHES}),
    Kind.QUERY_CHANGED: frozenset({O.SLOW_CALLS}),
    Kind.SELECTION_CHANGED: frozenset({O.SLOW_CALLS, O.MORE_CALLS, O.BACKLOG, O.EXCEPTIONS}),
    Kind.INDEX_UNUSED: frozenset({O.SLOW_CALLS}),
    Kind.BLOCKING_ADDED: frozenset({O.OWN_TIME, O.CPU}),
    Kind.LIMIT_REMOVED: frozenset({O.ENDLESS}),
    Kind.TASK_ADDED: frozenset({O.TASKS, O.MORE_CALLS, O.CPU}),
    Kind.INTERFACE_CHANGED: frozenset({O.EXCEPTIONS, O.FAILURES}),
    # Of what others changed nothing is known but that they did.
    Kind.DEPENDENCY_CHANGED: frozenset(
        {O.EXCEPTIONS, O.CRASHES, O.MORE_CALLS, O.CACHE_MISSES, O.GIVING_UP, O.OWN_TIME, O.MEMORY}
    ),
}
_LOWERED: Mapping[M, frozenset[Outcome]] = {
    M.POOL: frozenset({O.POOL, O.OWN_TIME}),
    M.TIMEOUT: frozenset({O.GIVING_UP}),
    M.RETRY: frozenset({O.FAILURES}),
    M.CACHE: frozenset({O.CACHE_MISSES, O.MORE_CALLS}),
    M.MEMORY: frozenset({O.MEMORY, O.CRASHES}),
    M.CAPACITY: frozenset({O.REJECTIONS, O.OWN_TIME}),
    M.CONCURRENCY: frozenset({O.OWN_TIME, O.BACKLOG}),
    M.BATCH: frozenset({O.BACKLOG, O.MORE_CALLS}),
    M.QUEUE: frozenset({O.BACKLOG, O.REJECTIONS}),
}
_RAISED: Mapping[M, frozenset[Outcome]] = {
    M.POOL: frozenset({O.SLOW_CALLS}),
    M.TIMEOUT: frozenset({O.ENDLESS}),
    M.RETRY: frozenset({O.MORE_CALLS}),
    M.CACHE: frozenset({O.MEMORY}),
    M.BATCH: frozenset({O.MEMORY, O.ENDLESS}),
    M.CONCURRENCY: frozenset({O.CPU, O.SLOW_CALLS}),
    M.QUEUE: frozenset({O.BACKLOG, O.MEMORY}),
    M.LOGGING: frozenset({O.CHATTER, O.DISK}),
}
# A bare number: less of something allowed, or more waited for.
_LESS, _MORE = frozenset({O.REJECTIONS, O.OWN_TIME}), frozenset({O.BACKLOG, O.MEMORY})


def outcomes_of(finding: Finding) -> frozenset[Outcome]:
    """What would be observed if this finding were the cause."""
    if finding.kind is Kind.LIMIT_LOWERED:
        if look.INTERVAL.search(finding.detail):
            return frozenset({O.MORE_CALLS})
        return _of_limit(finding, _LOWERED, _LESS)
    if finding.kind is Kind.LIMIT_RAISED:
        if look.INTERVAL.search(finding.detail):
            return frozenset({O.BACKLOG})
        return _of_limit(finding, _RAISED, _MORE)
    if finding.kind is Kind.VALUE_CHANGED:
        both = _of_limit(finding, _RAISED, frozenset()) | _of_limit(finding, _LOWERED, frozenset())
        return both or frozenset({O.FAILURES, O.REJECTIONS, O.EXCEPTIONS})
    return _OF_KIND.get(finding.kind, frozenset())


def _of_limit(
    finding: Finding, table: Mapping[M, frozenset[Outcome]], otherwise: frozenset[Outcome]
) -> frozenset[Outcome]:
    found = [table[m] for m in finding.mechanisms if m in table]
    return frozenset[Outcome]().union(*found) if found else otherwise
