"""A model's typed report: what is forgiven, and what is sent back."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from assistant.domain.claim import Assertion, AssertionKind, Claim
from assistant.investigator.answer.reading import json_in
from assistant.investigator.answer.schema import Explanation, Repair, Sentence, problems_of
from assistant.llmops.tokens import count


def test_a_sloppy_answer_reads_like_the_tidy_one() -> None:
    tidy = Explanation.model_validate(
        {
            "verdict": "change_guilty",
            "guilty": "4f1c9a7e2b6d",
            "confidence": 0.87,
            "sentences": [
                {
                    "text": "The commit leaks a connection.",
                    "evidence": ["E1", "E2"],
                    "asserts": [{"kind": "direction", "subject": "E1", "value": "rose"}],
                },
                {"text": "checkout waits.", "evidence": ["E3"]},
            ],
            "hypotheses": [{"ref": "H1"}],
            "gaps": ["no logs"],
        }
    )
    sloppy = Explanation.model_validate(
        {
            "verdict": "Change guilty",
            "guilty": " 4f1c9a7e2b6d\n",
            "confidence": "87 %",
            "headline": {
                "text": "The commit leaks\n a connection.",
                "evidence": "[E1], e2",
                "asserts": {"kind": "trend", "subject": "E1", "value": "rose"},
            },
            "summary": [{"text": "checkout waits.", "evidence": "E3", "mood": "sure"}],
            "hypotheses": "H1",
            "gaps": "no logs",
            "next_checks": None,
        }
    )
    assert sloppy == tidy
    assert sloppy.headline.claim() == Claim(
        "The commit leaks a connection.",
        ("E1", "E2"),
        (Assertion(AssertionKind.DIRECTION, "E1", "rose"),),
    )
    assert [sentence.text for sentence in sloppy.summary] == ["checkout waits."]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verdict": "maybe"}, "verdict: "),
        ({"verdict": "change_guilty", "guilty": "none"}, "guilty names a change exactly when"),
        ({"guilty": "4f1c9a7e2b6d"}, "guilty names a change exactly when"),
        ({"sentences": []}, "sentences: "),
        ({"sentences": [{"text": " ", "evidence": ["E1"]}]}, "sentences.0.text: "),
        (
            {"sentences": [{"text": "x", "asserts": [{"kind": "vibe", "subject": "E1"}]}]},
            "sentences.0.asserts.0.kind: ",
        ),
    ],
)
def test_what_matters_is_not_guessed(change: dict[str, object], problem: str) -> None:
    answer = {"verdict": "no_change_guilty", "sentences": ["Traffic doubled [E1]."]}
    with pytest.raises(ValidationError) as caught:
        Explanation.model_validate(answer | change)
    assert problem in problems_of(caught.value.errors())


def test_plain_text_cites_what_it_names() -> None:
    sentence = Sentence.model_validate("Traffic doubled [E1], as E4 shows.")
    assert sentence.evidence == ["E1", "E4"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("87%", 0.87), (87, 0.87), (0.87, 0.87), ("high", None), (None, None), (-3, 0.0)],
)
def test_confidence_is_a_share_or_unknown(written: object, expected: float | None) -> None:
    answer = {"verdict": "healthy", "sentences": ["Quiet."], "confidence": written}
    assert Explanation.model_validate(answer).confidence == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        'Here it is:\n```json\n{"a": 1,}\n```\nAnything else?',
        'Sure! {"a": 1} Hope this helps.',
        '<think>{"a": 2}?</think>{"a": 1}',
    ],
)
def test_json_is_found_in_what_surrounds_it(text: str) -> None:
    assert json_in(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", "The database did it.", '{"a": [1, 2', "<think>{"])
def test_a_cut_off_answer_is_no_answer(text: str) -> None:
    assert json_in(text) is None


def test_the_schemas_are_lean() -> None:
    sizes = {
        schema: count(json.dumps(schema.model_json_schema(), separators=(",", ":")))
        for schema in (Explanation, Repair)
    }
    assert sizes[Explanation] <= 520
    assert sizes[Repair] <= 150
    assert "$ref" not in json.dumps(Explanation.model_json_schema())
