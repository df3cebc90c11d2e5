"""Numbers that code and telemetry share: quantities with their units made comparable."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "m": 60.0, "min": 60.0,
    "minute": 60.0, "minutes": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0,
}  # fmt: skip
_BYTES = {
    "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30,
    "ki": 2.0**10, "mi": 2.0**20, "gi": 2.0**30,
}  # fmt: skip
_QUANTITY = re.compile(
    r"(?<![\w.#])(\d+(?:_\d{3})*(?:\.\d+)?)\s*(?:\*\s*(?:time\.)?)?(Milliseconds?|Seconds?|Minutes?"
    r"|Hours?|milliseconds?|seconds?|minutes?|hours?|[KMG]i?B|[KMG]i|ns|us|µs|ms|secs?|min|s|m|h"
    r"|%)?(?![\w.])"
)
# `timeout_ms = 300`, `ttlSeconds: 60`: the unit stands in the name.
_UNIT_IN_NAME = re.compile(
    r"(?:_(?P<snake>ms|millis|seconds|secs|s)|(?<=[a-z])(?P<camel>Ms|Millis|Seconds|Secs))\b\W{0,4}$"
)
_NAMED = {"ms": "ms", "millis": "ms", "seconds": "s", "secs": "s", "s": "s"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in base units (seconds, bytes, or as it stands), with the text it came from."""

    value: float
    unit: str  # 's', 'By', '%' or ''
    text: str

    @property
    def telling(self) -> bool:
        """Whether meeting this number elsewhere is more than chance: small integers without a
        unit, years and powers of ten are everywhere."""
        if self.unit:
            return self.value > 0
        return self.value >= 4 and self.value not in (100, 1000, 10000) and self.value < 1e12


def quantities(text: str) -> list[Quantity]:
    """Every number of a line, in order."""
    found = []
    for match in _QUANTITY.finditer(text):
        number = float(match.group(1).replace("_", ""))
        unit = (match.group(2) or "").lower()
        if not unit and (named := _UNIT_IN_NAME.search(text[: match.start()])):
            unit = _NAMED[(named["snake"] or named["camel"]).lower()]
        found.append(_in_base_units(number, unit, match.group(0).strip()))
    return found


def _in_base_units(number: float, unit: str, text: str) -> Quantity:
    if unit in _SECONDS:
        return Quantity(number * _SECONDS[unit], "s", text)
    if unit in _BYTES:
        return Quantity(number * _BYTES[unit], "By", text)
    return Quantity(number, unit, text)


def shared(ours: Iterable[Quantity], theirs: Iterable[Quantity]) -> list[Quantity]:
    """Telling quantities of `ours` that `theirs` hold too, to within a percent."""
    others = list(theirs)
    return [q for q in ours if q.telling and any(_same(q, other) for other in others)]


def _same(one: Quantity, other: Quantity) -> bool:
    if one.unit and other.unit and one.unit != other.unit:
        return False
    return abs(one.value - other.value) <= 0.01 * max(abs(one.value), abs(other.value))


def magnitude(was: float, now: float) -> float:
    """How far a number moved, 0..1: by its factor, a tenfold change or more counting fully."""
    low, high = sorted((abs(was), abs(now)))
    if not low:
        return 1.0
    return min(1.0, math.log10(high / low))
