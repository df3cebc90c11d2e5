"""The fit of the weights: a conditional choice with an outside option."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fit_weights import PRIOR, Choice, answers, fit, left_out, told

NAMES = list(PRIOR)


def a_choice(case: int, guilty: int, rival: float = 0.0) -> Choice:
    """Three suspects, all deployed with the onset; what the guilty one does was observed."""
    parts = np.zeros((3, len(NAMES)))
    parts[:, NAMES.index("before onset")] = 1.0
    parts[:, NAMES.index("touches the service")] = 1.0
    parts[:, NAMES.index("nothing of it shows")] = 1.0
    if guilty >= 0:
        parts[guilty, NAMES.index("nothing of it shows")] = 0.0
        parts[guilty, NAMES.index("its outcome shows")] = 0.8
    return Choice(f"case-{case}", f"fault-{case % 3}", parts, guilty, rival)


CHOICES = [a_choice(n, guilty=n % 3) for n in range(9)] + [a_choice(9 + n, -1) for n in range(6)]


def test_the_guilty_one_is_named_and_nobody_else() -> None:
    counts = answers(CHOICES, fit(CHOICES))

    assert told(counts) == (
        "guilty first 9/9, named 9/9, decoys 0; accused without a guilty one 0/6"
    )


def test_weights_keep_their_sign() -> None:
    for name, weight in zip(NAMES, fit(CHOICES), strict=False):
        assert weight * PRIOR[name] >= 0


def test_without_incidents_the_weights_are_what_was_thought_before() -> None:
    assert fit([])[:-1] == pytest.approx(list(PRIOR.values()))


def test_a_strong_operational_cause_is_named_instead() -> None:
    counts = answers([a_choice(0, guilty=0, rival=1e6)], fit(CHOICES))

    assert counts["named"] == 0


def test_a_fault_left_out_is_answered_with_what_the_others_taught() -> None:
    counts = left_out(CHOICES)

    assert (counts["first"], counts["none"]) == (9, 6)
