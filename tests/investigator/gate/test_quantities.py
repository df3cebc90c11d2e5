"""Numbers as they are written, in base units."""

from __future__ import annotations

import pytest

from assistant.investigator.gate.clock import clocks, days
from assistant.investigator.gate.quantities import quantities


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("rose to 4.2 s", [(4.2, "s")]),
        ("120 to 180 ms", [(0.12, "s"), (0.18, "s")]),
        ("7 ms instead of 670", [(0.007, "s"), (0.67, "s")]),
        ("4,200 ms", [(4.2, "s")]),
        ("12 % of 18,412 requests", [(0.12, "%"), (18412, "")]),
        ("5.7 times as many", [(5.7, "x")]),
        ("it tripled", [(3, "x")]),
        ("four in five", [(0.8, "%")]),
        ("three quarters of them", [(0.75, "%")]),
        ("half a second", [(0.5, "s")]),
        ("13 and a half minutes", [(810, "s")]),
        ("17.5 requests per second", [(17.5, "/s")]),
        ("1200 rpm", [(20, "/s")]),
        ("512 MiB", [(512e6, "B")]),
        ("ten minutes later", [(600, "s")]),
        ("the p95 of GET /v2/pay with 5xx", []),
        ("12k requests", [(12000, "")]),
    ],
)
def test_reads(text: str, read: list[tuple[float, str]]) -> None:
    found = quantities(text)
    assert [q.dimension for q in found] == [dimension for _, dimension in read]
    assert [q.value for q in found] == pytest.approx([value for value, _ in read])


def test_precision_is_that_of_the_writing() -> None:
    (exact,), (round_,), (rough,) = (quantities(t) for t in ("4.24 s", "4200 ms", "about 4 s"))
    assert exact.slack == pytest.approx(0.005)
    assert round_.slack == pytest.approx(0.05)
    assert rough.slack == pytest.approx(0.5)


def test_bounds() -> None:
    assert [q.bound for q in quantities("more than 4 s, at most 5 s, 6 s")] == ["least", "most", ""]


def test_times_of_day() -> None:
    noon, evening, abroad = clocks("at 12:00, 7:30 pm and 14:00+02:00")
    assert (noon.low, noon.high) == (12 * 3600 - 30, 12 * 3600 + 60)
    assert evening.low == 19.5 * 3600 - 30
    assert abroad.low == 12 * 3600 - 30


def test_dates() -> None:
    assert [(d.year, d.month, d.day) for d in days("2 April 2027, March 3 and 2026-03-04")] == [
        (2027, 4, 2),
        (0, 3, 3),
        (2026, 3, 4),
    ]


def test_numbers_in_words() -> None:
    text = "seven hundred, twenty-five, two thousand and ten, half a dozen? a dozen, one in twenty"
    values = [q.value for q in quantities(text)]
    assert values[:3] == [700, 25, 2010]
    assert values[-2:] == [12, pytest.approx(0.05)]


def test_half_as_long_again_is_one_and_a_half_times() -> None:
    (again,) = quantities("it takes half as long again")
    assert (again.value, again.dimension) == (1.5, "x")


def test_answers_by_their_status_are_no_seconds() -> None:
    assert [q.dimension for q in quantities("503s after 3s")] == ["", "s"]
