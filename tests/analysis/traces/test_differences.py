from __future__ import annotations

import pytest

from assistant.analysis.traces.differences import DifferenceKind, TraceDifference, compare
from assistant.domain.signals import Span, Trace
from tests.analysis.traces.test_origins import span


def order(*children: Span, total_ms: float = 100) -> Trace:
    return Trace("t", (span("root", "web", 0, total_ms, operation="GET /order"), *children))


def query(i: int, ms: float = 5, error: str | None = None, operation: str = "SELECT") -> Span:
    return span(f"q{i}", "db", 1 + 6 * i, ms, "root", error=error, operation=operation)


def kinds(before: list[Trace], after: list[Trace]) -> list[tuple[str, str]]:
    return [(d.kind, d.child_operation) for d in compare(before, after)]


BEFORE = [order(query(0))] * 5


def test_n_plus_one() -> None:
    after = [order(*(query(i) for i in range(40)), total_ms=300)] * 5
    difference = compare(BEFORE, after)[0]
    assert (difference.kind, difference.child_operation) == (DifferenceKind.REPEATED, "SELECT")
    assert (difference.before, difference.after) == (1, 40)
    assert difference.share == pytest.approx(0.975, abs=0.01)


def test_a_child_that_slowed_explains_the_added_time_by_its_own_work() -> None:
    own, as_child = compare(BEFORE, [order(query(0, ms=205), total_ms=300)] * 5)
    assert (own.kind, own.service, own.child_service) == (DifferenceKind.SLOWED, "db", "")
    assert (as_child.kind, as_child.service, as_child.child_service) == ("slowed", "web", "db")
    assert (as_child.before, as_child.after) == pytest.approx((0.005, 0.205))
    assert (own.share, as_child.share) == pytest.approx((1, 1))


def test_own_work_that_slowed_has_no_child() -> None:
    difference = compare(BEFORE, [order(query(0), total_ms=900)] * 5)[0]
    assert (difference.kind, difference.child_service, difference.service) == ("slowed", "", "web")


def test_children_appear_and_vanish() -> None:
    after = [order(query(0, operation="UPDATE"))] * 5
    assert sorted(kinds(BEFORE, after)) == [("appeared", "UPDATE"), ("vanished", "SELECT")]


def test_retries_are_repeated_failures() -> None:
    after = [order(*(query(i, error="refused") for i in range(3)))] * 5
    assert set(kinds(BEFORE, after)) == {("retried", "SELECT"), ("fails", "SELECT")}


def test_a_call_that_gives_up() -> None:
    assert ("times_out", "SELECT") in kinds(BEFORE, [order(query(0, error="timed out"))] * 5)


def test_the_same_before_and_after_differs_in_nothing() -> None:
    assert compare(BEFORE, BEFORE) == []


def test_one_slow_trace_of_few_is_no_difference() -> None:
    assert compare([order(query(0))] * 2, [order(query(0, ms=9))] * 2) == []


def test_operations_of_one_side_only_are_not_compared() -> None:
    assert compare([], BEFORE) == compare(BEFORE, []) == list[TraceDifference]()
