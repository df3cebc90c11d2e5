"""Who answers in conversations when a language model is configured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from assistant.domain.conversation import Conversation, Turn
from assistant.domain.ports import Redactor
from assistant.domain.usage import Budget, CallContext, Score
from assistant.investigator.chat.chat import Said
from assistant.investigator.chat.reply import Reply
from assistant.investigator.events import EventStream, OnStop
from assistant.investigator.models import Models

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from assistant.domain.report import Report
    from assistant.investigator.chat.speaker import ModelSpeaker
    from assistant.investigator.notebook import Notebook
    from assistant.llmops.meter import Meter


@dataclass(frozen=True)
class LateSpeaker:
    """Implements `chat.Speaker`; langchain is imported at the first answer. `budget` is what one
    answer may spend, `today` what is left of the day's money for that user."""

    models: Models
    meter: Callable[[CallContext], Meter]
    budget: Budget
    redactor: Redactor
    tools: Callable[[Report, Notebook], Sequence[BaseTool]]
    judge: Callable[[Sequence[Score]], None]
    clock: Callable[[], datetime]
    today: Callable[[str], float | None] = lambda user: None

    def reply(self, said: Said, by_code: Reply, emit: EventStream) -> Reply:
        return self._speaker(said.conversation, said.report.id).reply(said, by_code, emit)

    def summary(
        self,
        conversation: Conversation,
        turns: Sequence[Turn],
        emit: EventStream,
        on_stop: OnStop,
    ) -> str:
        return self._speaker(conversation, conversation.report_id).summary(turns, emit, on_stop)

    def _speaker(self, conversation: Conversation, report_id: str) -> ModelSpeaker:
        from assistant.investigator.chat.speaker import ModelSpeaker

        context = CallContext(
            step="chat",
            investigation=report_id,
            conversation=conversation.id,
            user=conversation.user,
            channel=conversation.channel,
        )
        return ModelSpeaker(
            models=self.models,
            meter=self.meter(context),
            budget=self.budget,
            redactor=self.redactor,
            tools=self.tools,
            judge=self.judge,
            clock=self.clock,
            today=partial(self.today, conversation.user),
        )
