"""Commands that open the stores themselves, because no server owns them.

What only taking in data needs is imported where it is used, so that questions need not wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.repositories import known_name
from assistant.cli.talking import person
from assistant.domain.conversation import Conversation, Event, Feedback
from assistant.domain.usage import CallContext, QualityRow, SpendRow, Usage

if TYPE_CHECKING:
    from assistant.domain.changes import RecordedChange
    from assistant.domain.report import Question, Report
    from assistant.domain.signals import Series
    from assistant.domain.window import TimeWindow
    from assistant.wiring import Causeway


class Local:
    """The Backend over a Causeway in this process."""

    def __init__(self, causeway: Causeway) -> None:
        self._causeway = causeway

    def investigate(
        self,
        question: Question,
        progress: Callable[[str], None],
        *,
        model: str = "",
        hear: Callable[[Event], None] = lambda event: None,
    ) -> Report:
        context = CallContext("investigate", user=person(), channel="cli")
        return self._causeway.investigate(
            question, progress, context=context, model=model, hear=hear
        )

    def changes(self, window: TimeWindow, services: Sequence[str]) -> Sequence[RecordedChange]:
        return self._causeway.changes.changes(window, services)

    def record_changes(self, payload: bytes) -> Sequence[str]:
        from integrations.sources.otlp.changes import parse_changes

        recorded = parse_changes(payload)
        self._causeway.accept_changes(recorded)
        return [change.id for change in recorded]

    def services(self, window: TimeWindow | None) -> Sequence[dict[str, object]]:
        return [asdict(row) for row in self._causeway.services(window)]

    def series(self, window: TimeWindow, step_ns: int, services: Sequence[str]) -> Sequence[Series]:
        return self._causeway.series(window, step_ns, services)

    def ingest_lines(
        self, form: str, lines: Sequence[str], *, service: str, first_line: int
    ) -> int:
        from integrations.sources.files.mapping import FileFormat, batch_from_lines

        batch = batch_from_lines(FileFormat(form), lines, service=service, first_line=first_line)
        self._causeway.accept(batch, [])
        return len(batch)

    def ingest_otlp(self, signal: str, body: bytes, *, json: bool) -> None:
        from integrations.sources.otlp.mapping import decode
        from integrations.sources.otlp.wire import OtlpSignal

        request = decode(OtlpSignal(signal), body, received_ns=time.time_ns(), json=json)
        self._causeway.accept(request.batch, request.changes)

    def start_chat(self, *, user: str, report_id: str) -> Conversation:
        return self._causeway.turns.chat.start(channel="cli", user=user, report_id=report_id)

    def conversation(self, chat_id: str) -> Conversation:
        return self._causeway.conversations.conversation(chat_id)

    def conversations(self, limit: int) -> Sequence[Conversation]:
        return self._causeway.conversations.latest(limit)

    def say(self, chat_id: str, message: str) -> Iterator[Event]:
        stream = self._causeway.turns.begin(chat_id, message)
        return (event for event in stream.after() if event is not None)

    def stop(self, chat_id: str) -> None:
        self._causeway.turns.stop(chat_id)

    def report(self, report_id: str) -> Report:
        return self._causeway.reports.report(report_id)

    def give_feedback(self, feedback: Feedback) -> None:
        self._causeway.give_feedback(feedback)

    def costs(self, window: TimeWindow, by: Sequence[str]) -> tuple[Sequence[SpendRow], Usage]:
        ledger = self._causeway.ledger
        return ledger.spending(window, by), ledger.spent(window)

    def quality(self, window: TimeWindow, by: Sequence[str]) -> Sequence[QualityRow]:
        return self._causeway.ledger.quality(window, by)

    def repository(self, path: Path) -> str:
        return known_name(self._causeway.settings.repositories, path)
