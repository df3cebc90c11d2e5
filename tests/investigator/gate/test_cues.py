"""Cue phrases are found in every inflection, at their place in the text."""

from __future__ import annotations

from assistant.investigator.gate.cues import cues


def found(text: str, *phrases: str) -> list[str]:
    return [text[c.start : c.end] for c in cues(text, phrases)]


def test_every_inflection_is_found_in_place() -> None:
    text = "Overloading it caused refusals, which causes delays."
    assert found(text, "cause", "overload") == ["Overloading", "caused", "causes"]


def test_derived_words_are_other_words() -> None:
    assert found("An operation is operational.", "operational") == ["operational"]


def test_an_exact_form_is_asked_for_by_a_sign() -> None:
    assert found("It ended, and the end was near.", "ended=") == ["ended"]


def test_a_star_spans_up_to_three_words_and_the_longest_phrase_wins() -> None:
    assert found("It brought the whole shop down.", "bring * down", "brought * down") == [
        "brought the whole shop down"
    ]
    assert found("It was worn out by then.", "worn", "worn out") == ["worn out"]
