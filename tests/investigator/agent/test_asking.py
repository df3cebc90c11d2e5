"""The agent over real HTTP: every way in which a model or its provider may behave, how many
requests it takes, and what the caller gets."""

from __future__ import annotations

import threading

import pytest

from assistant.domain.conversation import Event, EventKind
from assistant.domain.usage import Budget
from assistant.investigator.agent.limits import Limits
from assistant.investigator.models import ModelChain
from benchmarks.scripted_model import (
    GARBAGE,
    Reply,
    ScriptedModel,
    ToolUse,
    answers,
    calls,
    fails,
    says,
)
from tests.investigator.asking import ANSWER, a_chain, ask, explains

AGAIN = "it asked the same again and again, or for tools that do not exist"


def test_three_tools_and_an_answer() -> None:
    script = [
        Reply(tools=(ToolUse("series", {"service": "a"}), ToolUse("changes", {"service": "a"}))),
        calls("series", {"service": "b"}),
        explains(),
    ]
    with ScriptedModel(script) as model:
        asked = ask(a_chain(model))
        assert len(model.requests) == 3
    outcome = asked.outcome
    assert outcome.ended == ""
    assert outcome.parsed is not None
    assert outcome.parsed.headline.text == "Traffic doubled."
    assert outcome.tools == ("series", "changes", "series")
    assert outcome.model == "m1"
    assert [event.number for event in asked.events] == list(range(1, len(asked.events) + 1))
    assert asked.heard(EventKind.TOOL) == ["series", "changes", "series"]
    # Tools of one turn run beside each other: whichever is first is told first.
    results = {e.data["tool"]: e for e in asked.events if e.kind is EventKind.RESULT}
    assert results["series"].data == {"tool": "series", "total": 1, "shown": 1, "evidence": ["E9"]}
    assert len(results["changes"].text) == 160
    # What a person reads while the answer is written, out of its JSON.
    assert "".join(asked.heard(EventKind.TOKEN)) == 'Traffic doubled. checkout "waits" — a lot.'
    assert asked.usage.calls == 3


