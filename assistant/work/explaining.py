"""Who explains a report: a language model within its budget, when one is configured."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from assistant.domain.conversation import EventKind
from assistant.domain.ports import Ledger, Redactor
from assistant.domain.report import Narration, Report
from assistant.domain.usage import Budget, CallContext
from assistant.domain.window import TimeWindow
from assistant.investigator.chat.stream import Stopped
from assistant.investigator.events import EventStream, OnStop, never
from assistant.investigator.models import Models
from assistant.settings import NO_MODEL, Settings
from assistant.work.observatory import Observatory
from prompts import prompt

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from assistant.investigator.chat.chat import Speaker
    from assistant.investigator.notebook import Notebook

__all__ = ["Explainer", "tell_report"]

_NARRATE = "assistant.investigator.narrate"
_MISTAKE = "Causeway made a mistake; its log has the details"

log = logging.getLogger(__name__)


def tell_report(report: Report, emit: EventStream) -> None:
    """That a report is ready, or is ready again."""
    emit(
        EventKind.REPORT,
        report.headline.text,
        id=report.id,
        verdict=report.verdict.value,
        confidence=report.confidence,
    )


class Explainer:
    """Built with the stores; langchain is imported only for a report that a model explains."""

    def __init__(
        self,
        settings: Settings,
        observatory: Observatory,
        ledger: Ledger,
        redactor: Redactor,
        clock: Callable[[], datetime],
        tools: Callable[[Report, Notebook], Sequence[BaseTool]],
    ) -> None:
        self._settings = settings
        self._observatory = observatory
        self._ledger = ledger
        self._redactor = redactor
        self._clock = clock
        self._tools = tools

    @cached_property
    def models(self) -> Models:
        return Models(self._settings.model_table, self._settings.model_steps)

    def narrate(
        self,
        context: CallContext,
        emit: EventStream,
        model: str = "",
        on_stop: OnStop = never,
    ) -> Callable[[Report], Report] | None:
        """What adds a model's explanation to a report; None when no model is configured, or
        `model` is 'none'. Raises InvalidSettings when none is called `model`."""
        if model == NO_MODEL:
            return None
        models = self.models.only(model) if model else self.models
        if models.for_step("investigate") is None:
            return None
        return lambda report: self._narrated(report, models, context, emit, on_stop)

    def speaker(self) -> Speaker | None:
        """Who answers in conversations; None when no model is configured."""
        if self.models.for_step("chat") is None:
            return None
        from assistant.work.speaking import LateSpeaker  # answers take a second to import

        return LateSpeaker(
            models=self.models,
            meter=self._observatory.meter,
            budget=self.budget,
            redactor=self._redactor,
            tools=self._tools,
            judge=self._observatory.judge,
            clock=self._clock,
        )

    def warm_up(self) -> None:
        """Load what a model's part takes, if one is configured."""
        if self.models.names:
            import_module(_NARRATE)

    def budget(self, user: str) -> Budget:
        """What one investigation of that user may spend: also no more than the rest of the day's,
        of the user and of the whole installation; 0 in the settings is no limit."""
        settings, budget = self._settings, self._settings.budget
        midnight = self._clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        today = TimeWindow(midnight, midnight + timedelta(days=1))
        left = [] if budget.usd is None else [budget.usd]
        if settings.budget_user_day_usd:
            spent = self._ledger.spent(today, user=user).cost_usd
            left.append(max(settings.budget_user_day_usd - spent, 0.0))
        if settings.budget_day_usd:
            left.append(max(settings.budget_day_usd - self._ledger.spent(today).cost_usd, 0.0))
        usd = min(left, default=None)
        return replace(budget, usd=usd, usd_is="" if usd == budget.usd else "left for today")

    def _narrated(
        self,
        report: Report,
        models: Models,
        context: CallContext,
        emit: EventStream,
        on_stop: OnStop,
    ) -> Report:
        from assistant.investigator.narrate import Narrator

        meter = self._observatory.meter(replace(context, investigation=report.id))
        narrator = Narrator(
            models=models,
            meter=meter,
            budget=self.budget(context.user),
            redactor=self._redactor,
            tools=self._tools,
            emit=emit,
            on_stop=on_stop,
            prompts=self._settings.prompts,
        )
        tell_report(report, emit)
        try:
            explained = narrator(report)
            self._observatory.judge_report(explained, meter)
            return explained
        except Stopped:
            raise
        except Exception:
            log.exception("The model's part failed")
            chain = models.for_step("investigate")
            name = chain.first.model if chain else ""
            narration = Narration(
                name, prompt("investigate", self._settings.prompts).ref, meter.usage, ended=_MISTAKE
            )
            return replace(report, narration=narration)
