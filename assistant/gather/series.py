"""The series of a window and of a time known to be good, on one grid that fits both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import Series
from assistant.domain.window import NANOSECONDS, TimeWindow
from assistant.gather.scope import STEPS_S, Scope

_MOST_STEPS = 20_000  # of a time known to be good


def fitted(
    scope: Scope, telemetry: TelemetryStore, services: Sequence[str] = ()
) -> tuple[Scope, Sequence[Series]]:
    """The series of the window, of all services or those asked for; where all of them report more
    rarely than the grid has steps, on a grid with wider steps, for gaps tell nothing."""
    series = _series(scope.window, scope.step_ns, telemetry, services)
    step_s = scope.step_ns / NANOSECONDS * _apart(series)
    wider = next((s for s in STEPS_S if s >= step_s), STEPS_S[-1]) * NANOSECONDS
    if wider <= scope.step_ns:
        return scope, series
    start = scope.window.start_ns
    steps = -(-(scope.window.end_ns - start) // wider)
    window = TimeWindow.of_ns(start, start + steps * wider)
    return replace(scope, window=window, step_ns=wider), _series(window, wider, telemetry, services)


def usual_series(scope: Scope, telemetry: TelemetryStore) -> Sequence[Series]:
    """Series of the time that the question calls good, of its end where it is longer than a grid
    may be."""
    good = scope.question.baseline
    if good is None:
        return ()
    longest = timedelta(seconds=_MOST_STEPS * (scope.step_ns / NANOSECONDS))
    period = TimeWindow(max(good.start, good.end - longest), good.end)
    return _series(period, scope.step_ns, telemetry)


def _series(
    window: TimeWindow, step_ns: int, telemetry: TelemetryStore, services: Sequence[str] = ()
) -> Sequence[Series]:
    return [
        *telemetry.series(window, step_ns, services),
        *telemetry.red(window, step_ns, services),
    ]


def _apart(series: Sequence[Series]) -> float:
    """How many steps the values of the most frequent series lie apart."""
    known = (np.flatnonzero(np.isfinite(s.values)) for s in series)
    gaps = [float(np.median(np.diff(steps))) for steps in known if len(steps) > 2]
    return min(gaps, default=1.0)
