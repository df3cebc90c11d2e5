"""Tables of attribute values: what every telemetry store has to agree on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from assistant.domain.breakdown import ABSENT, OTHER, AttributeUse, Crosstab, Integers
from assistant.domain.signals import Scalar

# Attributes that lie in columns of their own.
COLUMNS = {
    "operation": "operation",
    "service.version": "version",
    "service.instance.id": "instance",
}
MAX_VALUES = 1_000  # of one attribute
MAX_ROWS = 50_000


def uses(spans: Sequence[Mapping[str, Scalar]]) -> list[AttributeUse]:
    """How often each attribute occurs in some spans, and with how many values."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for attributes in spans:
        for name, value in attributes.items():
            if (text := value_text(value)) != ABSENT:
                seen[name][text] += 1
    return [
        AttributeUse(name, values.total(), len(values), len(spans))
        for name, values in sorted(seen.items())
    ]


def value_text(value: Scalar) -> str:
    """As JSON writes it, text without its quotes; lists, maps and nothing are absent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ABSENT


def crosstab(
    attributes: Sequence[str], values: Sequence[Sequence[str]], counts: Integers, share: float
) -> Crosstab:
    """From a column of values per attribute and six counts a row: before, then after."""
    columns = [_coded(column, counts) for column in values]
    names = tuple(column[0] for column in columns)
    codes = (
        np.stack([c for _, c in columns], axis=1) if columns else np.zeros((len(counts), 0), int)
    )
    unique, row = np.unique(codes, axis=0, return_inverse=True)
    summed = np.zeros((len(unique), counts.shape[1]), dtype=np.int64)
    np.add.at(summed, row.reshape(-1), counts)
    return Crosstab(tuple(attributes), names, unique, summed[:, :3], summed[:, 3:], share)


def _coded(column: Sequence[str], counts: Integers) -> tuple[tuple[str, ...], Integers]:
    """The values in order, and which of them each row has."""
    total: Counter[str] = Counter()
    for value, n in zip(column, (counts[:, 0] + counts[:, 3]).tolist(), strict=True):
        total[value] += n
    ordered = sorted(total, key=lambda value: (-total[value], value))
    kept = set(ordered[:MAX_VALUES])
    names = tuple(sorted(kept)) + ((OTHER,) if len(ordered) > MAX_VALUES else ())
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number.get(v, len(names) - 1) for v in column], dtype=np.int64)


def rows_of_spans(
    told: Iterable[tuple[tuple[str, ...], Sequence[bool]]], width: int
) -> tuple[list[list[str]], Integers]:
    """Spans with the same values as one row: the busiest rows, their values by column and their
    six counts. Each span tells whether it counts as one of the six."""
    counted: defaultdict[tuple[str, ...], np.ndarray] = defaultdict(lambda: np.zeros(6, np.int64))
    for values, counts in told:
        counted[values] += np.array(counts, dtype=np.int64)
    busiest = sorted(counted, key=lambda v: (-(counted[v][0] + counted[v][3]), v))[:MAX_ROWS]
    columns = [[values[i] for values in busiest] for i in range(width)]
    return columns, np.array([counted[v] for v in busiest], dtype=np.int64).reshape(-1, 6)
