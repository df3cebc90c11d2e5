"""Every part of Causeway together, and what can be asked of the whole."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import RecordedChange
from assistant.domain.conversation import Conversation, Event, EventKind, Feedback
from assistant.domain.errors import InvalidWindow
from assistant.domain.ports import (
    CatalogueSource,
    CodeHistory,
    Compute,
    Conversations,
    FeedbackLog,
    Knowledge,
    Ledger,
    ReportStore,
    TelemetryStore,
)
from assistant.domain.report import Question, Report
from assistant.domain.signals import Series, SignalBatch
from assistant.domain.usage import CallContext
from assistant.domain.window import TimeWindow
from assistant.intake import Intake, ingest
from assistant.investigator.events import EventStream, OnStop, never
from assistant.settings import Settings
from assistant.telemetry import SERVICE_NAME
from assistant.work.commits import IndexingChangeLog
from assistant.work.explaining import Explainer
from assistant.work.learning import Learner
from assistant.work.observatory import Observatory
from assistant.work.runbooks import Runbooks
from retrievers.ownership import DataDirectory
from retrievers.wrappers.without import WithoutService

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from assistant.gather import Sources
    from assistant.investigator.chat.chat import Chat
    from assistant.investigator.chat.turns import Turns
    from assistant.investigator.memory import Memory
    from assistant.investigator.notebook import Notebook

_INVESTIGATE = CallContext(step="investigate")
_MOST_STEPS = 1_000  # of one read of series


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as the catalogue and its telemetry know it."""

    name: str
    aliases: tuple[str, ...] = ()
    repository: str = ""
    owner: str = ""
    version: str = ""
    guessed: bool = False


