"""Every attempt at a call leaves a row, a span and metrics; over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.changes import ConfigChange
from assistant.domain.usage import CallContext, ModelCall, PromptRef
from assistant.investigator.models import Models
from assistant.llmops.changed import ChangeWatch
from assistant.llmops.instruments import Content, Instruments
from assistant.llmops.meter import Meter
from assistant.llmops.prices import Prices
from assistant.llmops.tokens import count
from assistant.settings import ModelSettings
from assistant.work.bookkeeping import Bookkeeper
from benchmarks.scripted_model.reply import Reply, calls, fails, says
from benchmarks.scripted_model.server import ScriptedModel
from retrievers.memory import MemoryChangeLog, MemoryLedger
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
        values: dict[str, Any] = {"ledger": ledger, "prices": Prices([PRICED]), "clock": at}
        return Meter(context=CONTEXT, instruments=instruments, **values | changes)

    return make


def told_to(meter: Meter) -> RunnableConfig:
    return {"callbacks": [meter]}


def chat(server: ScriptedModel, model: str = "scripted") -> BaseChatModel:
    settings = ModelSettings(model=model, base_url=server.url, timeout_s=5)
    return Models({"m": settings}, environment={}).named("m").chat


def test_a_call_is_a_row_with_its_own_tokens_and_price(
    make_meter: MakeMeter, ledger: MemoryLedger
) -> None:
    meter = make_meter()
    reply = Reply("fine", prompt_tokens=100, completion_tokens=20, cached_tokens=40)
    with ScriptedModel([reply]) as server:
        chat(server).invoke("how are you?", told_to(meter))

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


def test_a_refused_attempt_and_the_next_one_are_two_rows(
    make_meter: MakeMeter, ledger: MemoryLedger, observed: Observed
) -> None:
    meter = make_meter()
    with ScriptedModel([fails(429), fails(503), says("fine")]) as server:
        patient = chat(server).with_retry(stop_after_attempt=3, wait_exponential_jitter=False)
        patient.invoke("how are you?", told_to(meter))
    with ScriptedModel([says("fine")]) as server:
        chat(server).invoke("how are you?", told_to(meter))

    told = [(call.attempt, call.outcome) for call in meter.calls]
    assert told == [(1, "rate_limited"), (2, "http_503"), (3, "ok"), (1, "ok")]
    refused = meter.calls[0]
    assert (refused.input_tokens, refused.cost_usd, refused.estimated) == (0, 0.0, False)
    assert (meter.usage.calls, meter.usage.failed) == (4, 2)
    assert len(ledger.calls(a_window())) == 4
    failed = observed.spans[0]
    assert dict(failed.attributes or {})["error.type"] == "rate_limited"
    assert not failed.status.is_ok


def test_a_fallback_is_the_next_attempt_of_another_model(make_meter: MakeMeter) -> None:
    meter = make_meter()
    with ScriptedModel([fails(500)]) as first, ScriptedModel([says("fine")]) as second:
        both = chat(first).with_fallbacks([chat(second, "other")])
        both.invoke("how are you?", told_to(meter))

    told = [(call.model, call.attempt, call.outcome) for call in meter.calls]
    assert told == [("scripted", 1, "http_500"), ("other", 2, "ok")]


def test_a_stream_has_a_first_chunk_and_the_usage_of_its_end(
    make_meter: MakeMeter, observed: Observed
) -> None:
    meter = make_meter()
    reply = Reply("one two three", pieces=("one ", "two ", "three"), completion_tokens=3)
    with ScriptedModel([reply]) as server:
        list(chat(server).stream("count", told_to(meter)))

    [call] = meter.calls
    assert call.first_chunk_s is not None
    assert 0 < call.first_chunk_s <= call.seconds
    assert (call.output_tokens, call.estimated) == (3, False)
    attributes = dict(observed.span("chat scripted").attributes or {})
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.response.time_to_first_chunk"] == call.first_chunk_s
    points = observed.points()
    assert points["gen_ai.client.inference.time_to_first_chunk"][0].count == 1
    assert points["gen_ai.client.inference.time_per_output_chunk"][0].count >= 2


def test_a_stream_that_breaks_is_counted_as_far_as_it_came(make_meter: MakeMeter) -> None:
    meter = make_meter()
    text = "The first words arrived, the others did not."
    reply = Reply(text, pieces=(text[:24], text[24:]), cut_after=2)
    with (
        ScriptedModel([reply]) as server,
        pytest.raises(Exception),  # noqa: B017, PT011  whatever the client makes of it
    ):
        list(chat(server).stream("tell me", told_to(meter)))

    [call] = meter.calls
    assert (call.outcome, call.estimated) == ("connection", True)
    assert call.input_tokens > 0
    assert call.output_tokens == count(text[:24])
    assert call.cost_usd, "what had arrived may be charged"


def test_usage_that_the_server_does_not_tell_is_counted_here_and_marked(
    make_meter: MakeMeter,
) -> None:
    meter = make_meter()
    with ScriptedModel([Reply("seven words are a very short answer", tells_usage=False)]) as server:
        chat(server).invoke("how are you?", told_to(meter))

    [call] = meter.calls
    assert call.estimated
    assert call.output_tokens == count("seven words are a very short answer")
    assert call.input_tokens > count("how are you?")


def test_an_unknown_price_is_never_nothing(make_meter: MakeMeter) -> None:
    meter = make_meter(prices=Prices())
    with ScriptedModel([says("fine")]) as server:
        chat(server).invoke("how are you?", told_to(meter))

    assert meter.calls[0].cost_usd is None
    assert (meter.usage.cost_usd, meter.usage.unpriced) == (0.0, 1)


def test_steps_add_to_one_usage(make_meter: MakeMeter) -> None:
    meter = make_meter()
    repair = meter.with_step("repair", PromptRef("repair", "1", "ff"))
    with ScriptedModel([says("fine"), says("better")]) as server:
        chat(server).invoke("how are you?", told_to(meter))
        chat(server).invoke("and now?", told_to(repair))

    assert [call.context.step for call in meter.calls] == ["investigate", "repair"]
    assert repair.usage == meter.usage
    assert meter.calls[1].context.investigation == "r-1"


class BrokenLedger(MemoryLedger):
    def record(self, call: ModelCall) -> None:
        raise OSError("the disk is gone")


def test_a_ledger_that_fails_is_counted_and_ends_nothing(
    make_meter: MakeMeter, observed: Observed, caplog: pytest.LogCaptureFixture
) -> None:
    meter = make_meter(ledger=BrokenLedger())
    with ScriptedModel([says("fine")]) as server:
        assert chat(server).invoke("how are you?", told_to(meter)).text == "fine"

    assert (meter.usage.calls, meter.unrecorded) == (1, 1)
    assert "could not be recorded" in caplog.text
    assert observed.points()["causeway.ledger.failures"][0].value == 1


@tool
def changes(service: str) -> str:
    """What changed."""
    return f"nothing changed in {service}"


def test_tools_and_calls_are_children_of_the_agent(
    make_meter: MakeMeter, observed: Observed
) -> None:
    meter = make_meter()
    script = [calls("changes", {"service": "cart"}), says("nothing")]
    with ScriptedModel(script) as server, meter.agent("investigator"):
        agent = create_agent(chat(server), [changes])
        agent.invoke({"messages": [{"role": "user", "content": "why?"}]}, told_to(meter))

    agent_span = observed.span("invoke_agent investigator")
    tool_span = observed.span("execute_tool changes")
    children = [span for span in observed.spans if span is not agent_span]
    assert sorted(span.name for span in children) == [
        "chat scripted",
        "chat scripted",
        "execute_tool changes",
    ]
    for span in children:
        assert span.parent
        assert span.parent.span_id == agent_span.context.span_id
    assert dict(tool_span.attributes or {})["gen_ai.tool.name"] == "changes"
    points = observed.points()
    assert points["gen_ai.invoke_agent.inference_calls"][0].sum == 2
    assert points["gen_ai.invoke_agent.tool_calls"][0].sum == 1
    assert points["gen_ai.execute_tool.duration"][0].count == 1


def test_a_call_that_nobody_waits_for_any_more_is_counted(make_meter: MakeMeter) -> None:
    meter = make_meter()
    step = meter.with_step("repair", PROMPT)
    run, told = uuid4(), {"ls_model_name": "scripted", "ls_provider": "openai"}
    with meter.agent("investigator"):
        step.on_chat_model_start({}, [[HumanMessage("why?")]], run_id=run, metadata=told)
    step.on_llm_error(ConnectionError(), run_id=run)  # much later, in a forgotten thread

    [call] = meter.calls
    assert (call.outcome, call.estimated, call.context.step) == ("timeout", True, "repair")
    assert call.input_tokens > 0


SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


@pytest.mark.parametrize("content", Content)
def test_content_is_captured_where_it_is_asked_for_and_redacted(
    make_meter: MakeMeter, observed: Observed, content: Content
) -> None:
    meter = make_meter(content)
    with ScriptedModel([says(f"the key is {SECRET}")]) as server:
        chat(server).invoke(f"is {SECRET} a key?", told_to(meter))

    in_span = dict(observed.span("chat scripted").attributes or {})
    in_event = [dict(event.attributes) for event in observed.events]
    assert ("gen_ai.input.messages" in in_span) is content.in_span
    assert bool(in_event) is content.in_event
    for told in [in_span, *in_event]:
        assert SECRET not in str(told)
    if content.in_event:
        assert observed.events[0].event_name == "gen_ai.client.inference.operation.details"
        assert "the key is" in in_event[0]["gen_ai.output.messages"]


def test_a_new_prompt_and_another_model_are_recorded_as_changes(
    make_meter: MakeMeter, ledger: MemoryLedger
) -> None:
    log, fail = MemoryChangeLog(), partial(pytest.fail, "a call was not recorded")
    newer = PromptRef("investigate", "4", "4d4d4d4d4d4d")
    with ScriptedModel([says("a"), says("b"), says("c"), says("d")]) as server:
        for minute, prompt, name in (
            (-4, PROMPT, "scripted"),
            (-3, PROMPT, "scripted"),
            (-2, newer, "scripted"),
            (-1, newer, "larger"),
        ):
            books = Bookkeeper(ledger, ChangeWatch(ledger, log), fail)  # as after a restart
            meter = make_meter(ledger=books, clock=partial(at, minute))
            told = told_to(meter.with_step("investigate", prompt))
            chat(server, name).invoke("how are you?", told)
            books.close()

    assert [(c.service, c.key, c.before, c.after) for c in config_changes(log)] == [
        ("causeway", "model of investigate", "scripted", "larger"),
        ("causeway", "prompt investigate", "v3 0a1b2c3d4e5f", "v4 4d4d4d4d4d4d"),
    ]


def config_changes(log: MemoryChangeLog) -> list[ConfigChange]:
    found = [change for change in log.changes(a_window()) if isinstance(change, ConfigChange)]
    return sorted(found, key=lambda change: change.key)
