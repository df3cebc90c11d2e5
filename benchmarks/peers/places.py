"""Peers that answer with a ranking of services, and the constant and random ones among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence


def within(truths: Mapping[str, str], rankings: Mapping[str, Sequence[str]], k: int) -> float:
    """Share of cases whose true service is among the first k of the ranking."""
    return sum(truths[c] in rankings[c][:k] for c in truths) / len(truths)


def constant(truths: Mapping[str, str], *, leave_one_out: bool) -> dict[str, list[str]]:
    """The same list for every case: services by how often they are to blame. It reads the labels,
    which no method may: what can be had without looking at the data. Leaving one out, the case
    in question does not count."""
    everything = Counter(truths.values())
    found = {}
    for case, truth in truths.items():
        counts = everything - Counter([truth]) if leave_one_out else everything
        found[case] = sorted(counts, key=lambda service: (-counts[service], service))
    return found


def by_chance(candidates: Mapping[str, int], k: int) -> float:
    """The expectation for a random order: k of the services of each case."""
    return sum(min(k / max(count, 1), 1.0) for count in candidates.values()) / len(candidates)
