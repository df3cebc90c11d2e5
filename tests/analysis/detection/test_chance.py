"""Chances hold what they promise on noise of the kind they are made for."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.analysis.detection.chance import (
    binomial_chance,
    climb_chance,
    degrees_of_freedom,
    drift_per_block,
    lasting_chance,
    run_chance,
    shift_chance,
)
from assistant.analysis.detection.changepoints import Noise, noise_of
from assistant.domain.signals import Floats

WHITE = Noise(1.0, 0.0)


def draws(seed: int = 0, count: int = 180) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, count)


def test_degrees_of_freedom_tell_heavy_tails_from_normal_ones() -> None:
    rng = np.random.default_rng(0)
    assert degrees_of_freedom(rng.standard_t(2, 5000)) < 4
    assert degrees_of_freedom(draws(count=5000)) > 12


@pytest.mark.parametrize("level", [0.1, 0.01])
def test_a_shift_of_noise_is_as_rare_as_its_chance(level: float) -> None:
    rng = np.random.default_rng(0)
    chances = [
        shift_chance(rng.normal(0, 1, 20).mean() - rng.normal(0, 1, 80).mean(), 20, 80, WHITE)
        for _ in range(2000)
    ]
    assert np.mean(np.array(chances) < level) == pytest.approx(level, rel=0.4)


def test_every_further_step_of_a_run_makes_it_rarer() -> None:
    chances = [run_chance(np.full(n, 3.0), 30, WHITE) for n in (1, 2, 3, 5, 9)]
    assert chances[0] > chances[1] > chances[3] > chances[4]
    assert chances[0] == pytest.approx(0.0027, abs=0.0005)


def test_correlation_makes_a_run_less_surprising() -> None:
    z = np.full(9, 3.0)
    assert run_chance(z, 30, Noise(1.0, 0.8)) > run_chance(z, 30, WHITE)


@pytest.mark.parametrize(
    ("failed", "low", "high"), [(20, 0, 1e-15), (10, 1e-9, 1e-6), (1, 0.5, 0.8), (0, 0.3, 0.5)]
)
def test_failures_of_a_hundred_where_one_is_usual(failed: int, low: float, high: float) -> None:
    assert low <= binomial_chance(failed, 100, 10, 1000) <= high


def test_a_bend_in_noise_is_no_climb_and_a_straight_slope_is() -> None:
    assert climb_chance(0.02, draws()) > 0.01
    assert climb_chance(0.99, draws()) < 1e-20


def test_what_a_random_walk_leaves_proves_nothing() -> None:
    walk = np.cumsum(draws())
    assert climb_chance(0.8, walk - walk.mean()) > 1e-4


def test_what_never_moved_must_stay_moved() -> None:
    assert lasting_chance(1, 100, 0) > 0.005 > lasting_chance(3, 100, 0)


def test_drift_is_what_blocks_move_beyond_noise() -> None:
    still, climbing = draws(), draws() + np.arange(180) * 0.5
    assert drift_per_block(still, 10, WHITE) < 0.5
    assert drift_per_block(climbing, 10, WHITE) == pytest.approx(7, rel=0.3)


def test_noise_is_read_from_differences_whatever_steps_and_slopes_there_are() -> None:
    rng = np.random.default_rng(1)
    ar = np.zeros(2000)
    for i in range(1, 2000):
        ar[i] = 0.7 * ar[i - 1] + rng.normal(0, 1)
    stepped = ar + 50 * (np.arange(2000) > 900) + 0.01 * np.arange(2000)
    noise = noise_of(stepped)
    assert noise.rho == pytest.approx(0.7, abs=0.1)
    assert noise.sigma == pytest.approx(1.4, rel=0.2)
