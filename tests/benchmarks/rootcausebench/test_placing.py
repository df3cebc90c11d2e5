"""Hunks stand where their headers say."""

from __future__ import annotations

from benchmarks.rootcausebench.diffs import sections
from benchmarks.rootcausebench.placing import placed

FIRST = "@@ -3,2 +3,3 @@ def f():\n a = 1\n-b = 2\n+b = 3\n+c = 4"
SECOND = "@@ -9,2 +9,2 @@\n x = 1\n-y = 2\n+y = 3"


def versions(*diffs: str) -> list[list[str]] | None:
    return placed([sections(diff, ["a.py"]) for diff in diffs])


def test_a_hunk_stands_at_its_lines_below_the_line_that_its_header_quotes() -> None:
    assert versions(FIRST) == [
        ["", "def f():", "a = 1", "b = 2"],
        ["", "def f():", "a = 1", "b = 3", "c = 4"],
    ]


def test_what_a_later_hunk_tells_of_a_line_was_there_before_it() -> None:
    found = versions(FIRST, SECOND)

    assert found is not None
    first, second, third = found
    assert (first[7:], second[8:], third[8:]) == (
        ["x = 1", "y = 2"],
        ["x = 1", "y = 2"],
        ["x = 1", "y = 3"],
    )


def test_a_later_hunk_sees_the_lines_of_an_earlier_one() -> None:
    found = versions(FIRST, "@@ -4,2 +4,1 @@\n-b = 3\n c = 4")

    assert found is not None
    assert found[-1] == ["", "def f():", "a = 1", "c = 4"]


def test_numbers_that_contradict_each_other_are_not_trusted() -> None:
    assert versions(FIRST, "@@ -4,1 +4,1 @@\n-b = 7\n+b = 8") is None
    assert versions(FIRST, "@@ def g():\n-b = 3\n+b = 8") is None
    assert versions("") is None
