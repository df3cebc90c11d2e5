"""Alarms beside labelled windows, and what counts."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from benchmarks.nab.cases import Labelled, Recording, labels, recordings
from benchmarks.nab.run import run
from benchmarks.nab.scoring import Score, score, summary, total
from benchmarks.options import BenchOptions

MINUTE = 60_000_000_000


def recording(count: int = 1000) -> Recording:
    return Recording("g/a.csv", np.arange(count, dtype=np.int64) * MINUTE, np.zeros(count))


def window(first: int, last: int) -> Labelled:
    return Labelled(first * MINUTE, last * MINUTE)


def at(*steps: int) -> list[int]:
    return [step * MINUTE for step in steps]


@pytest.mark.parametrize(
    ("alarms", "windows", "expected"),
    [
        (at(510), [window(500, 600)], Score(1, 1, 0, 850, (10,))),
        (at(510, 550), [window(500, 600)], Score(1, 1, 0, 850, (10,))),
        (at(600), [window(500, 600)], Score(1, 1, 0, 850, (100,))),
        (at(601), [window(500, 600)], Score(1, 0, 1, 850)),
        (at(499), [window(500, 600)], Score(1, 0, 1, 850)),
        (at(30), [window(20, 40)], Score(0, 0, 0, 850)),
        (at(149), [], Score(0, 0, 0, 850)),
        (at(150), [], Score(0, 0, 1, 850)),
    ],
    ids="inside twice last after before probation early due".split(),
)
def test_alarms_are_scored(alarms: list[int], windows: list[Labelled], expected: Score) -> None:
    assert score(recording(), alarms, windows) == expected


def test_the_summary_is_the_last_word() -> None:
    whole = total([Score(2, 1, 3, 1000, (4,)), Score(1, 1, 0, 500, (8,))])
    expected = "nab: windows found 2/3, false alarms per 1000 points 2.00, median delay 6 points"
    assert summary(whole) == expected
    assert summary(Score(1, 0, 0, 10)).endswith("median delay none")


def a_data_set(directory: Path) -> Path:
    values = np.random.default_rng(2).normal(10, 1, 600).round(3)
    values[400:404] = 90
    rows = [
        f"2024-05-01 {i * 5 // 60 % 24:02}:{i * 5 % 60:02}:00,{v}"
        for i, v in enumerate(values[:288])
    ]
    rows += [
        f"2024-05-{2 + i // 288:02} {i % 288 * 5 // 60:02}:{i * 5 % 60:02}:00,{v}"
        for i, v in enumerate(values[288:])
    ]
    file = directory / "data" / "made" / "spike.csv"
    file.parent.mkdir(parents=True)
    file.write_text("timestamp,value\n" + "\n".join(rows) + "\n")
    window = ["2024-05-02 09:00:00.000000", "2024-05-02 10:30:00.000000"]
    (directory / "windows.json").write_text(json.dumps({"made/spike.csv": [window]}))
    return directory


def test_a_data_set_is_read(tmp_path: Path) -> None:
    [one] = recordings(a_data_set(tmp_path))
    assert (one.name, one.group, one.step_ns) == ("made/spike.csv", "made", 5 * MINUTE)
    assert len(labels(tmp_path)["made/spike.csv"]) == 1


@pytest.mark.parametrize("rename", [None, 3])
def test_a_series_goes_the_whole_way_under_any_name(tmp_path: Path, rename: int | None) -> None:
    out, file = StringIO(), tmp_path / "results.json"
    assert run(a_data_set(tmp_path), BenchOptions(json=file, rename=rename), out) == 0
    document = json.loads(file.read_text())
    assert document["series"]["made/spike.csv"]["found"] == 1
    assert out.getvalue().splitlines()[-1] == document["summary"]


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    out = StringIO()
    assert run(tmp_path, BenchOptions(), out) == 1
    assert "holds no series" in out.getvalue()
