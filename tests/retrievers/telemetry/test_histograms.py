"""Percentiles from buckets, and buckets that change under way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from retrievers.grids import Grid
from retrievers.telemetry.histograms import Growth, growth, quantiles

SECOND = 1_000_000_000
GRID = Grid(start_ns=100 * SECOND, step_ns=10 * SECOND, size=3)


def points(*rows: tuple[int, list[float], list[int]], delta: bool = False) -> dict[str, Any]:
    """A stream of (second, bounds, bucket counts), as the store reads it."""
    return {
        "delta": delta,
        "time_ns": np.array([second * SECOND for second, _, _ in rows]),
        "start_ns": np.zeros(len(rows), dtype=np.int64),
        "count": np.array([sum(counts) for _, _, counts in rows]),
        "sum": np.array([float(sum(counts)) for _, _, counts in rows]),
        "width": np.array([len(bounds) for _, bounds, _ in rows]),
        "bounds": np.array([bound for _, bounds, _ in rows for bound in bounds]),
        "buckets": np.array([count for _, _, counts in rows for count in counts]),
    }


def observed(grown: Growth) -> dict[float, list[float]]:
    """What each bucket gained, by its upper bound, step by step."""
    assert grown.buckets is not None
    uppers = [*grown.bounds.tolist(), math.inf]
    return {upper: grown.buckets[:, i].tolist() for i, upper in enumerate(uppers)}


@pytest.mark.parametrize(
    ("bounds", "buckets", "p50"),
    [
        ([1, 2, 4], [0, 10, 0, 0], 1.5),
        ([1, 2, 4], [10, 0, 0, 0], 0.5),
        ([1, 2, 4], [5, 5, 0, 0], 1),
        ([1, 2, 4], [0, 0, 0, 10], 4),
        ([1, 2, 4], [1, 0, 9, 0], 2 + 2 * 4 / 9),
        ([-2, 0, 2], [0, 10, 0, 0], -1),
        ([-2, 0, 2], [10, 0, 0, 0], -2),
        ([1], [10, 0], 0.5),
        ([1, 2, 4], [0, 0, 0, 0], math.nan),
        ([1, 2, 4], [-5, 10, 0, 0], 1.5),
    ],
)
def test_quantiles(bounds: list[float], buckets: list[float], p50: float) -> None:
    [found] = quantiles(np.array(bounds, dtype=float), np.array([buckets], dtype=float), 0.5)

    assert found == pytest.approx(p50, nan_ok=True)


def test_growth_is_told_per_step() -> None:
    grown = growth(
        points(
            (95, [1, 2], [1, 1, 0]),
            (105, [1, 2], [4, 1, 0]),
            (108, [1, 2], [4, 3, 1]),
            (125, [1, 2], [0, 0, 2]),
        ),
        GRID,
    )

    assert grown.step.tolist() == [0, 2]
    assert grown.count.tolist() == [6, 2]
    assert grown.seconds.tolist() == [13, 17]
    assert observed(grown) == {1: [3, 0], 2: [2, 0], math.inf: [1, 2]}


def test_buckets_may_be_added_at_both_ends() -> None:
    grown = growth(
        points((95, [2, 4], [0, 3, 0]), (105, [1, 2, 4, 8], [0, 2, 3, 5, 0])),
        GRID,
    )

    assert observed(grown) == {1: [0], 2: [2], 4: [0], 8: [5], math.inf: [0]}


def test_merged_buckets_keep_the_counts_under_shared_bounds() -> None:
    """A coarser scale of an exponential histogram: bounds 1, 4, 16 in place of 1, 2, 4, 8, 16."""
    grown = growth(
        points(
            (95, [1, 2, 4, 8, 16], [0, 1, 1, 1, 1, 0]),
            (105, [1, 4, 16], [0, 2, 12, 0]),
        ),
        GRID,
    )

    gained = observed(grown)
    assert gained[8][0] + gained[16][0] == 10
    assert gained[2][0] + gained[4][0] < 0.5, "only what straight lines get wrong"


def test_without_buckets_only_the_sum_is_left() -> None:
    grown = growth(points((105, [], [7]), (115, [], [9]), delta=True), GRID)

    assert grown.buckets is None
    assert grown.count.tolist() == [7, 9]
    assert grown.sum.tolist() == [7, 9]


def test_nothing_inside_the_grid() -> None:
    assert growth(points((95, [1], [1, 1])), GRID).step.tolist() == []
