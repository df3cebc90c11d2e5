"""Calls before and after a moment: their times, what is lost on the way, what came back."""

from __future__ import annotations

import pytest

from assistant.analysis.traces.calls import CallKind, Calls, calls_around, shift
from assistant.domain.signals import Trace
from tests.analysis.causes.operational.incident import a_call, often
from tests.builders import at_ns

QUIET = [0.010, 0.011, 0.009, 0.010, 0.012, 0.010, 0.011, 0.009]


def calls(*traces: Trace) -> Calls:
    """Before eight minutes to noon, and from noon on."""
    found = calls_around(traces, at_ns(-8), at_ns(0))
    assert list(found) == [CallKind("web", "stock", "GET /stock")]
    return found["web", "stock", "GET /stock"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("later", "moved", "scattered"),
    [
        ([0.030, 0.031, 0.029, 0.030, 0.032, 0.033], True, True),  # all of them
        ([0.010, 0.4, 0.013, 0.5, 0.4, 0.6, 0.012, 0.7], True, True),  # many of them
        ([0.010, 0.011, 0.010, 0.009, 0.012, 9.0], False, False),  # one of them
        ([0.0104, 0.0112, 0.0113, 0.0125, 0.0121, 0.0119], False, False),  # unnoticeable
    ],
)
def test_shifts(later: list[float], moved: bool, scattered: bool) -> None:
    found = shift(QUIET, later)

    assert found is not None
    assert (found.moved, found.scattered) == (moved, scattered)


def test_two_calls_say_nothing() -> None:
    assert shift(QUIET, [9.0, 9.0]) is None


def test_sides_and_what_lies_between_them() -> None:
    found = calls(a_call(-20, ms=10), a_call(-4, ms=99), a_call(2, ms=30, error="refused"))

    assert (found.before.seconds, found.after.seconds) == ([0.01], [0.03])
    assert (found.before.failures, found.after.failures) == (0, 1)


def test_time_on_the_way_is_what_the_callee_did_not_work() -> None:
    found = calls(a_call(1, ms=50, served_ms=8), a_call(2, ms=800), a_call(3, ms=5, served_ms=9))

    assert found.after.gaps == pytest.approx([0.042, 0.0])
    assert found.after.on_the_way == pytest.approx([0.042, 0.0, 0.8])


def test_a_callee_without_spans_loses_nothing_on_the_way() -> None:
    assert calls(a_call(1, ms=800), a_call(2, ms=800)).after.on_the_way == []


def test_what_came_back_and_in_which_words_it_was_asked_for() -> None:
    def query(minute: float, jitter: float) -> Trace:
        many = minute >= 0
        return a_call(
            minute,
            ms=5 * jitter,
            attributes={
                "db.query.text": f"SELECT * FROM t WHERE id IN ({'?, ' * (4 if many else 1)}?)",
                "db.response.returned_rows": 500 if many else 20,
            },
        )

    found = calls(*often(query))

    assert found.query
    assert found.fuller == (20, 500)
    assert not found.reworded
    assert calls(*often(query), a_call(3, attributes={"db.query.text": "SELECT 1"})).reworded
