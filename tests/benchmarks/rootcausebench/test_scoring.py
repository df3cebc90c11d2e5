"""The published scoring rules, by example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.usage import Usage
from benchmarks.rootcausebench.cases import Truth
from benchmarks.rootcausebench.scoring import NONE, UNSURE, Answer, Score, score, spending, summary

GUILTY, DECOY, OTHER = "abcdef1" + "0" * 33, "d" * 40, "e" * 40


def an_answer(commit: str, service: str = "", blast: str = "", remedy: str = "") -> Answer:
    return Answer(commit, service, frozenset(blast.split()), remedy, "change_guilty", 0.9, 0.5)


def a_truth(commit: str = GUILTY) -> Truth:
    return Truth(commit, "orders", frozenset({"cart", "web"}), "rollback", (DECOY,))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (an_answer(GUILTY), Score(passed=True, decoy=False, graded=1.0)),
        (an_answer(DECOY, "orders", "cart web"), Score(passed=False, decoy=True, graded=0.0)),
        (an_answer(OTHER, "orders", "cart web", "rollback"), Score(False, False, 0.5)),
        (an_answer(NONE, "web", "cart", "rollback"), Score(False, False, 0.35)),
        (an_answer(UNSURE, "web", "", "scale_out"), Score(False, False, 0.0)),
    ],
)
def test_scores(answer: Answer, expected: Score) -> None:
    found = score(answer, a_truth())
    assert (found.passed, found.decoy) == (expected.passed, expected.decoy)
    assert found.graded == pytest.approx(expected.graded)


@pytest.mark.parametrize(("wanted", "passed"), [("abcdef1", True), ("abcdef", False)])
def test_seven_leading_digits_count(wanted: str, passed: bool) -> None:
    assert score(an_answer(GUILTY), a_truth(wanted)).passed is passed


def test_none_is_an_answer_and_unsure_is_not_none() -> None:
    assert score(an_answer(NONE), a_truth(NONE)).passed
    assert not score(an_answer(UNSURE), a_truth(NONE)).passed


def test_words_of_the_engine_are_the_words_of_the_data() -> None:
    truth = Truth(GUILTY, "", frozenset({"x"}), "rotate-cert", ())
    assert score(an_answer(OTHER, "y", "", "rotate_certificate"), truth).graded == pytest.approx(
        0.2
    )


def test_the_last_line() -> None:
    scored = [
        (answer, truth, score(answer, truth))
        for answer, truth in (
            (an_answer(GUILTY), a_truth()),
            (an_answer(DECOY), a_truth()),
            (an_answer(NONE), a_truth(NONE)),
            (an_answer(UNSURE), a_truth(NONE)),
        )
    ]
    assert summary(scored) == (
        "rootcausebench: passed 2/4, decoys 1, none 1/2, graded 0.500, median 0.50 s"
    )


def test_what_a_model_took_ends_the_last_line() -> None:
    def took(usage: Usage | None) -> Answer:
        return replace(_ANSWERED, usage=usage)

    priced = Usage(calls=2, input_tokens=9_000, output_tokens=400, cost_usd=0.02)
    unpriced = Usage(calls=1, input_tokens=3_000, output_tokens=200, unpriced=1)
    assert spending([took(None)]) == ""
    assert spending([took(priced), took(unpriced)]) == (
        ", tokens in/out median 6,000/300, calls median 1.5, "
        "cost $0.0200 and 1 calls of unknown price"
    )
    assert spending([took(unpriced)]).endswith(", calls median 1, cost unknown")


_ANSWERED = Answer(NONE, "", frozenset(), "", "no_change_guilty", 0.5, 1.0)
