"""Where traces spend time that they did not, and which end of a slow call explains it."""

from __future__ import annotations

import random

from assistant.analysis.traces.slowdowns import Place, Slowdown, slowdowns
from assistant.domain.signals import LogRecord, Trace
from tests.analysis.traces.walks import journeys, walk


def some(
    start: int, count: int, stock_ms: int = 20, wire_ms: int = 4
) -> list[tuple[Trace, list[LogRecord]]]:
    """Walks whose times vary by a fifth or so."""
    source = random.Random(start)

    def about(ms: int) -> int:
        return max(1, round(ms * source.uniform(0.8, 1.2)))

    return [
        walk(i, stock_ms=about(stock_ms), wire_ms=about(wire_ms))
        for i in range(start, start + count)
    ]


GOOD = journeys(some(0, 40))


def at(found: list[Slowdown], kind: str) -> Slowdown:
    return next(s for s in found if s.place.kind == kind)


def test_nothing_slows_where_times_are_as_ever() -> None:
    assert slowdowns(GOOD, journeys(some(100, 40))) == []


def test_own_time_that_grew() -> None:
    found = slowdowns(GOOD, journeys([*some(100, 20), *some(120, 20, stock_ms=90)]))

    slow = at(found, "own")
    assert slow.place == Place("own", "stock", "", ("GET /item",))
    assert slow.blamed == "stock"
    assert 0.018 < slow.was < 0.022
    assert 0.085 < slow.now < 0.095 < slow.high
    assert slow.traces == 20
    assert 1.0 < slow.share < 2.0  # 70 ms more on traces of about 50 ms


def test_between_which_records_it_grew() -> None:
    found = slowdowns(GOOD, journeys(some(100, 30, stock_ms=90)))

    assert at(found, "region").place.names == ("found", "$")


def test_a_slow_wire_is_laid_to_the_callee_that_is_slow_for_everybody() -> None:
    found = slowdowns(GOOD, journeys(some(100, 30, wire_ms=400)))

    slow = at(found, "wire")
    assert (slow.place.service, slow.place.callee) == ("shop", "stock")
    assert slow.blamed == "stock"


def test_a_day_that_is_a_little_slower_is_no_finding() -> None:
    assert slowdowns(GOOD, journeys(some(100, 40, stock_ms=21))) == []


def test_less_than_a_millisecond_is_no_finding() -> None:
    assert slowdowns(journeys(some(0, 40, wire_ms=1)), journeys(some(100, 40, wire_ms=1))) == []


def test_without_a_good_time_the_earlier_part_serves() -> None:
    found = slowdowns([], journeys([*some(0, 20), *some(20, 20, stock_ms=90)]))

    assert at(found, "own").traces == 20


def test_of_nothing_comes_nothing() -> None:
    assert slowdowns([], []) == []
    assert slowdowns(GOOD, []) == []
