from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.analysis.detection.screening import lively
from assistant.domain.signals import Signal
from tests.analysis.detection.test_windows import STEPS, noise, series, since


def test_calm_series_are_passed_over_and_order_is_kept() -> None:
    calm = [series(50 + noise(seed)) for seed in range(20)]
    first, second = series(50 + 20 * since(90)), series(50 + noise() + 9 * since(170))
    kept = lively([*calm[:10], first, *calm[10:], second])
    assert kept[0] is first
    assert kept[-1] is second
    assert len(kept) < 6


def test_series_with_gaps_are_looked_at_too() -> None:
    values = 50 + noise() + 20 * since(150)
    values[::3] = np.nan
    assert len(lively([series(values), series(np.full(STEPS, np.nan))])) == 1


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    minute=st.integers(10, 175),
    length=st.integers(2, 170),
    signal=st.sampled_from([Signal.METRIC, Signal.LATENCY, Signal.TRAFFIC]),
)
def test_nothing_that_matters_is_passed_over(
    seed: int, minute: int, length: int, signal: Signal
) -> None:
    excursion = since(minute) - since(minute + length)
    assert lively([series(100 + noise(seed) + 60 * excursion, signal)])
