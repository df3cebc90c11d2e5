"""Root causes from metrics and a call graph, after published descriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from assistant.domain.signals import Floats
from benchmarks.peers.panel import Ranking

# Robust standard deviations. Of 3, 5 and 10 the one that serves the method best on the public half
# of PetShop, as the hour of normal time does that its series are compared over.
_ANOMALOUS = 10.0
_FEWEST = 4  # points that two series must share before a correlation says anything


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """`scores` and `series` hold, per component, how far the metric in question left its normal
    level and the metric itself; `target` shows the symptom; `calls` are (caller, callee)."""

    scores: Mapping[str, float]
    series: Mapping[str, Floats]
    target: str
    calls: Sequence[tuple[str, str]]

    def graph(self) -> nx.DiGraph:
        graph = nx.DiGraph(self.calls)
        graph.add_node(self.target)
        return graph


def anomaly_traversal(system: System) -> Ranking:
    """From the target along calls through components that deviate; those that call no deviating
    one are the causes (CauseInfer, Chen et al. 2014; Microscope, Lin et al. 2018). By how far
    they deviate; what was passed on the way comes after them."""
    graph = system.graph()
    reached, ends = {system.target}, set()
    pending = [system.target]
    while pending:
        component = pending.pop()
        deviating = [c for c in graph.successors(component) if _anomalous(c, system)]
        if not deviating:
            ends.add(component)
        pending += [c for c in deviating if c not in reached]
        reached |= set(deviating)
    by_end = sorted(reached, key=lambda c: (c not in ends, -system.scores.get(c, 0.0), c))
    return [(c, 1 / place) for place, c in enumerate(by_end, 1)]


def ranked_correlation(system: System) -> Ranking:
    """Components that the target depends on, by the strength of their correlation with it (as in
    MonitorRank's similarity, Kim et al. 2013, without its random walk)."""
    within = {system.target, *nx.descendants(system.graph(), system.target)}
    own = system.series.get(system.target)
    found = [
        (c, _correlation(own, system.series[c]))
        for c in within - {system.target}
        if own is not None and c in system.series
    ]
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))


def _anomalous(component: str, system: System) -> bool:
    return system.scores.get(component, 0.0) >= _ANOMALOUS


def _correlation(one: Floats, other: Floats) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _FEWEST or not np.ptp(one[both]) or not np.ptp(other[both]):
        return 0.0
    return float(abs(np.corrcoef(one[both], other[both])[0, 1]))
