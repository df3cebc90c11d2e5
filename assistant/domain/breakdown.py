"""Requests of a service counted by the values of their attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Integers: TypeAlias = npt.NDArray[np.int64]

ABSENT = ""  # the value of an attribute that a span does not have
OTHER = "…"  # stands for all values that are too rare to be told apart


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """Of some spans of a service, how many carry an attribute, and how many values it takes."""

    name: str
    spans: int
    values: int
    sampled: int  # spans that were looked at


@dataclass(frozen=True, slots=True, eq=False)
class Crosstab:
    """Requests of one service before and after a moment, a row per combination of values.

    `codes` (rows × attributes) are indices into the `values` of each attribute. `before` and
    `after` hold three numbers a row: requests, failures, slow requests (slower than 95 % of all
    requests before). Only `share` of the traces were counted."""

    attributes: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: Integers
    before: Integers
    after: Integers
    share: float = 1.0

    @property
    def cut(self) -> tuple[str, ...]:
        """Attributes of which only the busiest values are told apart."""
        return tuple(
            a for a, values in zip(self.attributes, self.values, strict=True) if OTHER in values
        )
