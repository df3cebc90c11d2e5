"""Where an excursion began: at its bend, at its leap, never among usual values."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.analysis.detection.changepoints import Noise, leap_place
from assistant.analysis.detection.onsets import Onset, onset_of
from assistant.domain.signals import Floats

SIGMA = 0.04


def onset(values: Floats, start: int) -> Onset:
    return onset_of(values, 0.0, Noise(SIGMA, 0.0), 0, start, len(values))


def test_what_leaps_and_then_climbs_begins_at_the_leap() -> None:
    calm = np.zeros(45)
    risen = [0.2, 0.23, 0.38, 0.44, 0.0, 0.25, 0.22, 0.25, 0.29, 0.55, 0.5, 0.67]
    found = onset(np.array([*calm, *risen]), 45)
    assert (found.index, found.earliest, found.latest, found.ramp) == (45, 45, 45, False)


@pytest.mark.parametrize("seed", range(5))
def test_a_slow_climb_begins_at_its_bend(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, SIGMA, 120)
    values = noise + np.maximum(0, np.arange(120) - 60) * SIGMA / 3
    found = onset(values, 75)
    assert found.earliest <= 60 <= found.latest or abs(found.index - 60) <= 6


@pytest.mark.parametrize("seed", range(5))
def test_a_leap_in_noise_is_placed_to_the_step(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, SIGMA, 90)
    steps = np.arange(90)
    values = noise + np.where(steps >= 50, 8 * SIGMA + (steps - 50) * SIGMA / 2, 0)
    place, flat, risen = leap_place(values, Noise(SIGMA, 0.0))
    assert place.index == 50
    assert flat == pytest.approx(float(((values[:50] - values[:50].mean()) ** 2).sum()))
    assert risen < 2 * 40 * SIGMA**2
