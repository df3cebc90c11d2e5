"""Rules that name a commit, on a small case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.peers.__main__ import main
from benchmarks.peers.commits import RULES, of_service
from benchmarks.peers.fse_baro import ENVIRONMENT, rankings
from benchmarks.peers.rootcausebench import run
from benchmarks.rootcausebench.scoring import NONE
from tests.benchmarks.peers.test_methods import a_panel
from tests.benchmarks.rootcausebench.incidents import GUILTY, HIDDEN, an_incident, write_case

TRUTH = {
    "root_cause_commit": GUILTY,
    "first_failing_service": "orderservice",
    "decoy_deploy_commits": [HIDDEN],
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("last deployment", GUILTY),
        ("last deployment of the alerting service", GUILTY),
        ("longest diff", GUILTY),
        ("random deployed commit with a diff", GUILTY),
        ("constant prior (always none)", NONE),
        ("robust z, then its last deployment", GUILTY),
        ("N-sigma, then its last deployment", GUILTY),
    ],
)
def test_each_rule_names_what_it_says(rule: str, expected: str) -> None:
    assert [guess.commit for guess in RULES[rule](an_incident())] == [expected]


def test_random_answers_have_chances_that_add_up_to_one() -> None:
    guesses = RULES["random commit or none"](an_incident())

    assert len(guesses) == 4
    assert sum(g.chance for g in guesses) == pytest.approx(1.0)


def test_a_service_that_was_never_deployed_has_no_guilty_commit() -> None:
    assert of_service(an_incident(), "frontend").commit == NONE


def test_what_was_deployed_after_the_alert_is_no_answer() -> None:
    late = {"timestamp": "2026-03-02T11:45:00Z", "service": "frontend", "commit_sha": HIDDEN}
    incident = an_incident(deploys=(*an_incident().deploys, late))

    assert RULES["last deployment"](incident)[0].commit == GUILTY


def test_figures_are_those_of_the_engine_s_scorer(tmp_path: Path) -> None:
    write_case(tmp_path / "one", an_incident(), TRUTH)

    assert run("last deployment", tmp_path).figures == {
        "passed": 1.0,
        "decoys": 0.0,
        "none": 0.0,
        "graded": 1.0,
        "first": 1.0,
    }
    assert run("random commit or none", tmp_path).figures["passed"] == pytest.approx(1 / 4)


def test_the_command_writes_what_it_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_case(tmp_path / "cases" / "one", an_incident(), TRUTH)
    file = tmp_path / "out.json"

    chosen = ["--peer", "longest diff", "--json", str(file)]
    assert main(["rootcausebench", str(tmp_path / "cases"), *chosen]) == 0

    (outcome,) = json.loads(file.read_text())
    assert outcome["peer"] == "longest diff"
    assert outcome["peak_mb"] > 1
    assert "longest diff" in capsys.readouterr().out


@pytest.mark.skipif(not ENVIRONMENT.exists(), reason="the peers' environment is not installed")
def test_baro_ranks_the_service_whose_metrics_changed() -> None:
    panel = a_panel(cart=[1.0, 1.1] * 8, order=[*[1.0, 1.2] * 6, 9.0, 9.5, 9.1, 9.4])

    found, peak_mb = rankings({"one": panel}, finds_time=False)

    assert found["one"].services[0] == "order"
    assert peak_mb > 1
