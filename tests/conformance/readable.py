"""Series as plain lists, so that a test shows what it expects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from assistant.domain.signals import Floats, Series

MINUTE = 60 * 1_000_000_000


def plain(values: Floats | None) -> list[float | None]:
    """None where there is no data; rounded to what a person would write."""
    assert values is not None
    return [None if math.isnan(value) else round(float(value), 6) for value in values]


def by_label(series: Iterable[Series]) -> dict[str, list[float | None]]:
    named = [(one.key.label(), plain(one.values)) for one in series]
    assert len({label for label, _ in named}) == len(named), "two series have one label"
    return dict(named)


def only(series: Sequence[Series]) -> Series:
    [one] = series
    return one
