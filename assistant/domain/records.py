"""Ports of what must outlive the retention of telemetry; the common terms of `ports` hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from assistant.domain.changes import RecordedChange
from assistant.domain.conversation import Conversation, Feedback, Turn
from assistant.domain.report import Report
from assistant.domain.usage import ModelCall, QualityRow, Score, SpendRow, Usage
from assistant.domain.window import TimeWindow


class ChangeLog(Protocol):
    """Deployments, flags and configuration changes; outlives the retention of telemetry."""

    def record(self, changes: Sequence[RecordedChange]) -> None:
        """Durable on return; the same id again replaces (a deployment that starts, then ends)."""
        ...

    def changes(self, window: TimeWindow, services: Sequence[str] = ()) -> Sequence[RecordedChange]:
        """By time, oldest first; those without a service are always included."""
        ...

    def last_good_revision(self, service: str, before: datetime) -> str:
        """Revision of the latest succeeded deployment of `service` strictly before; '' if none."""
        ...


class ReportStore(Protocol):
    def save(self, report: Report) -> None: ...

    def report(self, report_id: str) -> Report:
        """Raises NotFound."""
        ...

    def latest(self, limit: int = 20) -> Sequence[Report]:
        """Newest first."""
        ...


class Ledger(Protocol):
    """Every model call and every score, one row each, append only."""

    def record(self, call: ModelCall) -> None:
        """Durable on return; the same id again changes nothing."""
        ...

    def judge(self, scores: Sequence[Score]) -> None:
        """Durable on return."""
        ...

    def calls(self, window: TimeWindow, *, investigation: str = "") -> Sequence[ModelCall]:
        """By time, oldest first; those of one investigation if asked."""
        ...

    def scores(self, window: TimeWindow, *, investigation: str = "") -> Sequence[Score]:
        """By time, oldest first; those of one investigation if asked."""
        ...

    def latest(self, step: str, prompt: str) -> ModelCall | None:
        """The latest first attempt at a call of that step with the prompt of that name."""
        ...

    def spent(self, window: TimeWindow, *, user: str | None = None) -> Usage:
        """The sum, of one user if asked ('' for calls of nobody in particular): what a budget per
        user and day is checked against."""
        ...

    def spending(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[SpendRow]:
        """Grouped by any of model, provider, prompt, step, user, channel, investigation, day
        (UTC); dearest first, then most tokens. `prompt` reads name@version. Raises InvalidPayload
        for another key."""
        ...

    def quality(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[QualityRow]:
        """Scores by name, then grouped by the same keys. Raises InvalidPayload for another key."""
        ...


class Conversations(Protocol):
    """Chats with their turns."""

    def save(self, conversation: Conversation) -> None:
        """Start it, or replace its head; turns are kept apart and only ever added."""
        ...

    def add(self, conversation_id: str, turn: Turn) -> None:
        """Durable on return. Raises NotFound, InvalidPayload for a number that is taken."""
        ...

    def conversation(self, conversation_id: str) -> Conversation:
        """With all turns, by number. Raises NotFound."""
        ...

    def latest(self, limit: int = 20, *, user: str = "") -> Sequence[Conversation]:
        """Without turns, newest first; of one user if asked."""
        ...


class FeedbackLog(Protocol):
    """What people said of reports."""

    def record(self, feedback: Feedback) -> None:
        """Durable on return; the same id again replaces."""
        ...

    def of(self, report_id: str) -> Sequence[Feedback]:
        """By time, oldest first."""
        ...
