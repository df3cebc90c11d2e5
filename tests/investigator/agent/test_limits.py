"""Limits, looked at before a call: whether it fits, and whether another would fit after it."""

from __future__ import annotations

import pytest

from assistant.domain.usage import Budget, Usage
from assistant.investigator.agent.limits import Limits, Room


def room(budget: Budget, used: Usage, *, prompt: int = 2_000, seconds: float = 0.0) -> Room:
    moments = iter([0.0, seconds, seconds, seconds, seconds])
    limits = Limits(budget, lambda: used, lambda _, r, w: 1e-6 * (r + 4 * w), lambda: next(moments))
    return limits.room("m", prompt)


@pytest.mark.parametrize(
    ("budget", "used", "expected"),
    [
        (Budget(), Usage(calls=99, input_tokens=10**9, cost_usd=1e6), Room()),
        (Budget(calls=3), Usage(calls=1), Room()),
        (Budget(calls=3), Usage(calls=2), Room(last="the limit of 3 calls was near")),
        (Budget(calls=3), Usage(calls=3), Room(refused="the limit of 3 calls was reached")),
        (Budget(tokens=10_000), Usage(input_tokens=3_000), Room()),
        (
            Budget(tokens=10_000),
            Usage(input_tokens=4_000, output_tokens=900),
            Room(last="the limit of 10,000 tokens was near"),
        ),
        (
            Budget(tokens=10_000),
            Usage(input_tokens=7_300),
            Room(refused="the limit of 10,000 tokens was reached"),
        ),
        (Budget(usd=0.02), Usage(cost_usd=0.005), Room()),
        (Budget(usd=0.02), Usage(cost_usd=0.01), Room(last="the limit of $0.02 was near")),
        (Budget(usd=0.02), Usage(cost_usd=0.016), Room(refused="the limit of $0.02 was reached")),
        # The first reason counts; a refusal counts more than a warning.
        (
            Budget(calls=2, tokens=100),
            Usage(calls=1),
            Room(refused="the limit of 100 tokens was reached"),
        ),
    ],
)
def test_room(budget: Budget, used: Usage, expected: Room) -> None:
    assert room(budget, used) == expected


def test_the_money_of_the_day_is_looked_at_before_each_call() -> None:
    """Others spend of it as well, and at the same time."""
    left = iter((0.02, 0.01, 0.0))
    limits = Limits(Budget(), Usage, lambda _, r, w: 1e-6 * (r + 4 * w), today=lambda: next(left))
    assert limits.room("m", 1_000) == Room()
    assert limits.room("m", 4_000) == Room(last="the limit in dollars of the day was near")
    assert limits.room("m", 10) == Room(refused="the limit in dollars of the day was reached")


def test_seconds_leave_room_for_calls_as_long_as_the_usual_one() -> None:
    used = Usage(calls=2, seconds=8.0)
    assert room(Budget(seconds=20), used, seconds=11.0) == Room()
    assert room(Budget(seconds=20), used, seconds=13.0) == Room(last="the limit of 20 s was near")
    assert room(Budget(seconds=20), used, seconds=20.0) == Room(
        refused="the limit of 20 s was reached"
    )


def test_a_stop_refuses_with_its_first_reason() -> None:
    limits = Limits(Budget(), Usage)
    assert limits.remaining_s is None
    limits.stop("it was interrupted")
    limits.stop("later")
    assert limits.room("m", 10) == Room(refused="it was interrupted")
