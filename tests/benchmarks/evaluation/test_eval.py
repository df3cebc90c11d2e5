"""The small suite through the command, with the scripted server in a model's place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from benchmarks.scripted_model import ScriptedModel, policies

SUITE = Path(__file__).parents[3] / "benchmarks" / "evaluation" / "suites" / "small"


def evaluate(*given: str, environment: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, ["eval", str(SUITE), *given], env=environment)


@pytest.mark.slow
def test_a_model_beside_none(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ScriptedModel(policy=policies.no_tool) as server:
        table = {"scripted": {"model": "scripted", "base_url": server.url, "tools": "yes"}}
        environment = {"CAUSEWAY_MODELS": json.dumps(table)}
        first = evaluate(
            *("--no-model", "--model", "scripted", "--out", str(out), "--json"),
            environment=environment,
        )

    assert first.exit_code == 0, first.output
    kept = json.loads((out / "results.json").read_text())
    alone, scripted = kept["runs"]
    assert (alone["name"], alone["points"], alone["calls"]) == ("none", 100, 0)
    assert (scripted["name"], scripted["points"], scripted["cost_usd"]) == ("scripted", 100, None)
    assert scripted["input_tokens"] > 1_000
    page = (out / "report.html").read_text()
    assert "scripted against none: +0.0 points" in page
    assert page.count("<svg") == 3
    assert "<script" not in page


@pytest.mark.slow
@pytest.mark.parametrize(("was", "code"), [(100, 0), (110, 0), (111, 6)])
def test_worse_than_the_baseline_by_more_than_the_tolerance_ends_with_its_own_code(
    tmp_path: Path, was: int, code: int
) -> None:
    (tmp_path / "suite.toml").write_text(
        f'name = "one"\n[[case]]\nname = "dark"\nincident = "{SUITE / "dark"}"\nabstain = true\n'
    )
    baseline = tmp_path / "baseline.json"
    runs = [{"name": "none", "results": [{"case": "dark", "points": was}]}]
    baseline.write_text(json.dumps({"runs": runs}))
    given = ("--no-model", "--baseline", str(baseline), "--tolerance", "10")
    ended = CliRunner().invoke(cli, ["eval", str(tmp_path), *given])
    assert ended.exit_code == code, ended.output
    assert ("Worse than the baseline: none, dark: 111 → 100 points" in ended.output) == (code == 6)


def test_what_cannot_be_run_is_told() -> None:
    unknown = evaluate("--model", "nobody")
    assert "No model is called 'nobody'" in str(unknown.exception)
    wording = evaluate("--prompts", str(SUITE))
    assert wording.exit_code == 2
