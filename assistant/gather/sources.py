"""The ports an investigation reads and writes, and how far it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.domain.ports import (
    CatalogueSource,
    ChangeLog,
    CodeHistory,
    Compute,
    Knowledge,
    ReportStore,
    TelemetryStore,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an investigation looks around the moment in question."""

    lookback: timedelta = timedelta(hours=3)
    lookahead: timedelta = timedelta(minutes=15)
    changes: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sources:
    """The ports an investigation reads and writes."""

    telemetry: TelemetryStore
    changes: ChangeLog
    code: CodeHistory
    knowledge: Knowledge
    catalogue: CatalogueSource
    reports: ReportStore
    compute: Compute
    clock: Callable[[], datetime]
    reach: Reach = Reach()
