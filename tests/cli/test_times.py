"""Moments and durations as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.cli.times import parse_duration, parse_moment, parse_period
from assistant.domain.window import TimeWindow
from tests.builders import NOON, at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOON),
        ("-15m", at(-15)),
        ("-1h30m", at(-90)),
        ("2026-03-02T11:45:00Z", at(-15)),
        ("2026-03-02T12:45:00+01:00", at(-15)),
        ("2026-03-02T11:45", at(-15)),  # UTC when it names no zone
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert parse_moment(text, NOON) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "15", "15 m", "m15", "0m", "-5m", "5w"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "noon", "-", "-5", "02.03.2026", "2026-13-01T00:00Z"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_moment(text, NOON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T11:45Z..2026-03-02T12:00Z", TimeWindow(at(-15), NOON)),
        ("2026-03-02T11:45Z/2026-03-02T12:00Z", TimeWindow(at(-15), NOON)),
        ("-15m..now", TimeWindow(at(-15), NOON)),
        ("-15m..", TimeWindow(at(-15), NOON)),
    ],
)
def test_periods(text: str, expected: TimeWindow) -> None:
    assert parse_period(text, NOON) == expected


@pytest.mark.parametrize("text", ["", "15m", "2026-03-02T11:45Z", "now", "soon..now"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_period(text, NOON)
