"""Who explains a report: a language model within its budget, when one is configured."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from assistant.domain.conversation import EventKind
from assistant.domain.errors import CausewayError
from assistant.domain.ports import Ledger, Redactor
from assistant.domain.report import Narration, Report
from assistant.domain.usage import CallContext
from assistant.domain.window import TimeWindow
from assistant.investigator.agent.limits import LimitReached
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
        `model` is 'none'. Raises NotFound when none is called `model`."""
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
            budget=self._settings.budget,
            redactor=self._redactor,
            tools=self._tools,
            judge=self._observatory.judge,
            clock=self._clock,
            today=self.left_today,
        )

    def warm_up(self) -> None:
        """Load what a model's part takes, if one is configured."""
        if self.models.names:
            import_module(_NARRATE)

    def left_today(self, user: str) -> float | None:
        """US dollars that the day (UTC) leaves for that user: no more than the user and the whole
        installation may still spend, on everything that runs at once. None without a limit, 0 in
        the settings. Raises LimitReached when the ledger cannot tell what was spent."""
        settings = self._settings
        midnight = self._clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        today = TimeWindow(midnight, midnight + timedelta(days=1))
        limits = ((settings.budget_user_day_usd, user), (settings.budget_day_usd, None))
        try:
            left = [most - self._ledger.spent(today, user=u).cost_usd for most, u in limits if most]
        except CausewayError as error:
            raise LimitReached(f"what was spent today cannot be read: {error}") from error
        # What costs nothing may go on when others have overspent.
        return max(min(left), 0.0) if left else None

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
            budget=self._settings.budget,
            redactor=self._redactor,
            tools=self._tools,
            emit=emit,
            on_stop=on_stop,
            today=partial(self.left_today, context.user),
            prompts=self._settings.prompts,
        )
        tell_report(report, emit)
        try:
            explained = narrator(report)
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
        try:
            self._observatory.judge_report(explained, meter)
        except Exception:  # what is wrong with its scores is no reason to lose an explanation
            log.exception("Report %s could not be scored", report.id)
        return explained
