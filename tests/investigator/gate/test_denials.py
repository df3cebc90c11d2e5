"""How far the negations of a sentence reach."""

from __future__ import annotations

import pytest

from assistant.domain.claim import Claim
from assistant.investigator.gate import check
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.reading import Reading, read
from tests.builders.reports import a_report

REPORT = a_report()


def reading(text: str) -> Reading:
    return read(text, Grounds(REPORT, (), {}))


@pytest.mark.parametrize(
    ("text", "word", "negated"),
    [
        ("It did not fail.", "fail", True),
        ("It did not slow down, and errors rose.", "rose", False),
        ("None of the releases, early or late, caused it.", "caused", True),
        ("Neither the flag nor the release is guilty.", "guilty", True),
        ("It fails to explain the delay.", "explain", True),
        ("It did not fail until noon.", "fail", False),
        ("None other than checkout failed.", "failed", False),
        ("No more than five of them failed.", "failed", False),
        ("Not only checkout failed.", "failed", False),
        ("It is not that it never failed.", "failed", False),
        ("Its answers are free of errors.", "errors", True),
        ("It was slow rather than broken.", "broken", True),
    ],
)
def test_what_a_negation_reaches(text: str, word: str, negated: bool) -> None:
    assert reading(text).negated(text.index(word)) is negated


def passes(text: str, *cited: str) -> bool:
    return not check(Claim(text, cited), REPORT, REPORT.evidence).problems


@pytest.mark.parametrize(
    "text",
    [
        "payments was not deployed in that hour.",
        "There was no deployment of payments.",
        "Nothing was rolled out to payments.",
    ],
)
def test_a_deployment_that_is_cited_did_happen(text: str) -> None:
    assert not passes(text, "E6")


@pytest.mark.parametrize(
    "text",
    [
        "checkout answers the way it always has.",
        "checkout remained responsive throughout.",
        "checkout copes well.",
        "checkout is free of delays.",
    ],
)
def test_a_calm_sentence_does_not_rest_on_trouble(text: str) -> None:
    assert not passes(text, "E3")


def test_a_contrasted_name_needs_no_evidence() -> None:
    assert passes("It was payments, not checkout, that was deployed at 11:38.", "E6")
    assert not passes("It was checkout, not payments, that was deployed at 11:38.", "E6")


def test_shares_in_words_fit_the_measured_one() -> None:
    assert passes("Only a few of the gateway's requests fail.", "E4") is True
    assert passes("Most of the gateway's requests fail.", "E4") is False
