from __future__ import annotations

import pytest

from assistant.llmops.evaluation.comparison import difference, fallen, sign_test


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (8, 1, 0.0390625), (3, 3, 1.0)],
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    assert sign_test(better, worse) == p


def test_a_few_better_cases_are_called_no_more_than_chance() -> None:
    found = difference({"a": 0, "b": 65, "c": 100}, {"a": 100, "b": 100, "c": 100})
    assert (found.mean, found.better, found.worse) == (45, 2, 0)
    assert found.low < 45 < found.high
    assert str(found).endswith("no more than chance could do")


def test_many_are_called_more() -> None:
    names = [str(n) for n in range(8)]
    found = difference(dict.fromkeys(names, 35), dict.fromkeys(names, 100))
    assert str(found).endswith("p 0.01: more than chance would do")


def test_runs_that_share_no_case_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="share no case"):
        difference({"a": 1}, {"b": 1})


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"a": 100, "b": 100}, []),
        ({"a": 95, "b": 100}, []),
        ({"a": 65, "b": 100}, ["a: 100 → 65 points", "mean: 100.0 → 82.5 points"]),
        ({"a": 100}, ["b: 100 points, and now it did not run"]),
    ],
)
def test_what_fell_below_the_baseline_is_told(now: dict[str, float], told: list[str]) -> None:
    assert fallen({"a": 100, "b": 100}, now, tolerance=5) == told
