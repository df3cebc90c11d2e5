"""Times in sentences, read at 15:30 UTC on 2 March 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.domain.errors import InvalidWindow
from assistant.investigator.chat.times import When, foreign_zone, unread, when_of, window_of

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("why is checkout slow since 14:00?", "03-02 14:00", "03-02 15:30"),
        ("since 16:00", "03-01 16:00", "03-02 15:30"),  # the latest 16:00 that has passed
        ("since yesterday 14:00", "03-01 14:00", "03-02 15:30"),
        ("since 2026-03-01T23:00+02:00", "03-01 21:00", "03-02 15:30"),
        ("slow for 10 minutes", "03-02 15:20", "03-02 15:30"),
        ("since half an hour ago", "03-02 15:00", "03-02 15:30"),
        ("errors on cart in the last 20 minutes", "03-02 15:10", "03-02 15:30"),
        ("in the past 1.5 hours", "03-02 14:00", "03-02 15:30"),
        ("between 14:00 and 14:30", "03-02 14:00", "03-02 14:30"),
        ("from 23:50 to 00:10", "03-01 23:50", "03-02 00:10"),
        ("14:00-14:30", "03-02 14:00", "03-02 14:30"),
        ("yesterday", "03-01 00:00", "03-02 00:00"),
        ("yesterday at 9:15", "03-01 09:15", "03-01 09:15"),
        ("on 2026-02-27 at 13:00", "02-27 13:00", "02-27 13:00"),
        ("at 2pm", "03-02 14:00", "03-02 14:00"),
        ("an hour ago", "03-02 14:30", "03-02 14:30"),
        ("is anything broken right now?", "03-02 15:30", "03-02 15:30"),
    ],
)
def test_forms_that_people_use(text: str, start: str, end: str) -> None:
    when = when_of(text, NOW)

    assert when is not None
    assert (when.start, when.end) == (moment(start), moment(end))
    assert when.said in text


@pytest.mark.parametrize(
    "text",
    [
        "p95 of 5.02 s on 10.0.0.1:8080",
        "5 errors on cart",
        "the second may deploy",
        "from 10 to 20",
        "since 25:00",
        "since 2026-13-45",
    ],
)
def test_what_is_no_time_is_not_taken_for_one(text: str) -> None:
    assert when_of(text, NOW) is None


def test_what_stands_where_a_time_belongs_is_told() -> None:
    assert unread("since 25:00 it fails") == "since 25:00"
    assert foreign_zone("at 12:00 CET") == "CET"
    assert foreign_zone("at 12:00 UTC") == ""


def test_a_period_is_read_with_what_was_usual_before_it_and_no_longer_than_is_useful() -> None:
    when = When(moment("03-01 00:00"), moment("03-02 00:00"), "yesterday")

    window = window_of(when, NOW, timedelta(hours=3), timedelta(hours=6))

    assert (window.start, window.end) == (moment("02-28 21:00"), moment("03-01 06:00"))


def test_a_time_that_has_not_come_is_refused() -> None:
    tomorrow = When(moment("03-03 00:00"), moment("03-03 00:00"), "")
    with pytest.raises(InvalidWindow, match="not come yet"):
        window_of(tomorrow, NOW, timedelta(hours=3), timedelta(hours=6))
