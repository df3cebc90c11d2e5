"""Streaming detectors of the peers."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.peers.nab import moving_median, opened, windowed_gaussian


@pytest.mark.parametrize("detector", [windowed_gaussian, moving_median])
def test_a_jump_opens_one_alarm_at_its_first_point(detector: object) -> None:
    values = np.random.default_rng(3).normal(10.0, 1.0, 400)
    values[300:305] += 40.0

    distances = detector(values)  # type: ignore[operator]

    assert opened(distances, 8.0) == [300]


def test_a_detector_knows_only_the_past() -> None:
    values = np.random.default_rng(3).normal(10.0, 1.0, 200)
    later = np.concatenate([values, np.full(50, 99.0)])

    assert np.allclose(windowed_gaussian(later)[:200], windowed_gaussian(values))
    assert np.allclose(moving_median(later)[:200], moving_median(values))


def test_alarms_close_together_are_one() -> None:
    distances = np.zeros(100)
    distances[[10, 15, 60]] = 9.0

    assert opened(distances, 5.0) == [10, 60]