def test_no_tools_at_all_is_one_request() -> None:
    with ScriptedModel([explains()]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is not None
    assert asked.outcome.tools == ()


@pytest.mark.parametrize("structured", ["json_schema", "prompt"])
def test_a_model_without_tools_answers_in_json(structured: str) -> None:
    with ScriptedModel([answers(ANSWER)]) as model:
        asked = ask(a_chain(model, tools="no", structured=structured), Budget(calls=1))
        body = model.bodies[0]
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == ""
    assert "tools" not in body
    assert ("response_format" in body) == (structured == "json_schema")
    assert ("JSON schema" in body["messages"][0]["content"]) == (structured == "prompt")


def test_a_schema_holds_the_answer_only_where_there_are_no_tools() -> None:
    script = [calls("series", {"service": "a"}), answers(ANSWER)]
    with ScriptedModel(script) as model:
        asked = ask(a_chain(model, structured="json_schema"), Budget(calls=2))
        first, last = model.bodies
    assert [tool["function"]["name"] for tool in first["tools"]] == [
        "series",
        "changes",
        "Explanation",
    ]
    assert "response_format" not in first
    assert "tools" not in last
    assert last["response_format"]["json_schema"]["name"] == "Explanation"
    assert last["max_tokens"] == 4096
    assert asked.outcome.parsed is not None


def test_a_refused_key_is_not_tried_again() -> None:
    with ScriptedModel([fails(401, "Incorrect API key provided: sk-secret")]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is None
    assert asked.outcome.ended == "m1: the key is refused (401)"
    assert asked.usage.failed == 1


def test_a_rate_limit_is_waited_out() -> None:
    with ScriptedModel([fails(429, retry_after_s=0.05), explains()]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == ""


def test_a_wait_that_is_too_long_goes_to_the_next_model_at_once() -> None:
    with (
        ScriptedModel([fails(429, retry_after_s=3600)]) as first,
        ScriptedModel([explains()]) as second,
    ):
        asked = ask(a_chain(first, second))
    assert asked.outcome.parsed is not None
    assert asked.outcome.model == "m2"


def test_errors_of_the_server_are_retried_then_the_fallback_answers() -> None:
    with ScriptedModel([fails(500)] * 3) as first, ScriptedModel([explains()]) as second:
        asked = ask(a_chain(first, second))
    assert asked.outcome.parsed is not None
    assert asked.outcome.model == "m2"


def test_when_every_model_fails_each_says_why() -> None:
    with ScriptedModel([fails(503)] * 3) as first, ScriptedModel([fails(403)]) as second:
        asked = ask(a_chain(first, second))
    assert asked.outcome.parsed is None
    assert asked.outcome.ended == (
        "m1: the server failed (503) (3 attempts); m2: the key may not use this model (403)"
    )


def test_a_server_that_is_not_there() -> None:
    asked = ask(a_chain("http://127.0.0.1:9/v1"))
    assert asked.outcome.ended == (
        "m1: http://127.0.0.1:9/v1 cannot be reached, or broke the connection off (3 attempts)"
    )


def test_a_model_without_a_key_says_what_to_set() -> None:
    asked = ask(a_chain("", base_url=""))
    assert asked.outcome.parsed is None
    assert "has no key" in asked.outcome.ended
    assert "OPENAI_API_KEY" in asked.outcome.ended


def test_a_time_out_is_retried() -> None:
    with ScriptedModel([Reply(delay_s=5), explains()]) as model:
        asked = ask(a_chain(model, timeout_s=0.3), Budget(seconds=60))
    assert asked.outcome.parsed is not None


@pytest.mark.parametrize("broken", [GARBAGE, Reply(text="Hello there, friend", cut_after=2)])
def test_a_broken_body_is_asked_for_again(broken: Reply) -> None:
    with ScriptedModel([broken, explains()]) as model:
        asked = ask(a_chain(model))
        assert len(model.requests) == 2
    assert asked.outcome.parsed is not None


def test_what_is_said_again_stands_on_a_line_of_its_own() -> None:
    cut = Reply(text='{"sentences": [{"text": "All is', finish="length")
    with ScriptedModel([cut, explains()]) as model:
        asked = ask(a_chain(model))
    said = "".join(asked.heard(EventKind.TOKEN)).split("\n")
    assert said == ["All is", 'Traffic doubled. checkout "waits" — a lot.']


def test_prose_is_sent_back_once() -> None:
    with ScriptedModel([says("It was the database."), explains()]) as model:
        asked = ask(a_chain(model))
        assert "That is no answer yet" in model.bodies[1]["messages"][-1]["content"]
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == ""


def test_prose_twice_ends_without_an_answer() -> None:
    with ScriptedModel([says("It was the database.")] * 2) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is None
    assert asked.outcome.ended == (
        "the answer could not be used, twice: it is not in the form asked for"
    )


def test_json_in_prose_is_good_enough() -> None:
    text = 'Sure:\n```json\n{"verdict": "healthy", "sentences": ["All quiet [E1]."],}\n```'
    with ScriptedModel([says(text)]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is not None
    assert asked.outcome.parsed.headline.evidence == ["E1"]


def test_an_answer_that_contradicts_itself_is_sent_back_once() -> None:
    with ScriptedModel([explains(guilty="abc"), explains()]) as model:
        asked = ask(a_chain(model))
        assert "guilty names a change" in model.bodies[1]["messages"][-1]["content"]
        assert len(model.requests) == 2
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == ""


def test_one_that_stays_wrong_ends_after_the_second() -> None:
    with ScriptedModel([explains(verdict="maybe")] * 2) as model:
        asked = ask(a_chain(model))
        assert len(model.requests) == 2
    assert asked.outcome.parsed is None
    assert "verdict: " in asked.outcome.ended


def test_arguments_that_are_no_json_are_sent_back() -> None:
    with ScriptedModel([calls("Explanation", '{"verdict": "healthy", "sen'), explains()]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == ""


def test_a_cut_off_answer_is_sent_back_and_its_part_kept() -> None:
    cut = Reply(
        tools=(ToolUse("Explanation", '{"verdict": "healthy", "sentences": [{"text": "All q'),),
        finish="length",
    )
    with ScriptedModel([cut, explains()]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.ended == ""
    with ScriptedModel([cut, cut]) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is not None
    assert "cut off" in asked.outcome.ended


def test_the_same_question_is_not_asked_twice() -> None:
    with ScriptedModel([*[calls("series", {"service": "a"})] * 4, explains()]) as model:
        asked = ask(a_chain(model))
        notes = [body["messages"][-1]["content"] for body in model.bodies[1:]]
        assert [note.startswith("Asked before") for note in notes] == [False, True, True, False]
        assert "No further tool call is possible" in notes[-1]
        assert [tool["function"]["name"] for tool in model.bodies[-1]["tools"]] == ["Explanation"]
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == AGAIN


def test_the_call_for_the_answer_is_retried_like_any_other() -> None:
    script = [*[calls("series", {"service": "a"})] * 4, fails(500), explains()]
    with ScriptedModel(script) as model:
        asked = ask(a_chain(model))
    assert asked.outcome.parsed is not None


def test_one_that_asks_for_tools_whatever_it_is_told_is_ended() -> None:
    with ScriptedModel(policy=lambda body: calls("series", {"service": "a"})) as model:
        asked = ask(a_chain(model))
        assert len(model.requests) == 5
    assert asked.outcome.parsed is None
    assert asked.outcome.ended == AGAIN
    with ScriptedModel(policy=lambda body: calls("rm_rf", {"n": len(body["messages"])})) as model:
        asked = ask(a_chain(model), tools=())
        assert len(model.requests) == 2
    assert asked.outcome.ended == AGAIN


def test_tools_that_fail_tell_the_model() -> None:
    uses = tuple(
        ToolUse(name, {"service": service})
        for name, service in (("series", "nowhere"), ("changes", "broken"), ("rm_rf", "a"))
    )
    with ScriptedModel([Reply(tools=uses), explains()]) as model:
        asked = ask(a_chain(model))
        told = [m["content"] for m in model.bodies[1]["messages"] if m["role"] == "tool"]
    assert told[0] == "No series of nowhere. Ask for checkout."
    assert told[1] == "It failed for a reason of its own; go on without it."
    assert told[2] == "There is no tool 'rm_rf'."
    assert asked.outcome.parsed is not None


def test_old_results_leave_the_prompt_and_may_be_asked_for_again() -> None:
    script = [
        *(calls("changes", {"service": f"{n} {'long name ' * 700}"}) for n in range(5)),
        calls("changes", {"service": f"0 {'long name ' * 700}"}),
        explains(),
    ]
    with ScriptedModel(script) as model:
        ask(a_chain(model))
        before, after = (
            [m["content"] for m in model.bodies[n]["messages"] if m["role"] == "tool"]
            for n in (5, 6)
        )
    assert before[0] == before[1] == "(left out to save room; ask again if it is needed)"
    assert before[2].startswith("nothing changed in 2")
    assert after[-1].startswith("nothing changed in 0")


def _wanders(body: dict) -> Reply:  # type: ignore[type-arg]
    """Asks something new each time, until nothing but the answer is offered."""
    if len(body["tools"]) == 1:
        return explains()
    return calls("series", {"service": f"s{len(body['messages'])}"})


@pytest.mark.parametrize(
    ("budget", "ended"),
    [
        (Budget(calls=3), "the limit of 3 calls was near"),
        (Budget(tokens=6_000), "the limit of 6,000 tokens was near"),
        (Budget(usd=0.006), "the limit of $0.006 was near"),
    ],
)
def test_near_a_limit_the_model_is_asked_for_its_answer(budget: Budget, ended: str) -> None:
    with ScriptedModel(policy=_wanders) as model:
        asked = ask(a_chain(model), budget)
        assert len(model.requests) == asked.usage.calls
    assert asked.outcome.parsed is not None
    assert asked.outcome.ended == ended
    assert asked.usage.calls == (budget.calls or 5)
    assert asked.usage.tokens <= (budget.tokens or 6_000)


@pytest.mark.parametrize(
    ("budget", "ended"),
    [
        (Budget(calls=0), "the limit of 0 calls was reached"),
        (Budget(tokens=900), "the limit of 900 tokens was reached"),
        (Budget(usd=1e-4), "the limit of $0.0001 was reached"),
        (Budget(seconds=0), "the limit of 0 s was reached"),
    ],
)
def test_no_call_is_made_that_does_not_fit(budget: Budget, ended: str) -> None:
    with ScriptedModel([]) as model:
        asked = ask(a_chain(model), budget)
    assert asked.outcome.parsed is None
    assert asked.outcome.ended == ended


@pytest.mark.parametrize(
    "slow", [Reply(delay_s=30), Reply(text="so slow " * 200, pause_s=0.05)], ids=["mute", "drips"]
)
def test_the_last_second_ends_a_call_that_hangs(slow: Reply) -> None:
    with ScriptedModel(policy=lambda body: slow) as model:
        asked = ask(a_chain(model), Budget(seconds=0.5))
    assert asked.outcome.ended == "the limit of 0.5 s was reached"


def test_a_stop_from_elsewhere_ends_a_call_that_hangs() -> None:
    def stop_soon(limits: Limits) -> None:
        threading.Timer(0.2, limits.stop, ["it was stopped"]).start()

    with ScriptedModel(policy=lambda body: Reply(delay_s=30)) as model:
        asked = ask(a_chain(model), meanwhile=stop_soon)
    assert asked.outcome.ended == "it was stopped"


def test_control_c_ends_the_run_not_the_caller() -> None:
    def interrupt(event: Event) -> None:
        if event.kind is EventKind.TOOL:
            raise KeyboardInterrupt

    with ScriptedModel(policy=_wanders) as model:
        asked = ask(a_chain(model), sink=interrupt)
    assert asked.outcome.parsed is None
    assert asked.outcome.ended == "it was interrupted"
    assert asked.outcome.tools == ("series",)


class WantsNoMore(Exception):
    """What a channel raises whose reader has left."""


def test_a_listener_that_wants_no_more_ends_the_run() -> None:
    def leave(event: Event) -> None:
        raise WantsNoMore

    with ScriptedModel(policy=_wanders) as model:
        with pytest.raises(WantsNoMore):
            ask(a_chain(model), sink=leave)
        assert len(model.requests) <= 2


def test_a_fallback_without_tools_reads_what_they_found() -> None:
    with (
        ScriptedModel([calls("series", {"service": "a"}), fails(401)]) as first,
        ScriptedModel([answers(ANSWER)]) as second,
    ):
        chain = ModelChain((*a_chain(first).models, *a_chain(second, tools="no").models))
        asked = ask(chain)
        sent = second.bodies[0]
    assert asked.outcome.parsed is not None
    assert "tools" not in sent
    assert [m["role"] for m in sent["messages"]] == ["system", "user", "user"]
    assert sent["messages"][2]["content"] == "series answered:\na: cpu 0.4 → 0.9"
