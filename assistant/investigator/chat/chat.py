"""One turn of a conversation: understand, investigate when the question is fresh, answer, remember.

A model answers when one is configured; without one, or when it fails, code does, and says so."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import TypeAdapter

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.catalogue import Catalogue
from assistant.domain.claim import Claim
from assistant.domain.conversation import Conversation, Event, EventKind, Role, Turn
from assistant.domain.errors import NotFound, UnknownService
from assistant.domain.ports import Conversations, Redactor, ReportStore
from assistant.domain.report import Narration, Question, Report
from assistant.investigator.chat.answers import Book, answered
from assistant.investigator.chat.compaction import facts, remembered, too_long
from assistant.investigator.chat.keeping import kept
from assistant.investigator.chat.names import Names
from assistant.investigator.chat.reply import BY_CODE, Reply, answering, narrated, not_answered
from assistant.investigator.chat.understanding import (
    FollowUp,
    Fresh,
    NotUnderstood,
    Setting,
    understood,
)
from assistant.investigator.events import EventStream, OnStop, never
from assistant.investigator.notebook import Notebook

_CLAIMS = TypeAdapter(tuple[Claim, ...])
LONGEST_MESSAGE = 4_000  # characters; what is longer is cut, and that is told


class Speaker(Protocol):
    """A model that answers over a report."""

    def reply(self, said: Said, by_code: Reply, emit: EventStream) -> Reply:
        """Its checked answer; `by_code` with the reason when it has none."""
        ...

    def summary(
        self,
        conversation: Conversation,
        turns: Sequence[Turn],
        emit: EventStream,
        on_stop: OnStop,
    ) -> str:
        """Those turns in short; '' when the model has no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """A message with everything that an answer may draw on. `on_stop` takes what is to be done
    when nobody wants the answer any more."""

    conversation: Conversation
    text: str
    report: Report
    notebook: Notebook
    on_stop: OnStop


