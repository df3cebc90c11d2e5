"""Changes and reports in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.domain.changes import Deployment, DeploymentPhase, RecordedChange
from assistant.domain.errors import NotFound
from assistant.domain.report import Report
from assistant.domain.window import TimeWindow


class MemoryChangeLog:
    """Implements `domain.ports.ChangeLog`."""

    def __init__(self, changes: Sequence[RecordedChange] = ()) -> None:
        self._changes: dict[str, RecordedChange] = {}
        self.record(changes)

    def record(self, changes: Sequence[RecordedChange]) -> None:
        self._changes |= {change.id: change for change in changes}

    def changes(self, window: TimeWindow, services: Sequence[str] = ()) -> Sequence[RecordedChange]:
        found = [
            change
            for change in self._changes.values()
            if change.at in window
            and (not services or not change.service or change.service in services)
        ]
        return sorted(found, key=lambda change: (change.at, change.id))

    def last_good_revision(self, service: str, before: datetime) -> str:
        good = [
            change
            for change in self._changes.values()
            if isinstance(change, Deployment)
            and change.service == service
            and change.phase is DeploymentPhase.SUCCEEDED
            and change.revision
            and change.at < before
        ]
        return max(good, key=lambda change: (change.at, change.id)).revision if good else ""


class MemoryReports:
    """Implements `domain.ports.ReportStore`."""

    def __init__(self) -> None:
        self._reports: dict[str, Report] = {}

    def save(self, report: Report) -> None:
        self._reports[report.id] = report

    def report(self, report_id: str) -> Report:
        try:
            return self._reports[report_id]
        except KeyError:
            raise NotFound(f"There is no report {report_id!r}.") from None

    def latest(self, limit: int = 20) -> Sequence[Report]:
        newest = sorted(self._reports.values(), key=lambda r: (r.as_of, r.id), reverse=True)
        return newest[: max(limit, 0)]
