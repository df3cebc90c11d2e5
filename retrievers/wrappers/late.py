"""Records that open with their first use: what stands behind them takes a second to import, and
telemetry must not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from assistant.domain.changes import RecordedChange
from assistant.domain.conversation import Conversation, Feedback, Turn
from assistant.domain.ports import (
    ChangeLog,
    Conversations,
    FeedbackLog,
    Ledger,
    ReportStore,
)
from assistant.domain.report import Report
from assistant.domain.usage import ModelCall, QualityRow, Score, SpendRow, Usage
from assistant.domain.window import TimeWindow


class Records(Protocol):
    """Opened records."""

    @property
    def changes(self) -> ChangeLog: ...

    @property
    def reports(self) -> ReportStore: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def feedback(self) -> FeedbackLog: ...

    def close(self) -> None: ...


class LateRecords:
    """Opens once, whoever asks first; an opening that failed is tried again at the next use."""

    def __init__(self, opening: Callable[[], Records]) -> None:
        self._opening = opening
        self._opened: Records | None = None
        self._lock = threading.Lock()
        self.changes = LateChangeLog(self.open)
        self.reports = LateReports(self.open)
        self.ledger = LateLedger(self.open)
        self.conversations = LateConversations(self.open)
        self.feedback = LateFeedback(self.open)

    def open(self) -> Records:
        """Raises what the opening raises."""
        with self._lock:
            if self._opened is None:
                self._opened = self._opening()
            return self._opened

    def close(self) -> None:
        with self._lock:
            if self._opened:
                self._opened.close()


class LateChangeLog:
    """A ChangeLog in front of records that may not be open yet."""

    def __init__(self, opened: Callable[[], Records]) -> None:
        self._opened = opened

    def record(self, changes: Sequence[RecordedChange]) -> None:
        self._opened().changes.record(changes)

    def changes(self, window: TimeWindow, services: Sequence[str] = ()) -> Sequence[RecordedChange]:
        return self._opened().changes.changes(window, services)

    def last_good_revision(self, service: str, before: datetime) -> str:
        return self._opened().changes.last_good_revision(service, before)


class LateReports:
    """A ReportStore in front of records that may not be open yet."""

    def __init__(self, opened: Callable[[], Records]) -> None:
        self._opened = opened

    def save(self, report: Report) -> None:
        self._opened().reports.save(report)

    def report(self, report_id: str) -> Report:
        return self._opened().reports.report(report_id)

    def latest(self, limit: int = 20) -> Sequence[Report]:
        return self._opened().reports.latest(limit)


class LateLedger:
    """A Ledger in front of records that may not be open yet."""

    def __init__(self, opened: Callable[[], Records]) -> None:
        self._opened = opened

    def record(self, call: ModelCall) -> None:
        self._opened().ledger.record(call)

    def judge(self, scores: Sequence[Score]) -> None:
        self._opened().ledger.judge(scores)

    def calls(self, window: TimeWindow, *, investigation: str = "") -> Sequence[ModelCall]:
        return self._opened().ledger.calls(window, investigation=investigation)

    def scores(self, window: TimeWindow, *, investigation: str = "") -> Sequence[Score]:
        return self._opened().ledger.scores(window, investigation=investigation)

    def latest(self, step: str, prompt: str) -> ModelCall | None:
        return self._opened().ledger.latest(step, prompt)

    def spent(self, window: TimeWindow, *, user: str | None = None) -> Usage:
        return self._opened().ledger.spent(window, user=user)

    def spending(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[SpendRow]:
        return self._opened().ledger.spending(window, by)

    def quality(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[QualityRow]:
        return self._opened().ledger.quality(window, by)


class LateConversations:
    """Conversations in front of records that may not be open yet."""

    def __init__(self, opened: Callable[[], Records]) -> None:
        self._opened = opened

    def save(self, conversation: Conversation) -> None:
        self._opened().conversations.save(conversation)

    def add(self, conversation_id: str, turn: Turn) -> None:
        self._opened().conversations.add(conversation_id, turn)

    def conversation(self, conversation_id: str) -> Conversation:
        return self._opened().conversations.conversation(conversation_id)

    def latest(self, limit: int = 20, *, user: str = "") -> Sequence[Conversation]:
        return self._opened().conversations.latest(limit, user=user)


class LateFeedback:
    """A FeedbackLog in front of records that may not be open yet."""

    def __init__(self, opened: Callable[[], Records]) -> None:
        self._opened = opened

    def record(self, feedback: Feedback) -> None:
        self._opened().feedback.record(feedback)

    def of(self, report_id: str) -> Sequence[Feedback]:
        return self._opened().feedback.of(report_id)
