"""fit and report over one small case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.calibration.__main__ import main
from benchmarks.calibration.records import dataset_of
from tests.benchmarks.rootcausebench.incidents import GUILTY, an_incident, write_case

TRUTH = {"root_cause_commit": GUILTY, "first_failing_service": "orderservice"}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    write_case(tmp_path / "cases" / "shop-9-000", an_incident(), TRUTH)
    return tmp_path / "cases"


def test_the_table_says_where_it_comes_from(cases: Path, tmp_path: Path) -> None:
    table, kept = tmp_path / "table.json", tmp_path / "kept"

    assert main(["fit", str(cases), "--out", str(table), "--kept", str(kept)]) == 0

    held = json.loads(table.read_text())
    assert held["answers"] == {"shop": 1}
    assert held["right"] == 1
    assert held["seeds"] == ["shop-9"]
    assert held["weights"]["named"] > 0
    assert len(list(kept.iterdir())) == 1


def test_an_engine_that_did_not_change_is_not_asked_again(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, file, picture = tmp_path / "kept", tmp_path / "report.json", tmp_path / "picture.png"
    assert main(["fit", str(cases), "--out", str(tmp_path / "t.json"), "--kept", str(kept)]) == 0
    monkeypatch.setattr("benchmarks.calibration.records.opened", None)

    asked = ["report", str(cases), "--kept", str(kept), "--json", str(file)]
    assert main([*asked, "--diagram", str(picture)]) == 0

    result = json.loads(file.read_text())[0]
    assert result["calibrated"]["answers"] == 1
    assert picture.stat().st_size > 1000


def test_data_sets_are_told_by_their_form(cases: Path, tmp_path: Path) -> None:
    (tmp_path / "p" / "cases" / "one").mkdir(parents=True)
    (tmp_path / "p" / "cases" / "one" / "target.json").touch()

    assert dataset_of(cases) == "shop"
    assert dataset_of(tmp_path / "p") == "petshop"
