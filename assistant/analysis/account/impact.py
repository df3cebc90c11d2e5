"""Whom an incident hurts: counted from the requests of the affected services."""

from __future__ import annotations

import numpy as np

from assistant.analysis.account.evidence import EvidenceBook
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.scene import Scene
from assistant.domain.anomaly import Direction
from assistant.domain.report import CallEdge, Impact
from assistant.domain.signals import Series, Signal
from assistant.domain.window import to_ns


def impact_of(facts: Facts, scene: Scene, book: EvidenceBook) -> Impact:
    """Requests are those that reached the outermost affected services since the onset; failed
    ones are those that ended with an error (0 where there are no spans to count)."""
    if scene.onset is None:
        return Impact(None, False, (), (), 0, 0)
    entries = _outermost(scene)
    since = to_ns(scene.onset)
    until = to_ns(scene.end) if scene.end else facts.observation.window.end_ns
    requests = failed = 0.0
    for series in facts.observation.series:
        key = series.key
        if key.service in entries and not key.operation and not key.peer:
            inside = _between(series, since, until)
            if (
                key.signal is Signal.TRAFFIC
                and series.weights is not None
                and key.statistic == "rate"
            ):
                requests += float(np.nansum(series.weights[inside]))
            if (
                key.signal is Signal.ERRORS
                and series.weights is not None
                and key.statistic == "ratio"
            ):
                failed += float(np.nansum(series.values[inside] * series.weights[inside]))
    hurt = [
        a
        for a in scene.anomalies
        if a.window.signal in (Signal.ERRORS, Signal.LATENCY)
        and a.window.direction is Direction.ROSE
        and a.window.service in entries
    ]
    endpoints = dict.fromkeys(
        f"{a.window.service} {a.window.key.operation}" for a in hurt if a.window.key.operation
    )
    return Impact(
        since=scene.onset,
        ongoing=scene.end is None,
        services=tuple(s for s in scene.services if s in scene.hurt and s != scene.first_failing),
        endpoints=tuple(endpoints)[:20],
        requests=round(requests),
        failed_requests=round(failed),
        evidence=book.anomalies([a.window.id for a in hurt[:2]]),
    )


def _outermost(scene: Scene) -> frozenset[str]:
    affected = frozenset(scene.services)
    return frozenset(s for s in affected if not affected & set(scene.graph.callers(s))) or affected


def _between(series: Series, since_ns: int, until_ns: int) -> slice:
    first = max(0, (since_ns - series.start_ns) // series.step_ns)
    last = max(first, -(-(until_ns - series.start_ns) // series.step_ns))
    return slice(int(first), int(last))


def affected_graph(scene: Scene, limit: int = 40) -> tuple[CallEdge, ...]:
    """The calls between affected services and their nearest neighbours, busiest first."""
    affected = frozenset(scene.services)
    near = [e for e in scene.graph.edges if {e.caller, e.callee} & affected]
    near.sort(key=lambda e: (not {e.caller, e.callee} <= affected, -e.calls))
    return tuple(_call(e.caller, e.callee, e.calls, e.errors, e.inferred) for e in near[:limit])


def _call(caller: str, callee: str, calls: int, errors: int, inferred: bool) -> CallEdge:
    return CallEdge(caller, callee, calls, errors, inferred)
