"""PetShop's files, its score, and a small application in its format through the whole line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from benchmarks.options import BenchOptions
from benchmarks.petshop.cases import (
    case_folders,
    read_calls,
    read_incident,
    read_recording,
    read_truths,
)
from benchmarks.petshop.engine import question_of
from benchmarks.petshop.rename import Renaming
from benchmarks.petshop.run import run
from benchmarks.petshop.scoring import place, summary, within
from benchmarks.petshop.telemetry import catalogue_text

COMPONENTS = ("front", "cart_AWS::Lambda", "table")
CALLS = {"front": ("cart_AWS::Lambda",), "cart_AWS::Lambda": ("table",)}
SECONDS = {"front": 0.3, "cart_AWS::Lambda": 0.2, "table": 0.1}
HALF_A_DAY, PERIOD_S = 144, 300
CASE_S = 1_700_000_100


def metrics(start_s: int, slower: Iterable[Mapping[str, float]]) -> str:
    """One row a period; `slower` are seconds on top, by component."""
    statistics = [("latency", "Average"), ("requests", "Sum"), ("availability", "Average")]
    columns = [(c, m, s) for m, s in statistics for c in COMPONENTS]
    header = [",".join((n, *(c[i] for c in columns))) for i, n in enumerate(("a", "metric", "b"))]
    rows = []
    for i, more in enumerate(slower):
        wobble = 1 + 0.02 * (i % 5 - 2)
        times = [f"{SECONDS[c] * wobble + more.get(c, 0):.6f}" for c in COMPONENTS]
        counts = ["60.0"] * len(COMPONENTS)
        shares = ["100.0", "", "100.0"]  # a period without a value is an empty cell
        rows.append(",".join([f"{start_s + i * PERIOD_S:.1f}", *times, *counts, *shares]))
    return "\n".join([*header, "unix_timestamp" + "," * len(columns), *rows]) + "\n"


@pytest.fixture
def petshop(tmp_path: Path) -> Path:
    """One issue: the table takes half a second longer, and so do those who wait for it."""
    (tmp_path / "normal").mkdir()
    (tmp_path / "cases" / "one").mkdir(parents=True)
    normal = metrics(CASE_S + 86_400, ({} for _ in range(HALF_A_DAY)))
    (tmp_path / "normal" / "metrics.csv").write_text(normal)
    late: list[dict[str, float]] = [{}, {}, *([dict.fromkeys(COMPONENTS, 0.5)] * 3)]
    (tmp_path / "cases" / "one" / "metrics.csv").write_text(metrics(CASE_S, late))
    target = {"node": "front", "metric": "latency", "agg": "Average", "timestamp": CASE_S + 700}
    (tmp_path / "cases" / "one" / "target.json").write_text(json.dumps({"target": target}))
    (tmp_path / "labels.json").write_text(json.dumps({"one": {"node": "table", "metric": None}}))
    rows = [",".join(["1.0" if b in CALLS.get(a, ()) else "0.0" for b in COMPONENTS])
            for a in COMPONENTS]  # fmt: skip
    lines = [f"{a},{row}" for a, row in zip(COMPONENTS, rows, strict=True)]
    (tmp_path / "graph.csv").write_text("\n".join([",".join(("", *COMPONENTS)), *lines]) + "\n")
    return tmp_path


def test_rows_become_columns_with_holes(petshop: Path) -> None:
    recording = read_recording(petshop / "cases" / "one" / "metrics.csv")

    assert len(recording.starts) == 5
    column = {(c.component, c.metric): c.values for c in recording.columns}
    assert column["table", "latency"][-1] == pytest.approx(0.604)
    assert all(v != v for v in column["cart_AWS::Lambda", "availability"])


def test_the_row_of_the_matrix_calls_its_columns(petshop: Path) -> None:
    assert read_calls(petshop / "graph.csv") == (
        ("front", "cart_AWS::Lambda"),
        ("cart_AWS::Lambda", "table"),
    )


def test_the_call_graph_becomes_a_catalogue() -> None:
    assert catalogue_text(["b\\c", "a"], [("a", "b\\c")]) == (
        '[services."a"]\ncalls = ["b\\\\c"]\n\n[services."b\\\\c"]\ncalls = []\n'
    )


@pytest.mark.parametrize("seed", [None, 3])
def test_the_component_at_fault_is_named_first(petshop: Path, seed: int | None) -> None:
    out, results = io.StringIO(), petshop / "results.json"

    assert run(petshop, BenchOptions(json=results, rename=seed), out) == 0

    assert out.getvalue().splitlines()[-1].startswith("petshop: top1 1.00 top3 1.00, median ")
    (case,) = json.loads(results.read_text())["cases"]
    assert (case["truth"], case["place"]) == ("table", 1)
    assert case["answer"]["ranking"][0][0] == "table"


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    out = io.StringIO()

    assert run(tmp_path, BenchOptions(), out) == 1
    assert "holds no case" in out.getvalue()


def test_new_names_are_the_same_for_the_same_seed() -> None:
    one, again, other = (Renaming.of(COMPONENTS, seed) for seed in (1, 1, 2))

    assert one == again
    assert one != other
    assert not set(one.components.values()) & set(COMPONENTS)


def test_the_score() -> None:
    places = [place(["a", "b", "c", "d"], truth) for truth in ("a", "c", "d", "e")]

    assert places == [1, 3, 4, None]
    assert (within(places, 1), within(places, 3)) == (0.25, 0.5)
    assert summary(places, [1.0, 2.0, 4.0]) == "petshop: top1 0.25 top3 0.50, median 2.00 s"


@pytest.mark.shared
def test_the_public_cases_can_be_read(shared_data: Path) -> None:
    directory = shared_data / "petshop"
    normal = read_recording(directory / "normal" / "metrics.csv")
    folders = case_folders(directory)
    incident = read_incident(directory, folders[0], normal)

    assert len(folders) == len(read_truths(directory)) == 26
    assert question_of(incident).service == incident.target.component
    assert incident.target.at in incident.observed.window
