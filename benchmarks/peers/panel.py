"""Metrics side by side, as methods that read nothing else take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.signals import Floats

Column = tuple[str, str]  # service (or component), metric
Ranking = list[tuple[str, float]]  # services with their scores, highest first


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """`values[i, j]` is column j at `times_s[i]` (epoch seconds, ascending), NaN where nothing was
    measured; rows before `split` are the time held to be normal."""

    times_s: Floats
    columns: tuple[Column, ...]
    values: Floats
    split: int

    @classmethod
    def of(cls, points: Iterable[tuple[float, Column, float]], split_s: float) -> Panel:
        """From (time, column, value) in any order; of two at one place the last stands."""
        held = list(points)
        times = np.array(sorted({time for time, _, _ in held}))
        columns = tuple(sorted({column for _, column, _ in held}))
        row = {time: i for i, time in enumerate(times)}
        place = {column: j for j, column in enumerate(columns)}
        values = np.full((len(times), len(columns)), np.nan)
        for time, column, value in held:
            values[row[time], place[column]] = value
        return cls(times, columns, values, int(np.searchsorted(times, split_s)))

    def filled(self) -> Floats:
        """Values without gaps: the last one holds on, zero before the first (what BARO's own
        reader does)."""
        known = np.where(np.isfinite(self.values), np.arange(len(self.values))[:, None], -1)
        last = np.maximum.accumulate(known, axis=0)
        return np.where(
            last >= 0, np.take_along_axis(self.values, np.maximum(last, 0), axis=0), 0.0
        )


def best_by_service(columns: Sequence[Column], scores: Floats) -> Ranking:
    """Services by their highest score; those without a finite one come last, at zero."""
    best: dict[str, float] = {}
    for (service, _), value in zip(columns, scores, strict=True):
        finite = float(value) if np.isfinite(value) else 0.0
        best[service] = max(best.get(service, 0.0), finite)
    return sorted(best.items(), key=lambda entry: (-entry[1], entry[0]))
