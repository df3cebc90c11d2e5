"""The whole benchmark over one small case, and over one of the published ones."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from benchmarks.nezha.run import run
from benchmarks.options import BenchOptions
from benchmarks.registry import BENCHMARKS
from tests.benchmarks.nezha.fixture import write_folder


@pytest.mark.parametrize("seed", [None, 3])
def test_the_cause_of_a_small_case_is_named_under_any_name(
    tmp_path: Path, seed: int | None
) -> None:
    out, results = io.StringIO(), tmp_path / "results.json"

    code = run(write_folder(tmp_path / "data"), BenchOptions(json=results, rename=seed), out)

    assert code == 0
    last = out.getvalue().splitlines()[-1]
    assert last.startswith("nezha: AS@1 100.0 AS@3 100.0 AS@5 100.0, cause 1/1, median ")
    (case,) = json.loads(results.read_text("utf-8"))["cases"]
    assert case["score"] == {"place": 1, "cause": True}


def test_a_folder_without_cases_is_said_to_be_one(tmp_path: Path) -> None:
    out = io.StringIO()

    assert run(tmp_path, BenchOptions(), out) == 1
    assert "holds no case" in out.getvalue()


def test_the_benchmark_is_registered() -> None:
    assert "nezha" in BENCHMARKS


@pytest.mark.shared
@pytest.mark.slow
def test_a_published_case(tmp_path: Path, shared_data: Path) -> None:
    published = shared_data / "nezha-trainticket"
    for part in ("normal", "labels.json"):
        (tmp_path / part).symlink_to(published / part)
    (tmp_path / "cases").mkdir()
    shutil.copytree(published / "cases" / "tt-04", tmp_path / "cases" / "tt-04")
    out = io.StringIO()

    run(tmp_path, BenchOptions(), out)

    assert "AS@1 100.0 AS@3 100.0 AS@5 100.0, cause 1/1" in out.getvalue().splitlines()[-1]
