"""A chat over stores in memory, whose investigations are written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.conversation import Conversation, Event, EventKind
from assistant.domain.errors import UnknownService
from assistant.domain.report import Question, Report
from assistant.investigator.chat.chat import Chat, Speaker
from assistant.investigator.chat.names import Names
from assistant.investigator.events import EventStream, OnStop
from retrievers.memory import FixedCatalogue, MemoryConversations, MemoryReports
from tests.builders import at
from tests.builders.reports import a_report

SERVICES = ("gateway", "checkout", "payments", "inventory", "orders-db", "frontend", "cart")


@dataclass
class Desk:
    """A chat whose investigations end with a report at once."""

    reports: MemoryReports = field(default_factory=MemoryReports)
    conversations: MemoryConversations = field(default_factory=MemoryConversations)
    questions: list[Question] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    speaker: Speaker | None = None
    narrated: dict[str, Any] = field(default_factory=dict)  # what a model made of the report

    def investigate(
        self, question: Question, asked_in: Conversation, emit: EventStream, on_stop: OnStop
    ) -> Report:
        self.questions.append(question)
        emit(EventKind.STEP, "weighing causes")
        self.before()
        if question.service == "cart":
            raise UnknownService("cart", ("checkout",))
        report = a_report(id=f"r-{len(self.questions)}", question=question, **self.narrated)
        self.reports.save(report)
        return report

    @property
    def chat(self) -> Chat:
        return Chat(
            conversations=self.conversations,
            reports=self.reports,
            redactor=RuleRedactor(b"key"),
            clock=lambda: at(10),
            names=lambda: Names.of(dict.fromkeys(SERVICES, ())),
            catalogue=FixedCatalogue().catalogue,
            investigate=self.investigate,
            speaker=self.speaker,
        )

    def say(self, chat_id: str, message: str) -> str:
        emit = EventStream(self.events.append, lambda: at(10))
        return self.chat.turn(chat_id, message, emit).text

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]
