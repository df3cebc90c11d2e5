"""Regular time grids and the order of series: what every telemetry store has to agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.domain.errors import InvalidWindow
from assistant.domain.signals import Floats, Series, SeriesKey
from assistant.domain.window import NANOSECONDS, TimeWindow

# How far before the window a rate looks for the point it starts from (Prometheus' staleness).
LOOKBACK_NS = 300 * NANOSECONDS
# How far around the window a trace may reach and still be read whole.
TRACE_MARGIN_NS = 900 * NANOSECONDS

# A day of seconds; a window from a wrong clock must not ask for all memory.
MAX_STEPS = 86_400

# What is told apart, the busiest first: a service that puts an id into every operation name, or
# into an attribute of a metric, must not cost everybody's memory.
MAX_OPERATIONS = 300  # of a service, and as many peers
MAX_STREAMS = 2_000  # of one metric of a service


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of `step_ns` from `start_ns` on; the last one may reach past the window's end."""

    start_ns: int
    step_ns: int
    size: int

    @classmethod
    def over(cls, window: TimeWindow, step_ns: int) -> Grid:
        if step_ns <= 0:
            raise InvalidWindow("A step must be longer than nothing.", hint="Give 1 s or more.")
        span_ns = window.end_ns - window.start_ns
        size = -(-span_ns // step_ns)
        if size > MAX_STEPS:
            raise InvalidWindow(
                f"The window has {size} steps; at most {MAX_STEPS} are computed.",
                hint="Ask for a shorter window or a longer step.",
            )
        return cls(window.start_ns, step_ns, size)

    @property
    def step_s(self) -> float:
        return self.step_ns / NANOSECONDS

    def column(self, index: Any, values: Any) -> Floats:
        """`values` at their steps, NaN everywhere else."""
        column: Floats = np.full(self.size, np.nan)
        column[np.asarray(index, dtype=np.int64)] = values
        return column

    def counts(self, index: Any, values: Any) -> Floats:
        """`values` at their steps, 0 everywhere else."""
        column: npt.NDArray[np.float64] = np.zeros(self.size)
        column[np.asarray(index, dtype=np.int64)] = values
        return column

    def series(self, key: SeriesKey, values: Floats, weights: Floats | None = None) -> Series:
        return Series(key, self.start_ns, self.step_ns, values, weights)


def key_order(series: Series) -> tuple[Any, ...]:
    """Sorts series by every field of their key, the service first."""
    key = series.key
    return (
        key.service,
        key.signal,
        key.name,
        key.unit,
        key.statistic,
        key.operation,
        key.peer,
        key.instance,
        key.attributes,
    )
