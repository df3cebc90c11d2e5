"""Who calls whom, what they share, and along which lines a failure travels."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import networkx

from assistant.analysis.detection.merge import ServiceWindow
from assistant.domain.signals import Edge

# Failures go up to callers; load goes down to callees; neighbours on a resource hurt each other.
_LOAD_HOP, _SHARED_HOP = 2.0, 2.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service that may have failed first. `hurt` are the anomalous services it can have hurt,
    `explained` (0..1) is how much of its own deviation a callee's explains, and `score` is what it
    accounts for: its own deviation and theirs, less what is explained."""

    service: str
    hurt: tuple[str, ...]
    explained: float
    score: float


class ServiceGraph:
    """A directed graph of calls. `placement` says which shared resources (nodes, databases,
    queues) each service sits on; calls to inferred callees are edges like all others."""

    def __init__(
        self, edges: Iterable[Edge], placement: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self.edges: tuple[Edge, ...] = tuple(edges)
        self._edges = {(e.caller, e.callee): e for e in self.edges if e.caller != e.callee}
        self._calls: networkx.DiGraph[str] = networkx.DiGraph()
        self._calls.add_edges_from(self._edges)
        self._on: dict[str, set[str]] = defaultdict(set)
        for service, resources in (placement or {}).items():
            self._calls.add_node(service)
            for resource in resources:
                self._on[resource].add(service)

    @property
    def services(self) -> frozenset[str]:
        return frozenset(self._calls)

    def knows(self, service: str) -> bool:
        """Whether any call to or from the service is known."""
        return service in self._calls and self._calls.degree(service) > 0

    @property
    def inferred(self) -> frozenset[str]:
        """Callees that sent no telemetry of their own."""
        return frozenset(e.callee for e in self.edges if e.inferred)

    def edge(self, caller: str, callee: str) -> Edge | None:
        return self._edges.get((caller, callee))

    def callers(self, service: str) -> tuple[str, ...]:
        """Direct callers, busiest first."""
        found = self._calls.pred.get(service, ())
        return tuple(sorted(found, key=lambda s: (-self._edges[s, service].calls, s)))

    def callees(self, service: str) -> tuple[str, ...]:
        """Direct callees, busiest first."""
        found = self._calls.succ.get(service, ())
        return tuple(sorted(found, key=lambda s: (-self._edges[service, s].calls, s)))

    def downstream(self, service: str) -> frozenset[str]:
        """All that `service` depends on, directly or not."""
        if service not in self._calls:
            return frozenset()
        return frozenset(networkx.descendants(self._calls, service))

    def upstream(self, service: str) -> frozenset[str]:
        """All that depend on `service`, directly or not."""
        if service not in self._calls:
            return frozenset()
        return frozenset(networkx.ancestors(self._calls, service))

    def neighbourhood(self, service: str) -> frozenset[str]:
        """`service`, all it depends on, all that depend on it, and what those depend on or share a
        resource with: everything that a failure seen at `service` may have to do with."""
        above = self.upstream(service) | {service}
        reach = set(above)
        for one in above:
            reach |= self.downstream(one)
        for one in tuple(reach):
            reach |= self.sharing(one)
        return frozenset(reach)

    def sharing(self, service: str) -> frozenset[str]:
        """Services that sit on a resource of `service`."""
        together = (s for s in self._on.values() if service in s)
        return frozenset().union(*together) - {service}

    def shared(self, one: str, other: str) -> frozenset[str]:
        """The resources that both sit on."""
        return frozenset(r for r, s in self._on.items() if one in s and other in s)

    def path(self, cause: str, symptom: str) -> tuple[str, ...]:
        """Services from `cause` to `symptom` as a failure would travel, up to callers wherever
        that leads there, else down to callees (as load) or over a shared resource; () when
        nothing connects them."""
        if cause == symptom:
            return (cause,)
        flow = networkx.DiGraph()
        for caller, callee in self._edges:
            flow.add_edge(callee, caller, cost=1.0)
        for caller, callee in self._edges:
            if not flow.has_edge(caller, callee):
                flow.add_edge(caller, callee, cost=_LOAD_HOP)
        for services in self._on.values():
            for one in services:
                for other in services - {one}:
                    if (
                        not flow.has_edge(one, other)
                        or flow.edges[one, other]["cost"] > _SHARED_HOP
                    ):
                        flow.add_edge(one, other, cost=_SHARED_HOP)
        try:
            return tuple(networkx.shortest_path(flow, cause, symptom, weight="cost"))
        except (networkx.NetworkXNoPath, networkx.NodeNotFound):
            return ()

    def blast_radius(self, cause: str, anomalous: Collection[str]) -> frozenset[str]:
        """The anomalous services a failure of `cause` reached: connected to it through anomalous
        ones, without `cause` itself."""
        reached, front = {cause}, [cause]
        while front:
            at = front.pop()
            near = {*self.callers(at), *self.callees(at), *self.sharing(at)}
            fresh = (near & set(anomalous)) - reached
            reached |= fresh
            front += fresh
        return frozenset(reached - {cause})

    def first_failing(
        self, windows: Mapping[str, ServiceWindow], tolerance: timedelta = timedelta(0)
    ) -> list[Candidate]:
        """Anomalous services, the likeliest to have failed first in front: what deviates before
        and at least about as much as those that depend on it, while none of its callees deviates
        as early and as much (the anomaly traversal of Chen et al., "CauseInfer", INFOCOM 2014,
        made gradual, with onset order)."""
        found = []
        for service, window in windows.items():
            below = [windows[c] for c in self.callees(service) if c in windows]
            explained = max(
                (
                    min(1.0, w.score / max(window.score, 1e-9))
                    for w in below
                    if w.onset_earliest <= window.onset_latest + tolerance
                    and self._depends_one_way(service, w.service)
                ),
                default=0.0,
            )
            hurt = sorted(
                s
                for s in self.upstream(service) - {service}
                if s in windows and windows[s].onset_latest + tolerance >= window.onset_earliest
            )
            felt = sum(_accounts(window.score, windows[s].score) for s in (service, *hurt))
            found.append(Candidate(service, tuple(hurt), explained, (1 - explained) * felt))
        return sorted(found, key=lambda c: (-c.score, windows[c.service].onset, c.service))

    def _depends_one_way(self, service: str, callee: str) -> bool:
        """Whether the call is not part of a cycle, in which neither explains the other."""
        return service not in self.downstream(callee)


def _accounts(own: float, others: float) -> float:
    """How much of a deviation another accounts for: of a much larger one only a part."""
    return math.log1p(others) * min(1.0, own / max(others, 1e-9))
