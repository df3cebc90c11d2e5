"""The regression and the measures of calibration, on answers whose truth is drawn from a known
probability."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.analysis.causes.confidence import FURTHEST, LOW, MOST_SIGNALS
from benchmarks.calibration.fit import bins, calibration, fit, promised
from benchmarks.calibration.records import Record
from benchmarks.calibration.report import across, by_seed, scored


def a_record(
    share: float, right: bool, *, signals: int = 4, dataset: str = "shop", raw: float = 0.9
) -> Record:
    inputs = {
        "named": 1.0,
        "answer: change": 1.0,
        "share": share / FURTHEST,
        "signals": signals / MOST_SIGNALS,
    }
    return Record(dataset, f"{dataset}-1-{share}", "change", inputs, raw, raw, right)


def drawn(count: int, seed: int, dataset: str = "shop") -> list[Record]:
    """Answers of which one with a share of x log odds is right with the log odds x / 2."""
    chance = np.random.default_rng(seed)
    shares = chance.uniform(-5, 5, count)
    right = chance.random(count) < 1 / (1 + np.exp(-shares / 2))
    return [
        a_record(float(s), bool(r), dataset=dataset) for s, r in zip(shares, right, strict=True)
    ]


def test_what_is_learned_holds_on_other_answers() -> None:
    weights = fit(drawn(400, seed=1))

    result = scored("others", drawn(2000, seed=2), weights)

    assert result.calibrated.error < 0.05
    assert result.calibrated.error < result.raw.error
    assert result.calibrated.brier < result.calibrated.mean_brier


def test_a_few_answers_move_little() -> None:
    weights = fit([a_record(3.0, True), a_record(-3.0, False)])

    assert 0.5 < promised(a_record(3.0, True), weights) < 0.8


def test_fewer_than_two_signals_stay_low() -> None:
    weights = fit([a_record(3.0, True)] * 50)

    assert promised(a_record(3.0, True), weights) > 0.9
    assert promised(a_record(3.0, True, signals=1), weights) == LOW


def test_error_is_the_mean_distance_of_promise_and_outcome_in_bins_of_equal_mass() -> None:
    promises = np.array([0.1, 0.1, 0.9, 0.9, 0.5, 0.5, 0.3, 0.3, 0.7, 0.7])
    right = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 1], dtype=float)

    assert [b.answers for b in bins(promises, right)] == [2, 2, 2, 2, 2]
    found = calibration(promises, right, mean=0.5)
    assert found.error == pytest.approx((0.1 + 0.1 + 0.0 + 0.3 + 0.3) / 5)
    assert found.low <= found.error <= found.high
    assert found.mean_brier == pytest.approx(0.25)


def test_each_data_set_is_scored_with_what_the_others_taught() -> None:
    records = [*drawn(200, 1), *drawn(200, 2, "nezha"), *drawn(200, 3, "petshop")]

    results = across(records)

    assert [r.name.split(",")[0] for r in results] == ["nezha", "petshop", "shop"]
    assert all(r.calibrated.brier < r.calibrated.mean_brier for r in results)


def test_every_seed_is_scored_once_by_the_others() -> None:
    seeds = [replace(r, case=f"shop-{i % 3}-{i:03}") for i, r in enumerate(drawn(300, 1))]

    (result,) = by_seed(seeds)

    assert result.calibrated.answers == 300
    assert result.calibrated.error < 0.1
