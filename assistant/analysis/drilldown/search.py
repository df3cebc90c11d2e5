"""The smallest set of conjunctions that explains how a table changed.

A likelihood scan over all conjunctions (Kulldorff, A spatial scan statistic, 1997), extended to
several of them by the minimum description length (Rissanen, 1978): each cause has a level of its
own, all other leaves share one, and a cause has to gain more likelihood than it costs to name.
Within a cause all leaves move by the same factor, which is the ripple effect of Li et al.
(Generic and robust localization of multi-dimensional root causes, 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import numpy as np

from assistant.analysis.drilldown.cuboids import Element, Elements, covered, elements_of
from assistant.analysis.drilldown.leaves import Leaves, Mask, divergence
from assistant.domain.signals import Floats

_BEAM = 4
_MOST_CAUSES = 5
_LEAST_SHARE = 0.03  # of the change, below which a cause is not worth naming
_PASSES = 2  # the noise is known better once the changed leaves are known


def causes_of(leaves: Leaves, most_attributes: int) -> tuple[Element, ...]:
    """Conjunctions that carry the change, the most telling first; none when no subset does."""
    elements = elements_of(leaves, most_attributes)
    causes: tuple[Element, ...] = ()
    for _ in range(_PASSES):
        scan = _Scan(leaves.discounted(_spreads(leaves, causes)), elements)
        causes = _relevant(scan, _refined(scan, _searched(scan)), leaves).causes
    return causes


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    causes: tuple[Element, ...]
    score: float  # nats gained over what was expected, with the price of the causes paid
    free: Mask  # leaves of no cause


def _searched(scan: _Scan) -> _State:
    """Beam search: one cause more in each round, for as long as one pays."""
    best = scan.state(())
    beam = [best]
    for _ in range(_MOST_CAUSES):
        extended: dict[frozenset[Element], _State] = {}
        for state in beam:
            for longer in scan.extensions(state, _BEAM):
                extended.setdefault(frozenset(longer.causes), longer)
        beam = sorted(extended.values(), key=lambda s: -s.score)[:_BEAM]
        if not beam or beam[0].score <= best.score:
            break
        best = beam[0]
    return best


def _refined(scan: _Scan, best: _State) -> _State:
    """Takes one or two causes back and looks for a better one in their place."""
    while True:
        better = max(_alternatives(scan, best.causes), key=lambda s: s.score, default=best)
        if better.score <= best.score + 1e-6:
            return best
        best = better


def _relevant(scan: _Scan, best: _State, leaves: Leaves) -> _State:
    """Without the causes that are certain but hardly matter: were their leaves counted to another
    cause, or to none, only a small share of the change would be missed."""
    while best.causes:
        fitted = _fitted(leaves, best.causes)
        fewer = [scan.state([c for c in best.causes if c != cause]) for cause in best.causes]
        missed = [np.abs(fitted - _fitted(leaves, state.causes)).sum() for state in fewer]
        least = int(np.argmin(missed))
        if missed[least] >= _LEAST_SHARE * np.abs(fitted - leaves.expected).sum():
            break
        best = fewer[least]
    return best


def _spreads(leaves: Leaves, causes: Sequence[Element]) -> Floats:
    """The noise of each leaf, by that of the leaves which share its cause, or have none."""
    fitted = Leaves(leaves.codes, leaves.counts.copy())
    fitted.expected[:] = _fitted(leaves, causes)
    spreads = np.empty(len(leaves.codes))
    for mask in _parts(leaves, causes):
        spreads[mask] = fitted.spread(mask)
    return spreads


def _fitted(leaves: Leaves, causes: Sequence[Element]) -> Floats:
    """The events of each leaf, were the level of its cause the same all over it."""
    fitted = leaves.expected.copy()
    for mask in _parts(leaves, causes)[:-1]:
        fitted[mask] = leaves.fitted(mask)
    return fitted


def _parts(leaves: Leaves, causes: Sequence[Element]) -> list[Mask]:
    """The leaves of each cause, then those of none; of two causes, the one named first counts."""
    free: Mask = np.ones(len(leaves.codes), dtype=np.bool_)
    parts = []
    for cause in causes:
        parts.append(free & covered(leaves.codes, cause))
        free = free & ~parts[-1]
    return [*parts, free]


def _alternatives(scan: _Scan, causes: Sequence[Element]) -> Iterator[_State]:
    for dropped in (1, 2):
        for kept in combinations(causes, max(len(causes) - dropped, 0)):
            fewer = scan.state(kept)
            yield fewer
            for state in scan.extensions(fewer, 2):
                yield state
                yield from scan.extensions(state, 1) if dropped == 2 else ()


class _Scan:
    """Scores sets of causes over one table."""

    def __init__(self, leaves: Leaves, elements: Elements) -> None:
        self._leaves = leaves
        self._elements = elements
        self._level = 0.5 * log(max(len(leaves.codes), 2))  # what a level of its own costs

    def state(self, causes: Sequence[Element]) -> _State:
        *parts, free = _parts(self._leaves, causes)
        score = sum(map(self._leaves.gain, parts)) - sum(
            self._elements.price(c) + self._level for c in causes
        )
        return _State(tuple(causes), score + self._rest(free), free)

    def extensions(self, state: _State, most: int) -> list[_State]:
        """With one more cause: of the `most` that promise most, as good as they really are."""
        gains = self._gains(state.free)
        best = np.argpartition(-gains, most)[:most] if most < len(gains) else range(len(gains))
        codes = self._leaves.codes
        return [self.state((*state.causes, self._elements.element(i, codes))) for i in best]

    def _gains(self, free: Mask) -> Floats:
        """About what each element gains as a further cause, with the rest where it was expected
        or at a level of its own."""
        usual = np.where(free, self._leaves.counts, 0.0)
        shifted = usual.copy()
        shifted[1, free] = self._leaves.fitted(free)
        sums = self._elements.sums(np.vstack([usual, shifted[1:2]]))
        inside = np.vstack([sums[:1], sums[-1:], sums[2:-1]])
        outside = np.maximum(shifted.sum(axis=1, keepdims=True) - inside, 0.0)
        both = divergence(inside) + divergence(outside) + self._rest(free)
        gains: Floats = np.maximum(divergence(sums[:-1]), both)
        gains -= self._elements.prices[self._elements.cuboid]
        return gains

    def _rest(self, free: Mask) -> float:
        """All other leaves stay where they were expected, or share another level."""
        return max(self._leaves.gain(free) - self._level, 0.0)
