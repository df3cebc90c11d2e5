"""A real model's calls are limited and metered like a scripted one's. Whether it is right is not
asserted: it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assistant.domain.usage import Budget, CallContext
from assistant.domain.window import TimeWindow
from assistant.investigator.agent.asking import Outcome, ask_model
from assistant.investigator.agent.limits import Limits
from assistant.investigator.answer.schema import Explanation
from assistant.investigator.events import EventStream
from assistant.investigator.models import Models
from assistant.llmops.meter import Meter
from assistant.llmops.prices import Prices
from assistant.settings import ModelSettings
from retrievers.memory.ledger import MemoryLedger
from tests.builders import NOON

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

SETTINGS: dict[str, Any] = {
    "model": "smollm2",
    "tools": "no",
    "timeout_s": 200,
    "input_usd": 1,
    "output_usd": 4,
}


class Asked:
    """One question to the small model with a meter of its own."""

    def __init__(self, url: str, budget: Budget) -> None:
        settings = ModelSettings(base_url=url, max_output_tokens=150, **SETTINGS)
        chain = Models({"small": settings}).for_step("investigate")
        assert chain
        self.ledger = MemoryLedger()
        self.meter = Meter(
            self.ledger, CallContext(step="investigate"), Prices([settings]), lambda: NOON
        )
        self.outcome: Outcome[Explanation] = ask_model(
            chain,
            "Explain the incident.",
            "E1 checkout: errors rose at 12:00. Deployment D1 of checkout at 11:58.",
            [],
            Explanation,
            limits=Limits(budget, lambda: self.meter.usage),
            callbacks=[self.meter],
            emit=EventStream(lambda event: None, lambda: NOON),
        )


def test_every_call_is_in_the_ledger_with_what_the_server_counted(small_model: str) -> None:
    asked = Asked(small_model, Budget(calls=2))
    calls = asked.meter.calls
    assert calls == tuple(asked.ledger.calls(TimeWindow(NOON, NOON + timedelta(seconds=1))))
    assert 1 <= len(calls) <= 2
    assert all(call.input_tokens > 20 and not call.estimated for call in calls)
    assert any(call.first_chunk_s is not None and call.output_tokens > 0 for call in calls)
    usage = asked.meter.usage
    assert usage.cost_usd == pytest.approx((usage.input_tokens + 4 * usage.output_tokens) / 1e6)
    # Either an answer of the right form, or the reason why there is none.
    assert asked.outcome.parsed or asked.outcome.ended


def test_a_budget_that_is_too_small_stops_before_the_call(small_model: str) -> None:
    asked = Asked(small_model, Budget(tokens=50))
    assert asked.meter.calls == ()
    assert asked.outcome.parsed is None
    assert "50 tokens" in asked.outcome.ended


def test_a_call_that_takes_too_long_is_given_up(small_model: str) -> None:
    asked = Asked(small_model, Budget(seconds=0.2))
    assert asked.outcome.parsed is None
    assert "0.2 s" in asked.outcome.ended
