"""Anomaly windows: when a series of a service was not itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assistant.domain.signals import Series, SeriesKey, Signal


class Direction(StrEnum):
    ROSE = "rose"
    FELL = "fell"
    APPEARED = "appeared"  # a template or series that was never seen before
    STOPPED = "stopped"  # a series or a service that went silent


@dataclass(frozen=True, slots=True)
class AnomalyWindow:
    """One series that left its baseline. `score` is how unusual, in robust standard deviations
    (capped at 100); `onset` lies within [onset_earliest, onset_latest]; `end` is None while it
    goes on at the end of the data."""

    id: str
    key: SeriesKey
    direction: Direction
    onset: datetime
    onset_earliest: datetime
    onset_latest: datetime
    end: datetime | None
    baseline: float
    peak: float
    score: float
    detector: str

    @property
    def service(self) -> str:
        return self.key.service

    @property
    def signal(self) -> Signal:
        return self.key.signal


@dataclass(frozen=True, slots=True, eq=False)
class AnomalousSeries:
    """An anomaly window with the series it was found in, for evidence and pictures."""

    window: AnomalyWindow
    series: Series
    severity: int = 0  # of a log template: the highest OpenTelemetry severity among its records
