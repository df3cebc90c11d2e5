"""A question as JSON and back."""

from __future__ import annotations

from assistant.api.schemas import QuestionJson, question_to_dict
from assistant.domain.report import Question
from tests.builders import NOON, a_window


def test_a_question_survives_the_way_there_and_back() -> None:
    asked = Question(
        NOON,
        "checkout",
        window=a_window(-30, 5),
        symptom="slow",
        metric="latency",
        repository="shop",
        baseline=a_window(-24 * 60, -23 * 60),
    )

    assert QuestionJson.model_validate(question_to_dict(asked)).value() == asked


def test_without_a_good_time_the_question_names_none() -> None:
    assert QuestionJson.model_validate(question_to_dict(Question(NOON))).value().baseline is None
