"""The whole benchmark over one small case."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.options import BenchOptions
from benchmarks.registry import BENCHMARKS
from benchmarks.rootcausebench.cases import read_incident
from benchmarks.rootcausebench.run import run
from tests.benchmarks.rootcausebench.incidents import GUILTY, HIDDEN, an_incident, write_case

TRUTH = {
    "root_cause_commit": GUILTY,
    "first_failing_service": "orderservice",
    "blast_radius": ["frontend"],
    "remediation": "rollback",
    "decoy_deploy_commits": [HIDDEN],
    "notes": "never read",
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    write_case(tmp_path / "cases" / "pool-too-small", an_incident(), TRUTH)
    return tmp_path / "cases"


_opened: list[str] = []
_listening = False


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _listening and event == "open":
        _opened.append(str(arguments[0]))


sys.addaudithook(_hear)


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Every file that Python opens inside the block."""
    global _listening
    _opened.clear()
    _listening = True
    try:
        yield _opened
    finally:
        _listening = False


def test_an_investigation_is_given_the_data_folder_and_nothing_else(cases: Path) -> None:
    data = cases / "pool-too-small" / "data"

    with opened_files() as opened:
        incident = read_incident(data)

    assert incident == an_incident()
    read = {Path(name).relative_to(cases) for name in opened if name.startswith(str(cases))}
    assert {str(p.relative_to("pool-too-small")) for p in read} == {
        "data/alert.json",
        "data/logs.ndjson",
        "data/metrics.csv",
        "data/traces.json",
        "data/context/commits.json",
        "data/context/deploys.json",
        "data/context/flags.json",
    }


@pytest.mark.slow
def test_a_row_per_case_a_summary_and_the_results_as_json(cases: Path, tmp_path: Path) -> None:
    out, results = io.StringIO(), tmp_path / "results.json"

    status = run(cases, BenchOptions(json=results), out)

    heading, row, last = out.getvalue().splitlines()
    assert status == 0
    assert heading.split() == [
        *("case", "answer", "wanted", "first", "failing", "service", "graded", "seconds")
    ]
    assert row.split()[:2] == ["1/1", "pool-too-small"]
    assert last.startswith("rootcausebench: passed 1/1, decoys 0, none 0/0, graded 1.000, median ")
    (case,) = json.loads(results.read_text())["cases"]
    assert case["answer"]["commit"] == GUILTY
    assert case["score"] == {"passed": True, "decoy": False, "graded": 1.0}


@pytest.mark.slow
def test_new_names_do_not_change_the_verdict(cases: Path) -> None:
    out = io.StringIO()
    run(cases, BenchOptions(rename=3), out)
    assert "passed 1/1" in out.getvalue()


def test_a_case_that_the_engine_refuses_is_a_wrong_answer(tmp_path: Path) -> None:
    unknown = an_incident(alert={"service": "nobody", "fired_at": "2026-03-02T11:30:00Z"})
    write_case(tmp_path / "cases" / "unknown", unknown, TRUTH)
    out, results = io.StringIO(), tmp_path / "results.json"

    assert run(tmp_path / "cases", BenchOptions(json=results), out) == 0

    (case,) = json.loads(results.read_text())["cases"]
    assert case["answer"]["verdict"].startswith("error: No service is called 'nobody'")
    assert "passed 0/1" in out.getvalue()


def test_a_folder_without_cases_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert BENCHMARKS["rootcausebench"](tmp_path, {"json": None}) == 1
    assert "holds no case" in capsys.readouterr().out
