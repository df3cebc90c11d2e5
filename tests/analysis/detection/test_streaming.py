"""One point at a time: what opens an alarm, what does not, and what is remembered."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest

from assistant.analysis.detection.memory import Memory
from assistant.analysis.detection.strangeness import MEMORY
from assistant.analysis.detection.streaming import Alarm, StreamingDetector
from assistant.analysis.detection.tails import tail_of
from assistant.domain.signals import Floats


def told(values: Iterable[float], cycle: int = 0) -> list[Alarm]:
    detector = StreamingDetector(cycle)
    return [alarm for value in values if (alarm := detector.observe(value)) is not None]


def opened(values: Iterable[float], cycle: int = 0) -> list[int]:
    return [alarm.told for alarm in told(values, cycle) if alarm.opened]


def noise(count: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(10, 1, count)


def test_a_spike_opens_a_window_at_once_and_calm_closes_it() -> None:
    # The mean of five steps is strange until 706, and 20 calm steps close a window.
    values = noise(1000)
    values[700:703] = 40
    window = [a for a in told(values) if a.onset == 700]
    assert [(a.opened, a.told) for a in window] == [(True, 700), (False, 726)]
    closed = window[-1]
    assert closed.rose
    assert closed.peak == 40
    assert closed.baseline == pytest.approx(10, abs=0.3)


def test_a_fall_is_told_as_one() -> None:
    values = noise(1000)
    values[800:] = 0
    first = next(a for a in told(values) if a.onset >= 800)
    assert first.onset == 800
    assert not first.rose


def test_a_new_level_is_one_alarm_then_usual() -> None:
    values = noise(3000)
    values[1500:] += 15
    late = [step for step in opened(values) if step >= 1500]
    assert late[0] == 1500
    assert sum(step < 2500 for step in late) <= 2


@pytest.mark.parametrize("shape", ["normal", "exponential", "lognormal", "counts"])
def test_noise_of_any_shape_stays_within_the_budget(shape: str) -> None:
    rng = np.random.default_rng(7)
    values = {
        "normal": rng.normal(size=6000),
        "exponential": rng.exponential(size=6000),
        "lognormal": rng.lognormal(sigma=1.5, size=6000),
        "counts": rng.poisson(0.2, size=6000).astype(float),
    }[shape]
    # By ranks alone 4 ln(6000 / 900), some 8, for each of three measures that partly agree.
    assert sum(step >= 900 for step in opened(values)) <= 16


def test_a_daily_swing_is_usual_and_a_missing_one_is_not() -> None:
    day = 288
    phase = 2 * np.pi * np.arange(12 * day) / day
    values = 50 + 20 * np.sin(phase) + np.random.default_rng(3).normal(0, 1, len(phase))
    lost = slice(9 * day + 40, 9 * day + 110)
    values[lost] = 50
    steps = opened(values, cycle=day)
    assert any(lost.start <= step < lost.stop for step in steps)
    assert sum(4 * day <= step < lost.start for step in steps) <= 3


def test_steps_without_data_are_passed_over() -> None:
    values = noise(1000)
    values[300:400] = math.nan
    values[700] = 60
    assert 700 in opened(values)
    assert not any(300 <= step < 400 for step in opened(values))


def test_nothing_is_told_while_too_little_was_seen() -> None:
    values = noise(149)
    values[120] = 1000
    assert told(values) == []


def test_a_flat_line_is_calm_until_it_moves() -> None:
    values = np.full(800, 45.0)
    assert opened(values) == []
    values[600] = 46
    assert opened(values) == [600]


def test_memory_keeps_the_last_values_only() -> None:
    memory = Memory(100)
    for value in range(1000):
        memory.append(value)
    assert len(memory) == 100
    assert memory.last(3).tolist() == [997, 998, 999]
    assert len(memory.last(MEMORY)) == 100


@pytest.mark.parametrize(("value", "chance"), [(4.6, 0.01), (6.9, 0.001), (9.2, 0.0001)])
def test_a_tail_reaches_beyond_what_was_seen(value: float, chance: float) -> None:
    tail = tail_of(np.random.default_rng(5).exponential(size=4000))
    assert tail.surprise(value) == pytest.approx(-math.log(chance), rel=0.15)
    assert tail.surprise(0.5) == 0
