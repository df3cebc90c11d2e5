"""Every attempt at a call leaves a row, a span and metrics; over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.usage import CallContext, PromptRef
from assistant.llmops.instruments import Content, Instruments
from assistant.llmops.meter import Meter
from assistant.llmops.prices import Prices
from assistant.settings import ModelSettings
from benchmarks.scripted_model.reply import Reply
from benchmarks.scripted_model.server import ScriptedModel
from retrievers.memory import MemoryLedger
from tests.builders import a_window, at
from tests.llmops.observed import Observed

PROMPT = PromptRef("investigate", "3", "0a1b2c3d4e5f")
CONTEXT = CallContext("investigate", "r-1", "k-1", "ada", "cli", PROMPT)
PRICED = ModelSettings(model="scripted", input_usd=1.0, output_usd=10.0, cache_read_usd=0.1)

MakeMeter = Callable[..., Meter]


@pytest.fixture
def observed() -> Iterator[Observed]:
    kept = Observed()
    yield kept
    kept.close()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def make_meter(observed: Observed, ledger: MemoryLedger) -> MakeMeter:
    def make(content: Content = Content.NO_CONTENT, **changes: Any) -> Meter:
        instruments = Instruments(
            observed.telemetry, redactor=RuleRedactor(b"k" * 32), content=content
        )
        values: dict[str, Any] = {"ledger": ledger, "prices": Prices([PRICED])} | changes
        return Meter(context=CONTEXT, clock=at, instruments=instruments, **values)

    return make


def chat(server: ScriptedModel, *callbacks: BaseCallbackHandler) -> ChatOpenAI:
    return ChatOpenAI(
        model="scripted",
        base_url=server.url,
        api_key=SecretStr("none"),
        max_retries=0,
        stream_usage=True,
        timeout=5,
        callbacks=list(callbacks),
        default_headers={"Connection": "close"},
    )


def test_a_call_is_a_row_with_its_own_tokens_and_price(
    make_meter: MakeMeter, ledger: MemoryLedger
) -> None:
    meter = make_meter()
    reply = Reply("fine", prompt_tokens=100, completion_tokens=20, cached_tokens=40)
    with ScriptedModel([reply]) as server:
        chat(server, meter).invoke("how are you?")

    [call] = ledger.calls(a_window())
    assert call.context == CONTEXT
    assert (call.model, call.provider, call.outcome, call.attempt) == (
        "scripted",
        "openai",
        "ok",
        1,
    )
    assert (call.input_tokens, call.output_tokens, call.cache_read_tokens) == (100, 20, 40)
    assert call.cost_usd == pytest.approx((60 * 1 + 40 * 0.1 + 20 * 10) / 1e6)
    assert call.first_chunk_s is None
    assert not call.estimated
    assert meter.usage.tokens == 120
