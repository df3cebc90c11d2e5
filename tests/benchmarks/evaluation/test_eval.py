"""The small suite through the command, with the scripted server in a model's place: the gate of CI,
what makes it fall, and two contestants side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from benchmarks.evaluation.scripted import NAME, SUITE, standing_in
from benchmarks.scripted_model import Policy, Reply, policies
from prompts import FOLDER
from retrievers.ownership import own as owned

BASELINE = SUITE / "baseline.json"


def evaluate(
    suite: Path, *given: str, policy: Policy = policies.no_tool, names: Sequence[str] = (NAME,)
) -> Result:
    with standing_in(policy, names) as environment:
        return CliRunner().invoke(cli, ["eval", str(suite), *given], env=dict(environment))


def part(folder: Path, *names: str) -> Path:
    """Some cases of the small suite, with their part of the baseline."""
    head, *cases = (SUITE / "suite.toml").read_text().split("[[case]]")
    chosen = [case for case in cases if any(f'name = "{name}"' in case for name in names)]
    text = "[[case]]".join((head, *chosen)).replace('incident = "', f'incident = "{SUITE}/')
    (folder / "suite.toml").write_text(text)
    kept = json.loads(BASELINE.read_text())
    for run in kept["runs"]:
        run["results"] = [row for row in run["results"] if row["case"] in names]
    (folder / "baseline.json").write_text(json.dumps(kept))
    return folder


def careless(request: dict[str, Any]) -> Reply:
    """Names a change where the analysis names none, and cites no more than it must to say so."""
    named = any("verdict:\nchange_guilty" in str(m.get("content")) for m in request["messages"])
    return (policies.terse if named else policies.blaming)(request)


@pytest.mark.slow
def test_the_gate_passes_on_what_it_was_made_with() -> None:
    """When the analysis gets better this still passes, and the baseline may be made anew."""
    ended = evaluate(SUITE, "--model", NAME, "--baseline", str(BASELINE), "--no-record")
    assert ended.exit_code == 0, ended.output
    assert "Worse than" not in ended.output


@pytest.mark.slow
def test_the_gate_falls_for_a_model_that_guesses_and_does_not_cite(tmp_path: Path) -> None:
    suite = part(tmp_path, "a pool made too small", "a change that nobody can read")
    given = ("--baseline", str(suite / "baseline.json"), "--out", str(tmp_path), "--no-record")
    ended = evaluate(suite, "--model", NAME, *given, policy=careless)

    assert ended.exit_code == 6, ended.output
    told = f"Worse than the baseline: {NAME}, "
    assert [line for line in ended.output.splitlines() if line.startswith("Worse")] == [
        told + "a pool made too small: 100 → 65 points",
        told + "a change that nobody can read: 100 → 0 points",
        told + "mean: 100.0 → 32.5 points",
    ]
    (run,) = json.loads((tmp_path / "results.json").read_text())["runs"]
    graded = {row["case"]: (row["label"], row["uncited"]) for row in run["results"]}
    assert graded["a pool made too small"] == ("bullseye", ["waiting for a pool connection"])
    assert graded["a change that nobody can read"] == ("forbidden", [])
    assert run["points"] == 32.5
    page = (tmp_path / "report.html").read_text()
    assert "Worse than its baseline" in page
    assert "a change that nobody can read: 100 → 0 points" in page


@pytest.mark.slow
def test_two_models_with_two_wordings_side_by_side(tmp_path: Path) -> None:
    wording = tmp_path / "wording"
    wording.mkdir()
    ours = (FOLDER / "investigate.md").read_text()
    (wording / "investigate.md").write_text(ours + "\nThe second wording.\n")
    asked: list[tuple[str, bool]] = []

    def heard(request: dict[str, Any]) -> Reply:
        second = "The second wording." in json.dumps(request["messages"])
        asked.append((request["model"], second))
        return policies.no_tool(request)

    given = ("--no-model", "--model", "a", "--model", "b", "--prompts", str(wording))
    out = tmp_path / "out"
    ended = evaluate(
        part(tmp_path, "no telemetry"), *given, "--out", str(out), policy=heard, names=("a", "b")
    )

    assert ended.exit_code == 0, ended.output
    assert asked == [("a", False), ("b", False), ("a", True), ("b", True)]
    runs = json.loads((out / "results.json").read_text())["runs"]
    names = ["none", "a", "b", "a with wording", "b with wording"]
    assert [run["name"] for run in runs] == names
    digests = [run["results"][0]["prompt"] for run in runs]
    assert digests[0] == ""
    assert digests[1] == digests[2] != digests[3] == digests[4]
    assert [run["calls"] for run in runs] == [0, 1, 1, 1, 1]
    page = (out / "report.html").read_text()
    for name, base in zip(names[1:], ("none", "none", "a", "b"), strict=True):
        assert f"{name} against {base}: +0.0 points" in page
        assert f"<th>{name}</th>" in page
    assert "<script" not in page


@pytest.mark.slow
def test_points_are_scores_that_quality_shows(tmp_path: Path) -> None:
    own = {"CAUSEWAY_DATA_DIR": str(tmp_path / "data"), "CAUSEWAY_MODELS": "{}"}
    suite = part(tmp_path, "no telemetry")
    kept = CliRunner().invoke(cli, ["eval", str(suite)], env=own)
    unkept = CliRunner().invoke(cli, ["eval", str(suite), "--no-record"], env=own)
    assert (kept.exit_code, unkept.exit_code) == (0, 0), kept.output + unkept.output
    with owned(tmp_path / "data"):
        told = CliRunner().invoke(cli, ["eval", str(suite)], env=own)
    assert told.exit_code == 0
    assert "The scores are not kept for `causeway quality`" in told.output

    shown = CliRunner().invoke(cli, ["quality", "--by", "channel", "--json"], env=own)
    (row,) = json.loads(shown.output)["rows"]
    assert (row["name"], row["count"], row["mean"]) == ("eval_points", 1, 100)
    assert row["keys"] == {"channel": "bench"}
    assert "100.0" in CliRunner().invoke(cli, ["quality"], env=own).output


@pytest.mark.slow
def test_a_fall_within_the_tolerance_is_no_fall(tmp_path: Path) -> None:
    suite = part(tmp_path, "no telemetry")
    baseline = suite / "baseline.json"
    runs = [{"name": "none", "results": [{"case": "no telemetry", "points": 110}]}]
    baseline.write_text(json.dumps({"runs": runs}))
    given = ("--no-model", "--no-record", "--baseline", str(baseline), "--tolerance", "10")
    assert evaluate(suite, *given).exit_code == 0


def test_what_cannot_be_run_is_told() -> None:
    unknown = evaluate(SUITE, "--model", "nobody")
    assert "No model is called 'nobody'" in str(unknown.exception)
    wording = CliRunner().invoke(cli, ["eval", str(SUITE), "--prompts", str(SUITE)])
    assert wording.exit_code == 2
