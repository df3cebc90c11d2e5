"""The contract of FeedbackLog."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.conversation import Feedback
from assistant.domain.ports import FeedbackLog
from tests.builders import at
from tests.conformance.conftest import Records


@pytest.fixture
def feedback(records: Records) -> FeedbackLog:
    return records.feedback


def said(name: str = "f-1", minutes: float = 0, **changes: object) -> Feedback:
    given = Feedback(
        id=name,
        at=at(minutes),
        report_id="r-1",
        helpful=False,
        claim="The flag is innocent.",
        reason="It was the flag.",
        outcome="The flag was set back.",
        user="mara",
        channel="cli",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def test_feedback_comes_back_by_time(feedback: FeedbackLog) -> None:
    for name, minutes in (("b", 2), ("c", 3), ("a", 1)):
        feedback.record(said(name, minutes))

    assert list(feedback.of("r-1")) == [said("a", 1), said("b", 2), said("c", 3)]


def test_the_same_id_replaces(feedback: FeedbackLog) -> None:
    feedback.record(said())
    feedback.record(said(helpful=True, reason=""))

    assert list(feedback.of("r-1")) == [said(helpful=True, reason="")]


def test_other_reports_have_their_own(feedback: FeedbackLog) -> None:
    feedback.record(said(report_id="r-2"))

    assert list(feedback.of("r-1")) == []
    assert [f.id for f in feedback.of("r-2")] == ["f-1"]
