"""`causeway models`: what is configured, and what a check says of servers good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from assistant.domain.errors import NotFound
from assistant.investigator.models import Models
from assistant.investigator.models.checking import checked
from assistant.investigator.models.probes import LangChainProbe
from assistant.settings import ModelSettings
from benchmarks.scripted_model import GARBAGE, Policy, Reply, ScriptedModel, answers, calls, fails
from tests.builders import NOON

KEY = "sk-key-of-this-test"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and a home without any settings file, an environment without keys."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path


def obedient(request: dict[str, Any]) -> Reply:
    if request.get("tools"):
        return calls("changes_of", {"service": "checkout"})
    if request.get("response_format"):
        return answers({"service": "checkout", "verdict": "change", "minutes": 2})
    return Reply(text="I am quite ready now.")


def check(policy: Policy, *arguments: str, **settings: str) -> Result:
    with ScriptedModel(policy=policy) as server:
        environment = {
            "CAUSEWAY_MODEL": "qwen3",
            "CAUSEWAY_MODEL_URL": server.url,
            "CAUSEWAY_MODEL_API_KEY": KEY,
            **settings,
        }
        return CliRunner().invoke(cli, ["models", "check", *arguments], env=environment)


def marks(result: Result) -> dict[str, str]:
    """{question: mark}."""
    lines = [line.strip() for line in result.output.splitlines()]
    return {line[2:22].strip(): line[0] for line in lines if line[:1] in tuple("✓✗–?")}


def test_a_model_that_does_everything(nowhere: Path) -> None:
    result = check(obedient)
    assert result.exit_code == 0, result.output
    assert marks(result) == {
        "answers": "✓",
        "streams": "✓",
        "calls tools": "✓",
        "obeys a JSON schema": "✓",
        "tells its usage": "✓",
        "has a known price": "?",  # whoever serves qwen3 there asks for a price of their own
    }
    assert "at an unknown price" in result.output


def test_json_tells_the_same_with_the_cost_of_the_check(nowhere: Path) -> None:
    table = {"model": "m", "input_usd": 1.0, "output_usd": 10.0}
    with ScriptedModel(policy=obedient) as server:
        models = json.dumps({"own": {**table, "base_url": server.url}})
        result = CliRunner().invoke(
            cli, ["models", "check", "own", "--json"], env={"CAUSEWAY_MODELS": models}
        )
    (told,) = json.loads(result.output)
    assert told["cost_usd"] == pytest.approx(
        (told["input_tokens"] + 10 * told["output_tokens"]) / 1e6
    )
    assert {finding["question"]: finding["standing"] for finding in told["findings"]} == {
        "answers": "works",
        "streams": "works",
        "calls tools": "works",
        "obeys a JSON schema": "works",
        "tells its usage": "works",
        "has a known price": "works",
    }


def weak(request: dict[str, Any]) -> Reply:
    if request.get("tools"):
        return fails(400, f"no tools here\x1b[2J, {KEY}")
    if request.get("response_format"):
        return Reply(text="Sure! Here is the JSON you asked for.")
    return Reply(text="ready", tells_usage=False)


def test_a_model_without_tools_is_told_how_to_be_used(nowhere: Path) -> None:
    result = check(weak)
    assert result.exit_code == 3
    assert marks(result)["calls tools"] == "✗"
    assert marks(result)["tells its usage"] == "–"
    assert 'Set tools = "no"' in result.output
    assert "no tools here" in result.output
    assert "\x1b[2J" not in result.output
    assert KEY not in result.output


def test_what_the_settings_do_not_rely_on_is_no_failure(nowhere: Path) -> None:
    with ScriptedModel(policy=weak) as server:
        told: Any = {"model": "m", "base_url": server.url, "tools": "no", "structured": "prompt"}
        model = Models({"weak": ModelSettings(**told)}).named("weak")
        assert checked(model, NOON).failures == ()


@pytest.mark.parametrize(
    ("reply", "code", "told", "todo"),
    [
        (fails(401, f"wrong: {KEY}"), 3, "the key is refused (401)", "Check api_key"),
        (fails(403), 3, "may not use this model", "Check api_key"),
        (fails(404), 3, "knows no model 'qwen3'", "The server has scripted."),
        (fails(429, retry_after_s=1), 5, "rate limit or quota", "Wait"),
        (fails(503), 5, "the server failed (503)", "Look at its log"),
        (GARBAGE, 3, "no answer of this protocol", "ends in /v1"),
        (Reply(text="cut off", cut_after=9), 5, "broke the connection off", "Start the server"),
        (Reply(text=" "), 3, "it answered nothing", ""),
    ],
)
def test_a_server_that_does_not_answer_well(
    nowhere: Path, reply: Reply, code: int, told: str, todo: str
) -> None:
    result = check(lambda request: reply)
    assert result.exit_code == code
    assert marks(result) == {"answers": "✗", "has a known price": "?"}
    assert told in result.output
    assert todo in result.output
    assert KEY not in result.output


def test_a_slow_server_is_given_up(nowhere: Path) -> None:
    with ScriptedModel(policy=lambda request: Reply(text="late", delay_s=600)) as server:
        models = json.dumps({"m": {"model": "m", "base_url": server.url, "timeout_s": 0.1}})
        result = CliRunner().invoke(cli, ["models", "check"], env={"CAUSEWAY_MODELS": models})
    assert result.exit_code == 5
    assert "no answer within 0.1 s" in result.output


def test_other_providers_are_asked_through_their_langchain_class(nowhere: Path) -> None:
    with ScriptedModel(policy=obedient) as server:
        given = ModelSettings(model="m", base_url=server.url)
        probe = LangChainProbe(Models({"m": given}).named("m"))
        told, tool = probe.answer(), probe.tool()
        streamed, typed = probe.stream(), probe.schema({"type": "object", "properties": {}})
    assert told.text == "I am quite ready now."
    assert told.usage
    assert (streamed.text, streamed.pieces) == (told.text, 2)
    assert streamed.usage == told.usage
    assert (tool.tool, tool.arguments) == ("changes_of", {"service": "checkout"})
    assert json.loads(typed.text)["verdict"] == "change"


def test_the_list_tells_who_serves_which_step(nowhere: Path) -> None:
    (nowhere / "causeway.toml").write_text(
        'model = "large"\n'
        '[models.small]\nmodel = "m"\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "sk-2"\n'
        '[model_steps]\ncompact = ["small"]\n'
    )
    result = CliRunner().invoke(cli, ["models"])
    assert result.output == (
        "default  openai large at the provider's own address\n"
        "    investigate, repair, chat\n"
        "small  openai m at http://127.0.0.1:1/v1\n"
        "    investigate (fallback 1), repair (fallback 1), chat (fallback 1), compact\n"
    )
    rows = json.loads(CliRunner().invoke(cli, ["models", "--json"]).output)
    assert [row["name"] for row in rows] == ["default", "small"]


def test_without_a_model_the_list_says_so_and_a_check_finds_nothing(nowhere: Path) -> None:
    assert "No model is configured" in CliRunner().invoke(cli, ["models"]).output
    assert isinstance(CliRunner().invoke(cli, ["models", "check"]).exception, NotFound)
    unknown = CliRunner().invoke(cli, ["models", "check", "b"], env={"CAUSEWAY_MODEL": "a"})
    assert isinstance(unknown.exception, NotFound)
