"""Grades of an answer: bullseye 100, one hop short 65, right area 35, wrong 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain.claim import Standing
from assistant.domain.report import Report, Verdict
from assistant.llmops.evaluation.suite import Case, Cause

BULLSEYE, ONE_HOP_SHORT, RIGHT_AREA, WRONG = 100, 65, 35, 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a report says, in the words of a suite; `cited` is the text of the evidence that its
    sentences cite, without those that are unverified."""

    verdict: Verdict
    change: str = ""
    service: str = ""
    kind: str = ""
    cited: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    points: int
    label: str
    uncited: tuple[str, ...] = ()  # what had to be cited and was not

    @property
    def counted(self) -> int:
        """A bullseye that does not cite what it must counts as one hop short."""
        return min(self.points, ONE_HOP_SHORT) if self.uncited else self.points

    @property
    def passed(self) -> bool:
        return self.points == BULLSEYE and not self.uncited


def answer_of(report: Report, original: Callable[[str], str] = str) -> Answer:
    """`original` gives the suite's id of a change."""
    vouched = [
        claim
        for claim in (report.headline, *report.summary)
        if claim.standing is not Standing.UNVERIFIED
    ]
    ids = {evidence for claim in vouched for evidence in claim.evidence}
    cited = [e for e in report.evidence if e.id in ids]
    return Answer(
        report.verdict,
        original(report.guilty.id) if report.guilty else "",
        report.first_failing_service,
        report.hypotheses[0].kind if report.hypotheses else "",
        "\n".join(f"{e.title}\n{e.excerpt}\n{e.query}" for e in cited),
    )


def grade(answer: Answer, case: Case) -> Grade:
    """A forbidden answer is wrong whatever else it says."""
    lowered = answer.cited.lower()
    uncited = tuple(words for words in case.must_cite if words.lower() not in lowered)
    if case.forbidden is not None and _any_of(answer, case.forbidden):
        return Grade(WRONG, "forbidden", uncited)
    if case.abstain and answer.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return Grade(BULLSEYE, "rightly abstained")  # who names nothing need cite nothing
    levels = (
        (case.expect, BULLSEYE, "bullseye"),
        (case.near, ONE_HOP_SHORT, "one hop short"),
        (case.area, RIGHT_AREA, "right area"),
    )
    for cause, points, label in levels:
        if cause is not None and _is(answer, cause):
            return Grade(points, label, uncited)
    return Grade(WRONG, "wrong", uncited)


def _is(answer: Answer, cause: Cause) -> bool:
    return (
        cause.verdict in (None, answer.verdict)
        and (not cause.changes or _among(answer.change, cause.changes))
        and (not cause.services or answer.service in cause.services)
        and (not cause.kinds or answer.kind in cause.kinds)
    )


def _any_of(answer: Answer, cause: Cause) -> bool:
    return (
        cause.verdict is answer.verdict
        or _among(answer.change, cause.changes)
        or answer.service in cause.services
        or answer.kind in cause.kinds
    )


def _among(change: str, wanted: tuple[str, ...]) -> bool:
    return bool(change) and any(change.startswith(start) for start in wanted)