@dataclass(frozen=True)
class Causeway:
    """Every part, in the process that owns the stores."""

    settings: Settings
    directory: DataDirectory
    telemetry: TelemetryStore
    changes: IndexingChangeLog
    reports: ReportStore
    ledger: Ledger
    conversations: Conversations
    feedback: FeedbackLog
    knowledge: Knowledge
    catalogue: CatalogueSource
    code: CodeHistory
    compute: Compute
    clock: Callable[[], datetime]
    intake: Intake
    learner: Learner
    runbooks: Runbooks
    own: Observatory
    open_records: Callable[[], object]

    def accept(self, batch: SignalBatch, changes: Sequence[RecordedChange]) -> None:
        """Redact and store; durable on return. Raises Overloaded, StorageFull."""
        with self.own.telemetry.ingest_step(batch):
            ingest(self.intake, batch, changes)

    def accept_changes(self, changes: Sequence[RecordedChange]) -> None:
        self.accept(SignalBatch(), changes)

    def investigate(
        self,
        question: Question,
        progress: Callable[[str], None] = lambda step: None,
        *,
        context: CallContext = _INVESTIGATE,
        model: str = "",
        hear: Callable[[Event], None] = lambda event: None,
        on_stop: OnStop = never,
    ) -> Report:
        """Run the whole line; the report is kept under its id. A configured model explains it, on
        behalf of `context`: the one called `model`, or none for 'none'. `progress` hears of each
        step, `hear` of everything; what it raises ends the investigation, and `on_stop` a call
        that hangs. Raises NotFound for an unknown model."""
        # Search by meaning loads in its own thread, beside what is imported here at the first
        # question: both take seconds that ingest need not wait for.
        self.knowledge.ready()
        from assistant.pipeline import investigate

        with self.own.telemetry.step("investigate", service=question.service) as span:
            emit = EventStream(hear, self.clock)

            def heard(step: str) -> None:
                span.add_event(step)
                progress(step)
                emit(EventKind.STEP, step)

            symptom = self.intake.redactor.text(question.symptom)
            narrate = self.explainer.narrate(context, emit, model, on_stop)
            asked = replace(question, symptom=symptom)
            return investigate(asked, self._sources(question.service), heard, narrate, self.memory)

    @property
    def memory(self) -> Memory:
        """Finished investigations, and which of them another one is like."""
        from assistant.investigator.memory import Memory

        return Memory(self.knowledge, self.reports, self.feedback)

    def _sources(self, service: str) -> Sources:
        """What a question about `service` looks at."""
        from assistant.gather import Reach, Sources

        about_ourselves = service == SERVICE_NAME
        return Sources(
            telemetry=self.telemetry if about_ourselves else self._others,
            changes=self.changes,
            code=self.code,
            knowledge=self.knowledge,
            catalogue=self.catalogue,
            reports=self.reports,
            compute=self.compute,
            clock=self.clock,
            reach=Reach(
                lookback=timedelta(minutes=self.settings.lookback_minutes),
                lookahead=timedelta(minutes=self.settings.lookahead_minutes),
                changes=timedelta(hours=self.settings.changes_hours),
            ),
        )

    @property
    def _others(self) -> TelemetryStore:
        return WithoutService(self.telemetry, SERVICE_NAME)

    def warm_up(self) -> None:
        """Load what taking in telemetry does not need and the first question would wait for.
        Raises what is wrong with the records."""
        self.knowledge.ready()  # begins to load
        self.open_records()
        self.runbooks.current()
        parts = ("pipeline", "investigator.chat.turns")
        for module in (*(f"assistant.{part}" for part in parts), "integrations.renderings.html"):
            importlib.import_module(module)
        self.explainer.warm_up()

    @cached_property
    def turns(self) -> Turns:
        """Conversations, and the answers that are being written in them."""
        from assistant.investigator.chat.turns import Turns

        return Turns(self._chat())

    @cached_property
    def explainer(self) -> Explainer:
        """What a language model adds to a report, if one is configured."""
        return Explainer(
            self.settings,
            self.own,
            self.ledger,
            self.intake.redactor,
            self.clock,
            self._tools,
        )

    def _tools(self, report: Report, notebook: Notebook) -> Sequence[BaseTool]:
        from assistant.investigator.tools.binding import tools
        from assistant.investigator.tools.desk import Desk

        desk = Desk(
            report,
            self._sources(report.question.service),
            self.intake.redactor,
            self.runbooks.current,
        )
        return tools(desk, notebook)

    def _chat(self) -> Chat:
        from assistant.investigator.chat.chat import Chat
        from assistant.investigator.chat.names import Names

        return Chat(
            conversations=self.conversations,
            reports=self.reports,
            redactor=self.intake.redactor,
            clock=self.clock,
            names=lambda: Names.of({row.name: row.aliases for row in self.services()}),
            catalogue=self.catalogue.catalogue,
            investigate=self._asked_in_chat,
            lookback=timedelta(minutes=self.settings.lookback_minutes),
            speaker=self.explainer.speaker(),
            look=self._look,
        )

    def _look(self, report: Report, services: Sequence[str]) -> Sequence[AnomalyWindow]:
        """Anomaly windows of services that a report does not list, in its window."""
        from assistant.investigator.tools import Desk, look

        desk = Desk(report, self._sources(report.question.service), self.intake.redactor)
        return [found.window for found in look(desk, services, report.window)]

    def _asked_in_chat(
        self, question: Question, chat: Conversation, emit: EventStream, on_stop: OnStop
    ) -> Report:
        context = replace(_INVESTIGATE, conversation=chat.id, user=chat.user, channel=chat.channel)

        def hear(event: Event) -> None:
            emit(event.kind, event.text, **event.data)

        return self.investigate(question, context=context, hear=hear, on_stop=on_stop)

    def give_feedback(self, feedback: Feedback) -> Feedback:
        """Keep what a person says of a report, redacted. Raises NotFound without that report."""
        report = self.reports.report(feedback.report_id)
        text = self.intake.redactor.text
        kept = replace(
            feedback,
            claim=text(feedback.claim),
            reason=text(feedback.reason),
            outcome=text(feedback.outcome),
        )
        self.feedback.record(kept)
        self.own.judge_feedback(kept, report)
        return kept

    def close(self) -> None:
        """End the answers that are being written."""
        if "turns" in self.__dict__:
            self.turns.close()

    def learned(self) -> bool:
        """Whether everything taken in so far can be found, by words and by meaning."""
        idle = self.learner.settle(0) and self.changes.settle(0)
        return idle and self.knowledge.ready()

    def services(self, window: TimeWindow | None = None) -> Sequence[ServiceRow]:
        """By name; without a window, all that is kept (a day ahead, for clocks that are)."""
        everything = TimeWindow(datetime(1970, 1, 1, tzinfo=UTC), self.clock() + timedelta(days=1))
        seen = self.telemetry.services(window or everything)
        catalogue = self.catalogue.catalogue()
        names = sorted({*seen, *catalogue.names()})
        return [_service_row(name, seen.get(name, {}), catalogue) for name in names]

    def series(
        self, window: TimeWindow, step_ns: int, services: Sequence[str] = ()
    ) -> Sequence[Series]:
        """What is followed: metrics, and requests as spans tell them. Raises InvalidWindow for a
        grid of more than 1,000 steps."""
        if (window.end_ns - window.start_ns) // step_ns > _MOST_STEPS:
            raise InvalidWindow(
                f"A grid of more than {_MOST_STEPS} steps is not read at once.",
                hint="Ask for a shorter window or a longer step.",
            )
        metrics = self.telemetry.series(window, step_ns, services)
        return [*metrics, *self.telemetry.red(window, step_ns, services)]


def _service_row(name: str, resource: Mapping[str, str], catalogue: Catalogue) -> ServiceRow:
    entry = catalogue.entry(name)
    return ServiceRow(
        name=name,
        aliases=entry.aliases if entry else (),
        repository=(entry.repository if entry else "") or resource.get("repository", ""),
        owner=entry.owner if entry else "",
        version=resource.get("version", ""),
        guessed=entry is None or entry.guessed,
    )
