"""Asking a scripted model over real HTTP: a chain, two tools, a meter that only adds up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import LLMResult
from langchain_core.tools import BaseTool, tool

from assistant.domain.conversation import Event, EventKind
from assistant.domain.errors import NotFound
from assistant.domain.usage import Budget, Usage
from assistant.investigator.agent.asking import Outcome, Patience, ask_model
from assistant.investigator.agent.limits import Limits
from assistant.investigator.answer.schema import Explanation
from assistant.investigator.events import EventStream
from assistant.investigator.models import ModelChain, Models
from assistant.settings import ModelSettings
from benchmarks.scripted_model import Reply, ScriptedModel, calls
from tests.builders import at

ANSWER: dict[str, Any] = {
    "verdict": "no_change_guilty",
    "confidence": 0.8,
    "sentences": [
        {"text": "Traffic doubled.", "evidence": ["E1"]},
        {"text": 'checkout "waits" — a\nlot.', "evidence": ["E3"]},
    ],
}


NO_LIMIT = Budget()
A_TOKEN_USD = 1e-6


def explains(**changes: Any) -> Reply:
    """The typed answer, through the schema of a tool."""
    return calls("Explanation", ANSWER | changes)


def a_chain(
    *servers: ScriptedModel | str, tools: str = "yes", structured: str = "auto", **settings: Any
) -> ModelChain:
    """One model per server (or URL), called m1, m2, …"""
    table = {
        f"m{number}": ModelSettings.model_validate(
            {
                "model": f"m{number}",
                "base_url": server if isinstance(server, str) else server.url,
                "tools": tools,
                "structured": structured,
                **settings,
            }
        )
        for number, server in enumerate(servers, 1)
    }
    chain = Models(table, environment={}).for_step("investigate")
    assert chain is not None
    return chain


class AddingUp(BaseCallbackHandler):
    """What the calls so far used; failed ones count as calls."""

    run_inline = True

    def __init__(self) -> None:
        self.usage = Usage()

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        message = response.generations[0][0].message  # type: ignore[union-attr]
        used = getattr(message, "usage_metadata", None) or {}
        self.usage = replace(
            self.usage,
            calls=self.usage.calls + 1,
            cost_usd=self.usage.cost_usd + A_TOKEN_USD * used.get("total_tokens", 0),
            input_tokens=self.usage.input_tokens + used.get("input_tokens", 0),
            output_tokens=self.usage.output_tokens + used.get("output_tokens", 0),
        )

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.usage = replace(self.usage, calls=self.usage.calls + 1, failed=self.usage.failed + 1)


@tool(response_format="content_and_artifact")
def series(service: str) -> tuple[str, dict[str, Any]]:
    """The series of a service."""
    if service == "nowhere":
        raise NotFound("No series of nowhere.", hint="Ask for checkout.")
    return f"{service}: cpu 0.4 → 0.9", {"total": 1, "shown": 1, "evidence": ["E9"]}


@tool
def changes(service: str) -> str:
    """What changed in a service."""
    if service == "broken":
        raise RuntimeError("a bug")
    return f"nothing changed in {service} " + "x" * 400


@dataclass
class Asked:
    """What came of it, and everything that was heard meanwhile."""

    outcome: Outcome[Explanation]
    events: list[Event] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    def heard(self, kind: EventKind) -> list[str]:
        return [event.text for event in self.events if event.kind is kind]


def ask(
    chain: ModelChain,
    budget: Budget = NO_LIMIT,
    *,
    tools: Sequence[BaseTool] = (series, changes),
    user: str = "The evidence pack.",
    sink: Callable[[Event], None] = lambda event: None,
    meanwhile: Callable[[Limits], None] = lambda limits: None,
) -> Asked:
    meter = AddingUp()
    events: list[Event] = []

    def heard(event: Event) -> None:
        events.append(event)
        sink(event)

    limits = Limits(budget, lambda: meter.usage, lambda _, r, w: A_TOKEN_USD * (r + w))
    meanwhile(limits)
    outcome = ask_model(
        chain,
        "You explain incidents.",
        user,
        tools,
        Explanation,
        limits=limits,
        callbacks=[meter],
        emit=EventStream(heard, at),
        patience=Patience(retries=2, first_delay_s=0.01),
    )
    return Asked(outcome, events, meter.usage)
