"""The document of all results, from small blocks and one whole small benchmark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.results import __main__ as results
from benchmarks.results import block, measure
from benchmarks.results.block import Block, Table, load
from benchmarks.results.document import write
from benchmarks.results.services import figures_of
from benchmarks.results.tables import row, said


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where blocks are kept instead of the repository."""
    monkeypatch.setattr(block, "FIGURES", tmp_path / "figures")
    return tmp_path


def a_block(name: str, cell: str) -> Block:
    table = Table(("", "top1"), (("target", "≥ .80"), ("Causeway", cell)), (f"run {name}",))
    return Block(name, name.title(), "What it is.", (table,), ("A note.",), "", "today", "here")


def test_a_block_comes_back_as_it_was_kept(kept: Path) -> None:
    a_block("petshop", "0.90").save()

    assert load("petshop") == a_block("petshop", "0.90")
    assert load("nezha") is None


def test_the_document_shows_command_date_and_machine_beside_each_figure(tmp_path: Path) -> None:
    write([a_block("petshop", "0.90")], tmp_path / "RESULTS.md")

    text = (tmp_path / "RESULTS.md").read_text()
    assert "## Petshop" in text
    assert "| **Causeway** | **0.90** |" in text
    assert "    run petshop" in text
    assert "Measured today on here." in text


def test_rows_leave_empty_what_is_not_known() -> None:
    columns = {"top1": ".2f", "top3": ".2f"}

    assert row("robust z", columns, {"top1": 0.5}, 0.001, 68.4) == (
        "robust z", "0.50", "", "< 0.01", "68"
    )  # fmt: skip
    assert said("target", columns, {"top3": "≥ .95", "seconds": "≤ 3"}) == (
        "target", "", "≥ .95", "≤ 3", ""
    )  # fmt: skip


def test_figures_are_read_from_the_last_line() -> None:
    last = "nezha: AS@1 87.0 AS@3 95.7 AS@5 100.0, cause 19/23, median 2.41 s"

    found = figures_of(last, {"AS@1": "AS@1 #", "cause": r"cause (\d+)", "s": "median #"})

    assert found == {"AS@1": 87.0, "cause": 19.0, "s": 2.41}


def test_a_program_is_measured(tmp_path: Path) -> None:
    finished = measure.program("platform", json=False)

    assert finished.command == "python -m platform"
    assert sys.platform in finished.output.lower()
    assert finished.seconds > 0
    assert finished.peak_mb > 1


def test_a_program_that_fails_says_so() -> None:
    with pytest.raises(measure.Failed, match=r"benchmarks\.peers nosuch"):
        measure.program("benchmarks.peers", "nosuch", ".")


def test_data_that_is_not_there_is_skipped_by_name_and_the_rest_is_written(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[list[str]] = []
    monkeypatch.setattr(results, "write", lambda blocks: written.append([b.name for b in blocks]))
    a_block("petshop", "0.90").save()

    assert results.main(["--data", str(kept / "nothing"), "--only", "nab"]) == 0

    assert "nab: skipped, no " in capsys.readouterr().err
    assert written == [["petshop"]]
