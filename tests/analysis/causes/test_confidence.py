"""From the grounds of an answer to a probability."""

from __future__ import annotations

from itertools import pairwise

import pytest

from assistant.analysis.causes.confidence import LOW, Answer, Grounds, confidence

WEIGHTS = {"named": -0.5, "share": 3.0, "signals": 1.5, "answer: healthy": 1.0}


def test_more_of_the_odds_and_more_signals_make_it_surer() -> None:
    grounds = [
        Grounds(Answer.CHANGE, share=-2.0, signals=2),
        Grounds(Answer.CHANGE, share=2.0, signals=2),
        Grounds(Answer.CHANGE, share=2.0, signals=5),
    ]

    assert all(a < b for a, b in pairwise(confidence(g, WEIGHTS) for g in grounds))


@pytest.mark.parametrize("answer", [Answer.CHANGE, Answer.OPERATIONAL, Answer.NO_FIT])
def test_a_cause_with_one_signal_is_low_however_far_it_leads(answer: Answer) -> None:
    assert confidence(Grounds(answer, share=6.0, lead=6.0, signals=1), WEIGHTS) == LOW


def test_what_lies_beyond_the_furthest_says_no_more() -> None:
    far, further = (Grounds(Answer.CHANGE, share=s, signals=3) for s in (6.0, 60.0))

    assert confidence(far, WEIGHTS) == confidence(further, WEIGHTS)


def test_the_table_of_the_product_gives_probabilities_for_every_kind_of_answer() -> None:
    for answer in Answer:
        assert 0.0 < confidence(Grounds(answer, signals=3)) < 1.0