@dataclass(frozen=True)
class Chat:
    """Conversations over ports. `investigate` runs the whole line, on behalf of a conversation, and
    tells the stream all that happens; `look` finds anomaly windows of
    services that a report does not list; `speaker` is None without a model."""

    conversations: Conversations
    reports: ReportStore
    redactor: Redactor
    clock: Callable[[], datetime]
    names: Callable[[], Names]
    catalogue: Callable[[], Catalogue]
    investigate: Callable[[Question, Conversation, EventStream, OnStop], Report]
    lookback: timedelta = timedelta(hours=3)
    look: Callable[[Report, Sequence[str]], Sequence[AnomalyWindow]] = lambda report, services: ()
    speaker: Speaker | None = None
    _keeping: threading.Lock = field(default_factory=threading.Lock)

    def start(self, *, channel: str, user: str = "", report_id: str = "") -> Conversation:
        """A new conversation, about a report if one is named. Raises NotFound."""
        if report_id:
            self.reports.report(report_id)
        started = Conversation(uuid.uuid4().hex[:12], self.clock(), channel, user, report_id)
        self.conversations.save(started)
        return started

    def turn(
        self,
        conversation_id: str,
        message: str,
        emit: EventStream,
        on_stop: OnStop = never,
    ) -> Turn:
        """Answer a message; both are added to the conversation. Raises NotFound, and whatever
        keeps an investigation from running."""
        emit(EventKind.STEP, "reading the question")
        conversation = self.conversations.conversation(conversation_id)
        conversation = self._compacted(conversation, emit, on_stop)
        text = self.redactor.text(message[:LONGEST_MESSAGE].strip())
        conversation = self._added(conversation, Role.PERSON, text, conversation.user)
        if len(message) > LONGEST_MESSAGE:
            emit(EventKind.STEP, f"only the first {LONGEST_MESSAGE} characters are read")
        report = self._spoken_of(conversation)
        meant = understood(text, Setting(self.clock(), self.names(), report, self.lookback))
        if isinstance(meant, Fresh):
            conversation, reply = self._fresh(conversation, meant, emit, on_stop)
        elif report is None:
            reply = not_answered(meant)
        else:
            notebook = Notebook(report)
            said = Said(conversation, text, report, notebook, on_stop)
            reply = self._about(said, meant, emit)
        return self._answered(conversation, reply, emit)

    def _fresh(
        self, conversation: Conversation, meant: Fresh, emit: EventStream, on_stop: OnStop
    ) -> tuple[Conversation, Reply]:
        for note in meant.notes:
            emit(EventKind.STEP, note)

        def hear(event: Event) -> None:
            if event.kind is EventKind.REPORT:  # spoken of from now on, also after a stop
                self.conversations.save(replace(conversation, report_id=event.data["id"]))
            emit(event.kind, event.text, **event.data)

        heard = EventStream(hear, self.clock)
        try:
            report = self.investigate(meant.question, conversation, heard, on_stop)
        except UnknownService as error:
            return conversation, not_answered(NotUnderstood(str(error), error.near))
        conversation = replace(conversation, report_id=report.id)
        self.conversations.save(conversation)
        emit(
            EventKind.REPORT,
            report.headline.text,
            id=report.id,
            verdict=report.verdict.value,
            confidence=report.confidence,
        )
        said = Said(conversation, meant.question.symptom, report, Notebook(report), on_stop)
        follow_up = FollowUp(meant.topic, meant.question.symptom, meant.services)
        if report.narration is None:
            reply = self._about(said, follow_up, emit)
        else:
            reply = self._explained(said, follow_up, report.narration)
        if all(claim.text != report.headline.text for claim in reply.claims):
            reply = replace(reply, claims=(report.headline, *reply.claims))
        return conversation, replace(reply, notes=(*meant.notes, *reply.notes))

    def _explained(self, said: Said, meant: FollowUp, narration: Narration) -> Reply:
        """A new report that a model was asked about already: what it said of it, then what code
        answers to the question."""
        told = narrated(said.report, narration)
        by_code = self._kept(said, self._by_code(said, meant))
        more = tuple(claim for claim in by_code.claims if claim not in told.claims)
        return replace(told, claims=(*told.claims, *more))

    def _about(self, said: Said, meant: FollowUp | NotUnderstood, emit: EventStream) -> Reply:
        """The model's answer about a report, or that of code."""
        reply = by_code = self._by_code(said, meant)
        if self.speaker is not None and not (isinstance(meant, FollowUp) and meant.by_code_alone):
            reply = self.speaker.reply(said, by_code, emit)
            if reply.author != BY_CODE and isinstance(meant, FollowUp):
                reply = replace(reply, notes=(*reply.notes, *meant.notes))
        return self._kept(said, reply)

    def _by_code(self, said: Said, meant: FollowUp | NotUnderstood) -> Reply:
        if not isinstance(meant, FollowUp):
            return not_answered(meant, spoken_of=True)
        report, look = said.report, self.look
        book = Book(report, said.notebook, self.catalogue(), lambda s: look(report, s))
        return answering(meant, answered(meant, book))

    def _kept(self, said: Said, reply: Reply) -> Reply:
        """Evidence that an answer found is kept with the report."""
        with self._keeping:
            claims = kept(self.reports, said.report, said.notebook, reply.claims)
        return replace(reply, claims=claims)

    def _spoken_of(self, conversation: Conversation) -> Report | None:
        if not conversation.report_id:
            return None
        try:
            return self.reports.report(conversation.report_id)
        except NotFound:
            return None  # reports can be deleted; the conversation goes on without it

    def _compacted(
        self, conversation: Conversation, emit: EventStream, on_stop: OnStop
    ) -> Conversation:
        turns = remembered(conversation)
        if not too_long(turns):
            return conversation
        told = ""
        if self.speaker is not None:
            told = self.speaker.summary(conversation, turns, emit, on_stop)
        author = "a model" if told else BY_CODE
        return self._added(conversation, Role.SUMMARY, told or facts(turns), author)

    def _answered(self, conversation: Conversation, reply: Reply, emit: EventStream) -> Turn:
        for claim in reply.claims:
            if claim in reply.told:
                continue
            emit(
                EventKind.CLAIM,
                claim.text,
                evidence=list(claim.evidence),
                standing=claim.standing.value,
                problems=list(claim.problems),
            )
        conversation = self._added(
            conversation, Role.ASSISTANT, reply.text, reply.author, reply.claims
        )
        turn = conversation.turns[-1]
        emit(
            EventKind.ANSWER,
            reply.text,
            claims=_CLAIMS.dump_python(reply.claims, mode="json"),
            notes=list(reply.notes),
            report_id=turn.report_id,
            author=reply.author,
            usage=asdict(reply.usage),
            turn=turn.number,
            understood=reply.understood,
        )
        return turn

    def _added(
        self,
        conversation: Conversation,
        role: Role,
        text: str,
        author: str,
        claims: tuple[Claim, ...] = (),
    ) -> Conversation:
        turn = Turn(
            number=next_number(conversation),
            at=self.clock(),
            role=role,
            text=text,
            author=author,
            claims=claims,
            report_id=conversation.report_id,
        )
        self.conversations.add(conversation.id, turn)
        return replace(conversation, turns=(*conversation.turns, turn))


def next_number(conversation: Conversation) -> int:
    return conversation.turns[-1].number + 1 if conversation.turns else 1
