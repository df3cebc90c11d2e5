"""The scripted model, seen through the clients that talk to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest

from benchmarks.scripted_model import (
    GARBAGE,
    Reply,
    ScriptedModel,
    ToolUse,
    answers,
    calls,
    fails,
    prompt_parts,
    says,
)

ASKED: list[Any] = [{"role": "user", "content": "Why is checkout slow?"}]
TOOL: Any = {
    "type": "function",
    "function": {"name": "changes", "parameters": {"type": "object", "properties": {}}},
}


@pytest.fixture(scope="module")
def http() -> Iterator[openai.DefaultHttpxClient]:
    with openai.DefaultHttpxClient(trust_env=False) as client:
        yield client


def client_of(
    model: ScriptedModel, http: openai.DefaultHttpxClient, key: str = "sk-test"
) -> openai.OpenAI:
    return openai.OpenAI(base_url=model.url, api_key=key, max_retries=0, http_client=http)


def test_a_script_is_answered_line_by_line_with_counted_usage(
    http: openai.DefaultHttpxClient,
) -> None:
    with ScriptedModel(["The deploy did it.", calls("changes", {"n": 3})]) as model:
        client = client_of(model, http)
        first = client.chat.completions.create(model="m", messages=ASKED)
        second = client.chat.completions.create(model="m", messages=ASKED, tools=[TOOL])

    assert first.choices[0].message.content == "The deploy did it."
    assert first.choices[0].finish_reason == "stop"
    assert first.usage
    assert first.usage.prompt_tokens == 4 + 5  # around a message, and its words
    assert first.usage.completion_tokens == 5
    assert second.choices[0].finish_reason == "tool_calls"
    (use,) = second.choices[0].message.tool_calls or []
    assert use.type == "function"
    assert (use.function.name, json.loads(use.function.arguments)) == ("changes", {"n": 3})
    assert second.usage
    assert second.usage.prompt_tokens > first.usage.prompt_tokens  # the tool's schema is read too
    assert model.bodies[0]["messages"] == ASKED
    assert model.requests[0].headers["authorization"] == "Bearer sk-test"


def test_an_answer_streams_in_pieces_and_tells_usage_when_asked(
    http: openai.DefaultHttpxClient,
) -> None:
    reply = Reply(
        text="Pool exhausted after the deploy.",
        tools=(ToolUse("changes", {"service": "checkout"}),),
        cached_tokens=3,
        reasoning_tokens=20,
    )
    with ScriptedModel(policy=lambda request: reply) as model:
        stream = client_of(model, http).chat.completions.create(
            model="m", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
        bare = client_of(model, http).chat.completions.create(
            model="m", messages=ASKED, stream=True
        )
        assert all(chunk.usage is None for chunk in bare)

    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    texts = [delta.content for delta in deltas if delta.content]
    assert len(texts) > 1
    assert "".join(texts) == reply.text
    pieces = [use for delta in deltas for use in delta.tool_calls or ()]
    assert len(pieces) == 3
    arguments = "".join((use.function and use.function.arguments) or "" for use in pieces)
    assert json.loads(arguments) == {"service": "checkout"}
    told = chunks[-1].usage
    assert told
    assert told.prompt_tokens_details
    assert told.prompt_tokens_details.cached_tokens == 3
    assert told.completion_tokens_details
    assert told.completion_tokens_details.reasoning_tokens == 20


def test_every_failure_reaches_the_client_as_itself(http: openai.DefaultHttpxClient) -> None:
    script = [
        fails(429, retry_after_s=2),
        fails(500),
        fails(401, code="invalid_api_key"),
        Reply(text="much too late", delay_s=5),
        GARBAGE,
        Reply(text="cut off half way", cut_after=20),
        Reply(text="cut off in the mid of a stream", cut_after=2),
        Reply(text="The", finish="length"),
    ]
    with ScriptedModel(script) as model:
        create: Any = client_of(model, http).chat.completions.create
        with pytest.raises(openai.RateLimitError) as limited:
            create(model="m", messages=ASKED)
        assert limited.value.response.headers["retry-after"] == "2"
        with pytest.raises(openai.InternalServerError, match="scripted failure 500"):
            create(model="m", messages=ASKED)
        with pytest.raises(openai.AuthenticationError):
            create(model="m", messages=ASKED)
        with pytest.raises(openai.APITimeoutError):
            create(model="m", messages=ASKED, timeout=0.1)
        with pytest.raises((openai.APIError, ValueError)):
            create(model="m", messages=ASKED)
        with pytest.raises(openai.APIConnectionError):
            create(model="m", messages=ASKED)
        with pytest.raises(openai.APIConnectionError):
            list(create(model="m", messages=ASKED, stream=True))
        assert create(model="m", messages=ASKED).choices[0].finish_reason == "length"


def test_lines_that_nobody_asked_for_fail_at_the_exit() -> None:
    with (
        pytest.raises(AssertionError, match="1 lines of the script were not asked for"),
        ScriptedModel(["never said"]),
    ):
        pass


def test_a_request_beyond_the_script_fails_at_the_exit(http: openai.DefaultHttpxClient) -> None:
    with (
        pytest.raises(AssertionError, match="call 1 is beyond the script"),
        ScriptedModel([]) as model,
        pytest.raises(openai.BadRequestError, match="no more lines"),
    ):
        client_of(model, http).chat.completions.create(model="m", messages=ASKED)


def test_the_failure_of_a_test_keeps_its_own_message() -> None:
    with (
        pytest.raises(ValueError, match="the test's own") as failed,
        ScriptedModel(["never said"]),
    ):
        raise ValueError("the test's own")
    assert "not asked for" in failed.value.__notes__[0]


def test_a_policy_answers_several_at_once(http: openai.DefaultHttpxClient) -> None:
    def echo(request: dict[str, Any]) -> Reply:
        return says(request["messages"][-1]["content"])

    with ScriptedModel(policy=echo, models=["small"], api_key="k") as model:
        client = client_of(model, http, key="k")

        def ask(text: str) -> str | None:
            messages: list[Any] = [{"role": "user", "content": text}]
            answer = client.chat.completions.create(model="small", messages=messages)
            return answer.choices[0].message.content

        words = [f"word {number}" for number in range(16)]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, words)) == words
        assert [listed.id for listed in client.models.list()] == ["small"]
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="large", messages=ASKED)
        with pytest.raises(openai.AuthenticationError):
            client_of(model, http, key="wrong").chat.completions.create(
                model="small", messages=ASKED
            )
    assert len(model.requests) == 18


def test_a_policy_that_fails_fails_the_test(http: openai.DefaultHttpxClient) -> None:
    def broken(request: dict[str, Any]) -> Reply:
        raise KeyError("messages")

    with (
        pytest.raises(AssertionError, match="the policy failed at call 1"),
        ScriptedModel(policy=broken) as model,
        pytest.raises(openai.BadRequestError),
    ):
        client_of(model, http).chat.completions.create(model="m", messages=ASKED)


def test_azures_path_is_served_too(http: openai.DefaultHttpxClient) -> None:
    with ScriptedModel(["yes"], api_key="k") as model:
        client = openai.AzureOpenAI(
            azure_endpoint=model.origin,
            azure_deployment="gpt",
            api_version="2024-10-21",
            api_key="k",
            http_client=http,
        )
        answer = client.chat.completions.create(model="gpt", messages=ASKED)
    assert answer.choices[0].message.content == "yes"
    assert model.requests[0].path.startswith("/openai/deployments/gpt/chat/completions?")


def test_leaving_does_not_wait_for_a_slow_answer(http: openai.DefaultHttpxClient) -> None:
    # This test's own time limit is the proof: the answer would come in ten minutes.
    with ScriptedModel([Reply(text="late", delay_s=600)]) as model:
        impatient = client_of(model, http).with_options(timeout=0.05)
        with pytest.raises(openai.APITimeoutError):
            impatient.chat.completions.create(model="m", messages=ASKED)


def test_the_parts_of_a_prompt_are_counted_apart() -> None:
    parts = prompt_parts(
        {
            "messages": [{"role": "system", "content": "Be brief."}, *ASKED],
            "tools": [TOOL],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer"}},
        }
    )
    assert set(parts) == {"system", "user", "tools", "schema"}
    assert parts["system"] == 4 + 3
    assert answers({"a": 1}).text == '{"a": 1}'
