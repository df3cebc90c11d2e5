"""Every conjunction of attribute values, one cuboid (set of attributes) after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb, log

import numpy as np
import numpy.typing as npt
from scipy import sparse

from assistant.analysis.drilldown.leaves import Codes, Leaves, Mask
from assistant.domain.signals import Floats

Element = tuple[tuple[int, int], ...]  # (attribute, value) pairs, by attribute


# Fewer events, observed and expected, never pay for naming a conjunction.
_LEAST_EVENTS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """All conjunctions of up to some number of attributes, by running number. `members` is a
    matrix of elements × leaves; `first` is a leaf of each element, `cuboid` its set of attributes
    among `cuboids`, `prices` what naming one of each cuboid costs, in nats."""

    members: sparse.csr_array
    first: npt.NDArray[np.int64]
    cuboid: npt.NDArray[np.int64]
    cuboids: tuple[tuple[int, ...], ...]
    prices: Floats

    def sums(self, counts: Floats) -> Floats:
        """`counts` (a column per leaf) summed over the leaves of each element: a column each."""
        sums: Floats = (self.members @ counts.T).T
        return sums

    def element(self, number: int, codes: Codes) -> Element:
        values = codes[self.first[number]]
        return tuple((a, int(values[a])) for a in self.cuboids[self.cuboid[number]])

    def price(self, element: Element) -> float:
        return float(self.prices[self.cuboids.index(tuple(a for a, _ in element))])


def elements_of(leaves: Leaves, most_attributes: int) -> Elements:
    """Without the sets of attributes that do not tell leaves apart, and without the conjunctions
    that hold next to no events."""
    codes, events = leaves.codes, np.maximum(leaves.observed, leaves.expected)
    width = codes.shape[1]
    parts = []
    for size in range(1, min(most_attributes, width) + 1):
        for attributes in combinations(range(width), size):
            first, group = _grouped(codes[:, attributes])
            if len(first) > 1:
                price = log(width) + log(comb(width, size)) + log(len(first))
                kept = np.bincount(group, events) >= _LEAST_EVENTS
                parts.append((attributes, price, first[kept], _membership(group, kept)))
    return Elements(
        members=sparse.csr_array(sparse.vstack([members for *_, members in parts]))
        if parts
        else sparse.csr_array((0, len(codes))),
        first=np.concatenate([np.zeros(0, np.int64), *(first for _, _, first, _ in parts)]),
        cuboid=np.repeat(np.arange(len(parts)), [len(first) for _, _, first, _ in parts]),
        cuboids=tuple(attributes for attributes, *_ in parts),
        prices=np.array([price for _, price, *_ in parts]),
    )


def _membership(group: npt.NDArray[np.int64], kept: Mask) -> sparse.csr_array:
    """A row per kept group, a column per leaf."""
    columns = np.flatnonzero(kept[group])
    rows = (np.cumsum(kept) - 1)[group[columns]]
    ones = np.ones(len(rows))
    return sparse.csr_array((ones, (rows, columns)), shape=(int(kept.sum()), len(group)))


def _grouped(codes: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first leaf of each distinct row, and which of them each leaf is like."""
    keys = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        keys = keys * (int(column.max(initial=0)) + 1) + column
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    return first, group.reshape(-1)


def covered(codes: Codes, element: Element) -> Mask:
    """The leaves that have all the values of an element."""
    mask: Mask = np.ones(len(codes), dtype=np.bool_)
    for attribute, value in element:
        mask &= codes[:, attribute] == value
    return mask
