"""Causeway asked about itself: a new version of a prompt made its calls dearer, or its answers
worse. Calls go through the meter, the ledger, the exporter and the store; only the model and the
clock are made up."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant.domain.anomaly import Direction
from assistant.domain.report import Question, Report, Verdict
from assistant.domain.usage import CallContext, PromptRef, Score
from assistant.domain.window import to_ns
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from tests.builders import a_window, at

OLD = PromptRef("investigate", "3", "9f2c41d0b7aa")
NEW = PromptRef("investigate", "4", "0d5e77a1c3b4")
START_MIN, END_MIN = -100, 25


class MadeUpModel(BaseChatModel):
    """Answers at once, with the usage that it is told."""

    chance: Any
    size: float = 1.0

    @property
    def _llm_type(self) -> str:
        return "made-up"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        return {"ls_model_name": "gpt-4o", "ls_provider": "openai", "ls_model_type": "chat"}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        read = round(3000 * self.size * self.chance.lognormvariate(0, 0.15))
        wrote = round(400 * self.chance.lognormvariate(0, 0.2))
        usage = {"input_tokens": read, "output_tokens": wrote, "total_tokens": read + wrote}
        message = AIMessage("fine", usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


class Clock:
    """Minutes after noon."""

    def __init__(self) -> None:
        self.minute = float(START_MIN)

    def __call__(self) -> datetime:
        return at(self.minute)

    def time_ns(self) -> int:
        return to_ns(self())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Also that of the SDK, which stamps points of metrics itself."""
    made_up = Clock()
    inside = "opentelemetry.sdk.metrics._internal"
    for module in ("instrument", "metric_reader_storage", "_view_instrument_match"):
        monkeypatch.setattr(f"{inside}.{module}.time_ns", made_up.time_ns)
    return made_up


@pytest.fixture
def causeway(tmp_path: Path, clock: Clock) -> Iterator[Causeway]:
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "model": "gpt-4o", "records_url": "sqlite://"}
    )
    with open_causeway(settings, long_running=False, clock=clock) as opened:
        yield opened


def live(
    causeway: Causeway,
    clock: Clock,
    *,
    size: Callable[[float], float] = lambda minute: 1.0,
    grounded: Callable[[float], float] = lambda minute: 0.95,
    seed: int = 7,
) -> None:
    """Investigations of two hours, one to three a minute; the prompt changes at noon."""
    chance = random.Random(seed)
    for minute in range(START_MIN, END_MIN):
        prompt = NEW if minute >= 0 else OLD
        for n in range(chance.choice((1, 2, 2, 3))):
            clock.minute = minute + chance.random() * 0.9
            context = CallContext("investigate", f"r{minute}-{n}", channel="api")
            meter = causeway.own.meter(context).with_step("investigate", prompt)
            model = MadeUpModel(chance=chance, size=size(minute))
            with meter.agent("investigator"):
                for turn in range(chance.choice((2, 3))):
                    model.invoke(f"{context} {turn}", {"callbacks": [meter]})
            share = min(max(chance.gauss(grounded(minute), 0.03), 0), 1)
            score = Score(clock(), "grounded_claims", share, context=meter.context)
            causeway.own.judge([score], meter.judged)
        clock.minute = minute + 0.99
        causeway.own.flush()


def ask(causeway: Causeway, clock: Clock, minute: float = 15) -> Report:
    clock.minute = minute + 10
    return causeway.investigate(Question(at=at(minute), service="causeway"), model="none")


def test_a_longer_prompt_explains_a_rise_of_our_own_tokens_and_cost(
    causeway: Causeway, clock: Clock
) -> None:
    live(causeway, clock, size=lambda minute: 3.0 if minute >= 0 else 1.0)

    before, after = ask(causeway, clock, -20), ask(causeway, clock)

    assert before.verdict is Verdict.HEALTHY
    assert after.verdict is Verdict.CHANGE_GUILTY
    assert after.guilty
    assert after.guilty.title == "prompt investigate: v3 9f2c41d0b7aa → v4 0d5e77a1c3b4"
    assert "input_tokens" in after.headline.text + after.summary[0].text
    assert after.remediation[0].text == "Set prompt investigate back to v3 9f2c41d0b7aa."
    day = causeway.ledger.spending(a_window(START_MIN, END_MIN), ["prompt"])
    cost = {row.keys[0][1]: row.usage.cost_usd / row.usage.calls for row in day}
    assert cost["investigate@4"] > 1.8 * cost["investigate@3"]


def test_a_worse_prompt_explains_a_fall_of_grounded_claims(
    causeway: Causeway, clock: Clock
) -> None:
    live(causeway, clock, grounded=lambda minute: 0.6 if minute >= 0 else 0.95)

    report = ask(causeway, clock)

    assert report.verdict is Verdict.CHANGE_GUILTY
    assert report.guilty
    assert report.guilty.title == "prompt investigate: v3 9f2c41d0b7aa → v4 0d5e77a1c3b4"
    fell = [a for a in report.anomalies if a.key.name == "causeway.quality.score"]
    assert fell
    assert all(a.direction is Direction.FELL for a in fell)


def test_a_prompt_that_changed_nothing_is_not_blamed(causeway: Causeway, clock: Clock) -> None:
    live(causeway, clock)

    assert ask(causeway, clock).verdict is Verdict.HEALTHY
