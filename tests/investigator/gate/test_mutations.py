"""A right sentence with one thing changed in it is a wrong sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.claim import Claim
from assistant.investigator.gate import check
from tests.builders.reports import a_report

REPORT = a_report()
RIGHT = [
    ("p95 of checkout climbed from 0.18 s to 5.02 s at 11:52.", ("E3",)),
    ("The pool of payments rose from 6 to 20 connections at 11:48.", ("E1",)),
    ("16 % of the gateway's requests fail since 11:53: 2,977 of 18,412.", ("E4",)),
    ("payments v3.8.0 with 4f1c9a7e2b6d was deployed at 11:38.", ("E6",)),
    ("inventory v2.14.0 was deployed at 11:44, and is innocent.", ("E7",)),
]
NAMES = ("payments", "checkout", "gateway", "inventory")


def passes(text: str, cited: tuple[str, ...]) -> bool:
    return not check(Claim(text, cited), REPORT, REPORT.evidence).problems


@pytest.mark.parametrize(("text", "cited"), RIGHT)
def test_as_it_is(text: str, cited: tuple[str, ...]) -> None:
    assert passes(text, cited)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.sampled_from(RIGHT), st.sampled_from((0.3, 0.6, 1.7, 3.1, 13)), st.data())
def test_another_number(
    right: tuple[str, tuple[str, ...]], factor: float, data: st.DataObject
) -> None:
    text, cited = right
    numbers = list(re.finditer(r"(?<![\w:.,])\d[\d,]*(?:\.\d+)?(?![\w:.]*\d)", text))
    if numbers:
        one = data.draw(st.sampled_from(numbers))
        other = f"{float(one[0].replace(',', '')) * factor:.3f}"
        assert not passes(text[: one.start()] + other + text[one.end() :], cited)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(RIGHT), st.integers(12, 50))
def test_another_time(right: tuple[str, tuple[str, ...]], shift: int) -> None:
    text, cited = right
    moved = re.sub(r"11:(\d\d)", lambda m: f"10:{(int(m[1]) + shift) % 60:02}", text)
    assert not passes(moved, cited)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(RIGHT), st.sampled_from(NAMES))
def test_another_service(right: tuple[str, tuple[str, ...]], other: str) -> None:
    text, cited = right
    own = next(name for name in NAMES if name in text)
    if other != own:
        assert not passes(text.replace(own, other), cited)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sampled_from(RIGHT[:3]), st.sampled_from(("E5", "E6", "E7", "E8")))
def test_right_by_other_evidence(right: tuple[str, tuple[str, ...]], other: str) -> None:
    assert not passes(right[0], (other,))
