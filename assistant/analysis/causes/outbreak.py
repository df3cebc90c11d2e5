"""When an incident broke out, and how exactly that can be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log1p

import numpy as np

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.signals import Series

_TOGETHER = timedelta(minutes=5)
_STANDS_OUT = 0.2  # of the strongest score


def outbreak(windows: Sequence[AnomalyWindow]) -> datetime:
    """When the incident broke out: of the few minutes in which most trouble began, each window
    counting by the logarithm of its score, the first onset that stands out. What was unusual
    long before is history, or a first sign, but not yet the incident."""

    def together(moment: datetime) -> list[AnomalyWindow]:
        return [w for w in windows if moment <= w.onset < moment + _TOGETHER]

    moments = sorted({w.onset for w in windows})
    crowd = max((together(m) for m in moments), key=lambda c: sum(log1p(w.score) for w in c))
    strongest = max(w.score for w in crowd)
    return min(w.onset for w in crowd if w.score >= _STANDS_OUT * strongest)


def resolution(series: Series) -> timedelta:
    """How far apart the values of a series lie: a metric of every minute on a grid of ten seconds
    tells no more than the minute."""
    held = np.flatnonzero(np.isfinite(series.values))
    steps = float(np.median(np.diff(held))) if len(held) > 1 else 1.0
    return timedelta(microseconds=steps * series.step_ns / 1000)
