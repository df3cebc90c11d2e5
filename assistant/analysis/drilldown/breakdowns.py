"""From a table of requests to the subsets that carry the change, with counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr

from assistant.analysis.drilldown.cuboids import Element, covered
from assistant.analysis.drilldown.leaves import Codes, Mask, leaves_of_rates
from assistant.analysis.drilldown.search import causes_of
from assistant.domain.breakdown import ABSENT, OTHER, Crosstab
from assistant.domain.report import Breakdown

_MEASURES = {"failed": 1, "slow": 2}  # the column of each
_MOST_ATTRIBUTES = 2
_LEAST_EVENTS = 10  # of the whole incident, below which nothing is broken down
_LEAST_EXPLAINED = 0.5  # of the change, by all subsets together; else it is spread out
_LEAST_OF_ONE = 0.1
_NEARLY_ALL = 0.95


def break_down(table: Crosstab, service: str) -> tuple[Breakdown, ...]:
    """Subsets of the requests that carry more failures, or more slowness, than before, what
    explains most first; none where it is spread evenly. Failures come first."""
    kept, copies = _distinct(table.codes)
    if not kept or not table.before[:, 0].sum():
        return ()
    measures = [_Measure(table, copies, service, name, c) for name, c in _MEASURES.items()]
    return tuple(found for measure in measures for found in measure.subsets(kept))


@dataclass(frozen=True, slots=True, eq=False)
class _Measure:
    """One of the three numbers of a table, in its `column`. `copies` are pairs of attributes that
    divide the requests alike."""

    table: Crosstab
    copies: Sequence[tuple[int, int]]
    service: str
    name: str
    column: int

    def subsets(self, attributes: Sequence[int]) -> list[Breakdown]:
        if self.table.after[:, self.column].sum() < _LEAST_EVENTS:
            return []
        before, after = (t[:, [0, self.column]].T for t in (self.table.before, self.table.after))
        leaves = leaves_of_rates(self.table.codes[:, attributes], *before, *after)
        risen = leaves.observed - leaves.expected
        found = []
        free: Mask = np.ones(len(risen), dtype=np.bool_)
        for cause in causes_of(leaves, _MOST_ATTRIBUTES) if risen.sum() > 0 else ():
            element = tuple((attributes[a], value) for a, value in cause)
            mask = free & covered(self.table.codes, element)
            free = free & ~mask
            explained = min(float(risen[mask].sum() / risen.sum()), 1.0)
            if explained >= _LEAST_OF_ONE and self._telling(element, mask):
                found.append(self._breakdown(element, mask, explained))
        enough = sum(b.explained for b in found) >= _LEAST_EXPLAINED
        return sorted(found, key=lambda b: -b.explained) if enough else []

    def _telling(self, element: Element, mask: Mask) -> bool:
        """Whether all its values have a name, and it is not nearly all that there is."""
        requests = self.table.after[:, 0]
        named = all(self.table.values[a][value] not in (ABSENT, OTHER) for a, value in element)
        return named and bool(requests[mask].sum() < _NEARLY_ALL * requests.sum())

    def _breakdown(self, element: Element, mask: Mask, explained: float) -> Breakdown:
        before, after = self.table.before, self.table.after
        events, usual = int(after[mask, self.column].sum()), int(before[mask, self.column].sum())
        all_events, all_usual = int(after[:, self.column].sum()), int(before[:, self.column].sum())
        return Breakdown(
            service=self.service,
            measure=self.name,
            subset=_named(self.table, element),
            events=events,
            requests=int(after[mask, 0].sum()),
            total_events=all_events,
            total_requests=int(after[:, 0].sum()),
            usual_events=usual,
            usual_requests=int(before[mask, 0].sum()),
            usual_total_events=all_usual,
            explained=round(explained, 4),
            surprise=round(_surprise(usual / max(all_usual, 1), events / all_events), 4),
            also=_named(self.table, _equivalents(self.table.codes, element, self.copies)),
            sampled=self.table.share,
        )


def _named(table: Crosstab, element: Element) -> tuple[tuple[str, str], ...]:
    return tuple((table.attributes[a], table.values[a][value]) for a, value in element)


def _surprise(usual: float, now: float) -> float:
    """The term of the Jensen-Shannon divergence, in bits, that a share adds by becoming another
    (Bhagwan et al., Adtributor, 2014)."""
    middle = (usual + now) / 2
    both: float = rel_entr(usual, middle) + rel_entr(now, middle)
    return float(both / (2 * np.log(2)))


def _distinct(codes: Codes) -> tuple[list[int], list[tuple[int, int]]]:
    """Attributes that divide the requests in ways of their own, and for each of the others which
    of them it is a copy of: (attribute, copy)."""
    kept: list[int] = []
    same: list[tuple[int, int]] = []
    for attribute in range(codes.shape[1]):
        values = len(np.unique(codes[:, attribute]))
        if values < 2:
            continue
        twin = next((k for k in kept if _alike(codes[:, [k, attribute]], values)), None)
        if twin is None:
            kept.append(attribute)
        else:
            same.append((twin, attribute))
    return kept, same


def _alike(pair: Codes, values: int) -> bool:
    combinations = len(np.unique(pair, axis=0))
    return combinations == values == len(np.unique(pair[:, 0]))


def _equivalents(codes: Codes, element: Element, copies: Sequence[tuple[int, int]]) -> Element:
    """The same requests by the copies of an element's attributes."""
    return tuple(
        (copy, int(codes[codes[:, attribute] == value, copy][0]))
        for attribute, value in element
        for twin, copy in copies
        if twin == attribute
    )
