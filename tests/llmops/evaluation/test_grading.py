"""Grades, by example: what was said, what the case asks, and what it is worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain.claim import Standing
from assistant.domain.report import Verdict
from assistant.llmops.evaluation.grading import Answer, Grade, answer_of, grade
from assistant.llmops.evaluation.suite import Case, Cause
from tests.builders.reports import GUILTY, a_report

_G, _N, _H = Verdict.CHANGE_GUILTY, Verdict.NO_CHANGE_GUILTY, Verdict.HEALTHY
LEAK = Case(
    name="leak",
    incident=Path("leak"),
    expect=Cause(verdict=_G, changes=("abc1234",)),
    near=Cause(verdict=_G, services=("payments",)),
    area=Cause(services=("payments", "checkout")),
    forbidden=Cause(changes=("dec0y",)),
    must_cite=("Pool",),
)
DARK = Case(name="dark", incident=Path("dark"), abstain=True)


@pytest.mark.parametrize(
    ("answer", "case", "points", "label"),
    [
        (Answer(_G, "abc1234ff", "payments", cited="the pool is full"), LEAK, 100, "bullseye"),
        (Answer(_G, "abc1234ff", "payments", cited="it is slow"), LEAK, 65, "bullseye"),
        (Answer(_G, "other", "payments", cited="pool"), LEAK, 65, "one hop short"),
        (Answer(_N, "", "checkout", cited="pool"), LEAK, 35, "right area"),
        (Answer(_N, "", "search", cited="pool"), LEAK, 0, "wrong"),
        (Answer(_G, "dec0y99", "payments", cited="pool"), LEAK, 0, "forbidden"),
        (Answer(Verdict.NOT_ENOUGH_EVIDENCE), LEAK, 0, "wrong"),
        (Answer(Verdict.NOT_ENOUGH_EVIDENCE), DARK, 100, "rightly abstained"),
        (Answer(_H), DARK, 0, "wrong"),
    ],
)
def test_what_an_answer_is_worth(answer: Answer, case: Case, points: int, label: str) -> None:
    given = grade(answer, case)
    assert (given.counted, given.label) == (points, label)


def test_what_had_to_be_cited_is_told() -> None:
    assert grade(Answer(_G, "abc1234"), LEAK) == Grade(100, "bullseye", ("Pool",))


def test_evidence_of_unverified_sentences_does_not_count() -> None:
    report = a_report(summary=())
    assert "db.pool.in_use" in answer_of(report).cited
    guess = replace(report.headline, standing=Standing.UNVERIFIED)
    assert answer_of(replace(report, headline=guess)) == Answer(
        _G, GUILTY, "payments", "change", ""
    )
