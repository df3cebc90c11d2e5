"""The configured models: who serves which step, and what each sends over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.domain.errors import InvalidSettings, NotFound
from assistant.investigator.models import Models, is_loopback
from assistant.settings import ModelSettings
from benchmarks.scripted_model import Reply, ScriptedModel, says


def models(**table: dict[str, Any]) -> Models:
    return Models({name: ModelSettings(**given) for name, given in table.items()}, environment={})


def test_without_a_model_no_step_has_one() -> None:
    assert models().for_step("investigate") is None


def test_a_step_takes_its_own_models_and_the_others_take_all_in_order() -> None:
    table = {name: ModelSettings(model=name) for name in ("large", "small", "local")}
    configured = Models(table, {"compact": ("local", "small")}, environment={})

    investigate, compact = configured.for_step("investigate"), configured.for_step("compact")
    assert investigate
    assert compact
    assert investigate.first.name == "large"
    assert [model.name for model in investigate.fallbacks] == ["small", "local"]
    assert [model.name for model in compact.models] == ["local", "small"]


def test_one_model_may_be_chosen_for_everything() -> None:
    chosen = models(large={"model": "l"}, small={"model": "s"}).only("small").for_step("chat")
    assert chosen
    assert [model.model for model in chosen.models] == ["s"]
    with pytest.raises(NotFound, match="No model is called 'tiny'"):
        models(large={"model": "l"}).only("tiny")


def test_a_compatible_server_is_asked_by_its_url_and_tells_usage_of_a_stream() -> None:
    with ScriptedModel(policy=lambda request: says("the deploy"), api_key="sk-mine") as server:
        chat = (
            models(
                here={
                    "model": "qwen",
                    "base_url": server.url,
                    "api_key": "sk-mine",
                    "max_output_tokens": 100,
                    "headers": {"X-Tenant": "ops"},
                }
            )
            .named("here")
            .chat
        )
        assert chat.invoke("why?").text == "the deploy"
        usages = [piece.usage_metadata for piece in chat.stream("why?") if piece.usage_metadata]

    assert [usage["input_tokens"] for usage in usages] == [6]
    body = server.bodies[0]
    assert body["max_tokens"] == 100
    assert "temperature" not in body
    assert server.requests[0].headers["x-tenant"] == "ops"


def test_azure_is_asked_by_deployment_and_version() -> None:
    with ScriptedModel(["the deploy"], api_key="sk-azure") as server:
        azure = models(
            azure={
                "provider": "azure",
                "model": "gpt-4.1",
                "deployment": "rca",
                "base_url": server.origin,
                "api_key": "sk-azure",
                "temperature": 0,
            }
        ).named("azure")
        assert azure.chat.invoke("why?").text == "the deploy"
        assert (azure.supports_tools, azure.structured) == (True, "json_schema")

    request = server.requests[0]
    assert request.path == "/openai/deployments/rca/chat/completions?api-version=2024-10-21"
    assert request.body["temperature"] == 0


def test_failures_are_not_retried_behind_our_back() -> None:
    with ScriptedModel([Reply(status=500)]) as server:
        broken = models(here={"model": "m", "base_url": server.url}).named("here")
        with pytest.raises(Exception, match="500"):
            broken.chat.invoke("why?")
    assert len(server.requests) == 1


def test_evidence_follows_no_redirect() -> None:
    with ScriptedModel() as elsewhere:
        away = Reply(status=307, location=f"{elsewhere.url}/chat/completions")
        with ScriptedModel([away]) as server:
            model = models(here={"model": "m", "base_url": server.url}).named("here")
            with pytest.raises(Exception, match="307"):
                model.chat.invoke("why?")
    assert elsewhere.requests == []


@pytest.mark.slow  # its client takes seconds to import
def test_anthropics_request_is_built_with_our_limits() -> None:
    pytest.importorskip("langchain_anthropic")
    given = {"provider": "anthropic", "model": "claude-sonnet-4-5", "api_key": "sk-ant"}
    chat: Any = models(claude=given).named("claude").chat
    assert (chat.model, chat.max_tokens, chat.max_retries) == ("claude-sonnet-4-5", 4096, 0)
    assert chat.anthropic_api_key.get_secret_value() == "sk-ant"


@pytest.mark.parametrize(
    ("given", "tools", "structured"),
    [
        ({"model": "gpt-4.1-mini"}, True, "json_schema"),  # LangChain's table knows it
        ({"model": "unknown"}, True, "tool"),
        ({"model": "unknown", "tools": "no"}, False, "json_schema"),
        ({"model": "unknown", "tools": "no", "structured": "prompt"}, False, "prompt"),
    ],
)
def test_what_a_model_can_do(given: dict[str, Any], tools: bool, structured: str) -> None:
    model = models(m={**given, "api_key": "k"}).named("m")
    assert (model.supports_tools, model.structured) == (tools, structured)


@pytest.mark.parametrize(
    ("given", "complaint", "hint"),
    [
        ({"model": "m"}, "has no key", "OPENAI_API_KEY"),
        ({"model": "m", "api_key_env": "MINE"}, "has no key", "MINE"),
        ({"model": "m", "provider": "anthropic"}, "has no key", "ANTHROPIC_API_KEY"),
        ({"model": "m", "provider": "groq", "api_key": "sk-1"}, "not installed", "langchain-groq"),
        ({"model": "m", "provider": "opnai", "api_key": "sk-1"}, "cannot be set up", "anthropic"),
    ],
)
def test_a_model_that_cannot_be_built_says_what_to_do(
    given: dict[str, Any], complaint: str, hint: str
) -> None:
    with pytest.raises(InvalidSettings, match=complaint) as refused:
        _ = models(m=given).named("m").chat
    assert hint in refused.value.hint
    assert "sk-1" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:1/v1", True),
        ("https://api.example.org/v1", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_the_network(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected
