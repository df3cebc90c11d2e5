"""The benchmark makes its own faults, and says how many of their causes were found."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.drilldown.adtributor import adtributor
from benchmarks.drilldown.faults import SETTINGS, Setting, faults
from benchmarks.drilldown.run import run
from benchmarks.options import BenchOptions

SMALL = (Setting("small", (4, 3, 5), 0.1), Setting("small rates", (4, 3, 5), 0.1, 20_000))


def test_the_same_seed_makes_the_same_faults() -> None:
    first, again, other = (next(faults(SMALL[1], 1, seed)) for seed in (3, 3, 4))

    assert first.causes == again.causes
    assert np.array_equal(first.after, again.after)
    assert not np.array_equal(first.after, other.after)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_faults_are_as_the_setting_says(setting: Setting) -> None:
    fault = next(faults(setting, 1, 1))

    assert fault.codes.shape[1] == len(setting.cardinalities)
    assert 1 <= len(fault.causes) <= 3
    assert {len(cause) for cause in fault.causes} <= {1, 2}
    assert len(fault.before) == len(fault.after) == (2 if setting.requests else 1)


def test_a_row_per_setting_and_a_summary(tmp_path: Path) -> None:
    out, results = io.StringIO(), tmp_path / "results.json"

    code = run(None, BenchOptions(json=results, rename=5), out, settings=SMALL, count=3)

    lines = out.getvalue().splitlines()
    assert code == 0
    assert [line.split("  ")[0] for line in lines[1:4]] == ["small", "small rates", "all"]
    assert lines[-1].startswith("drilldown: F1 ")
    assert "/6, median " in lines[-1]
    assert json.loads(results.read_text())["summary"] == lines[-1]


def test_the_cases_can_be_written_down(tmp_path: Path) -> None:
    run(tmp_path, BenchOptions(), io.StringIO(), settings=SMALL[1:], count=1)

    table = (tmp_path / "small-rates_000" / "table.csv").read_text().splitlines()
    header = "a0,a1,a2,requests_before,failures_before,requests_after,failures_after"
    assert table[0] == header
    assert json.loads((tmp_path / "small-rates_000" / "causes.json").read_text())


def test_adtributor_finds_the_value_of_one_attribute_that_explains_a_fall() -> None:
    codes = np.stack([axis.ravel() for axis in np.indices((3, 4))], axis=1)
    before = np.full((1, 12), 100.0)
    after = np.where(codes[:, 1] == 2, 10.0, 100.0)[None]

    assert adtributor(codes, before, after) == frozenset({((1, 2),)})
