"""A run of a suite on a page and in a terminal, with names that would like to be markup."""

from __future__ import annotations

from pathlib import Path

from assistant.domain.report import Verdict
from assistant.domain.usage import Usage
from assistant.llmops.evaluation.grading import Answer, Grade
from assistant.llmops.evaluation.results import Contestant, Result, document
from integrations.renderings.evaluation import page, table

_ANSWER = Answer(Verdict.HEALTHY)
_HOSTILE = "<b>leak</b>\x1b[31m"
_FREE = Contestant("large")
_OTHER = Contestant("large", Path("wording"))
DOCUMENT = document(
    "shop",
    [
        Result(_FREE, _HOSTILE, _ANSWER, Grade(100, "bullseye", ("pool",)), 2.0, Usage(calls=3)),
        Result(_FREE, "dark", _ANSWER, Grade(0, "wrong"), 1.0, Usage(input_tokens=1500)),
        Result(_OTHER, _HOSTILE, _ANSWER, Grade(35, "right area"), 3.0, Usage(unpriced=1)),
        Result(_OTHER, "dark", _ANSWER, Grade(100, "bullseye"), 1.0, ended="out of calls"),
    ],
)


def test_contestants_stand_side_by_side() -> None:
    shown = page(DOCUMENT, ["one against two"], [])
    assert "<th>Case</th><th>large</th><th>large with wording</th>" in shown
    assert '<span class="score">65</span> bullseye, did not cite pool</td>' in shown
    assert '<span class="score">35</span> right area</td>' in shown
    assert "<b>leak" not in shown
    assert "\x1b" not in shown
    assert "<script" not in shown


def test_each_measure_has_a_heading_and_a_picture_for_each_width() -> None:
    shown = page(DOCUMENT, [], [])
    headings = ("Points, of 100", "Tokens that went in and came out", "Seconds that an")
    assert all(f">{heading}" in shown for heading in headings)
    assert shown.count("<svg") == 6
    assert "by case. large: " in shown
    assert "dark 1,500" in shown


def test_what_is_0_everywhere_has_no_picture() -> None:
    alone = document("one", [Result(_FREE, "a", _ANSWER, Grade(0, "wrong"), 1.0)])
    assert page(alone, [], []).count("<svg") == 2


def test_a_terminal_gets_a_row_for_each_case_and_contestant() -> None:
    lines = table(DOCUMENT, width=160).splitlines()
    assert [line.split()[-1] for line in lines[1:5]] == ["2.0", "3.0", "1.0", "1.0"]
    assert "unknown" in lines[2]
    assert "bullseye (out of calls)" in lines[4]
    assert "\x1b" not in "".join(lines)
