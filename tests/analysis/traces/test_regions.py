"""Regions of code that broke: what used to follow an event and no longer does."""

from __future__ import annotations

from assistant.analysis.traces.journeys import END, Journey
from assistant.analysis.traces.regions import BrokenRegion, broken_regions
from tests.analysis.traces.walks import journeys, walk

GOOD = journeys(walk(i) for i in range(30))


def places(found: list[BrokenRegion]) -> list[tuple[str, str, str, str]]:
    return [(r.service, r.before, r.after, r.instead) for r in found]


def test_nothing_breaks_where_traces_run_as_ever() -> None:
    assert broken_regions(GOOD, journeys(walk(i) for i in range(100, 130))) == []


def test_an_early_return_shows_between_two_log_records() -> None:
    ran = [walk(i) for i in range(100, 110)]
    ran += [walk(i, stock=("looked up",)) for i in range(110, 130)]

    (region,) = broken_regions(GOOD, journeys(ran))

    assert places([region]) == [("stock", "looked up", "found", END)]
    assert (region.was, region.now, region.first) == (1.0, 0.0, 1.0)
    assert (region.operation, region.traces) == ("GET /item", 20)


def test_an_exception_shows_as_an_error_in_place_of_the_next_record() -> None:
    ran = (walk(i, shop=("asked", "boom"), failing=frozenset({"boom"})) for i in range(100, 115))

    found = broken_regions(GOOD, journeys(ran))

    assert ("shop", "asked", "priced", "boom") in places(found)


def test_what_broke_first_is_blamed_for_what_breaks_after_it() -> None:
    ran = (walk(i, shop=("asked", "priced"), stock=("looked up",)) for i in range(100, 120))

    found = broken_regions(GOOD, journeys(ran))

    assert places(found)[0] == ("stock", "looked up", "found", END)
    assert {r.service: r.first for r in found} == {"stock": 1.0, "shop": 0.0}


def test_another_mix_of_requests_is_no_break() -> None:
    def mixed(start: int, buying: int, browsing: int) -> list[Journey]:
        buys = [walk(start + i) for i in range(buying)]
        looks = [
            walk(start + buying + i, shop=("asked", "listed"), operation="GET /list")
            for i in range(browsing)
        ]
        return journeys([*buys, *looks])

    good = mixed(0, 40, 5)
    now = mixed(100, 5, 40)

    assert broken_regions(good, now) == []


def test_more_records_than_before_are_no_break() -> None:
    ran = (walk(i, stock=("looked up", "found", "counted")) for i in range(100, 130))

    assert broken_regions(GOOD, journeys(ran)) == []


def test_new_errors_at_the_end_are_a_break() -> None:
    late = frozenset({"rolled back"})
    ran = (walk(i, stock=("looked up", "found", "rolled back"), failing=late) for i in range(30))

    (region,) = broken_regions(GOOD, journeys(ran))

    assert places([region]) == [("stock", "found", END, "rolled back")]


def test_without_a_good_time_the_earlier_part_serves() -> None:
    ran = [walk(i) for i in range(20)] + [walk(i, stock=("looked up",)) for i in range(20, 40)]

    (region,) = broken_regions([], journeys(ran))

    assert places([region]) == [("stock", "looked up", "found", END)]
    assert region.traces == 20


def test_many_passes_in_one_trace_have_one_vote() -> None:
    again = ("looked up", "lost") * 30
    now = journeys([*(walk(i) for i in range(100, 120)), walk(120, stock=again)])

    assert broken_regions(GOOD, now) == []


def test_of_nothing_comes_nothing() -> None:
    assert broken_regions([], []) == []
    assert broken_regions(GOOD, []) == []
