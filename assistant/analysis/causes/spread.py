"""Who failed first, and whom its trouble reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from assistant.analysis.detection.merge import ServiceWindow
from assistant.analysis.traces.topology import ServiceGraph

_SOON = timedelta(minutes=30)
_EQUAL = 0.8  # of the best candidate's score: as good as it


def first_failing(
    symptom: str, failing: Mapping[str, ServiceWindow], graph: ServiceGraph, step: timedelta
) -> str:
    """Among the failing services that the symptom can have come from, the likeliest to have failed
    first; the one asked about where others failed with it. A service without telemetry of its
    own is blamed through its callers instead."""
    within = (graph.blast_radius(symptom, failing) & _related(symptom, graph)) | {symptom}
    near = {s: w for s, w in failing.items() if s in within} or dict(failing)
    own = {s: w for s, w in near.items() if not w.inferred} or near
    ranked = graph.first_failing(own, step)
    best = ranked[0]
    if symptom in own and own[symptom].onset <= own[best.service].onset + step:
        at_once = next(c for c in ranked if c.service == symptom)
        if at_once.score >= _EQUAL * best.score:
            return symptom
    return best.service


def _related(symptom: str, graph: ServiceGraph) -> frozenset[str]:
    """Those whose trouble can become that of the symptom: it depends on them, they send it work,
    or they share a machine with one of those. Another callee of a common caller can not."""
    line = frozenset({symptom}) | graph.downstream(symptom) | graph.upstream(symptom)
    return line.union(*(graph.sharing(service) for service in line))


def reached_by(
    first: str, symptom: str, windows: Mapping[str, ServiceWindow], graph: ServiceGraph
) -> frozenset[str]:
    """Affected services connected to the first failing one through affected services. Of services
    that nothing is known to call or be called by, time is the only witness: those that deviate
    soon after the first failing one, and not before it, are taken in."""
    reached = {first, symptom, *graph.blast_radius(first, windows)}
    reached |= graph.blast_radius(symptom, windows)
    start = windows[first]
    reached |= {
        service
        for service, window in windows.items()
        if not graph.knows(service)
        and start.onset_earliest <= window.onset_latest
        and window.onset_earliest <= start.onset_latest + _SOON
    }
    return frozenset(reached)
