"""Moments and durations as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

from assistant.domain.window import TimeWindow

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


def parse_duration(text: str) -> timedelta:
    """`90s`, `15m`, `1h30m`, `2d`. Raises ValueError."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a duration such as 90s, 15m, 1h30m or 2d")
    total = sum((timedelta(**{_UNITS[u]: float(n)}) for n, u in parts), timedelta(0))
    if not total:
        raise ValueError("a duration must be longer than nothing")
    return total


def parse_moment(text: str, now: datetime) -> datetime:
    """ISO 8601 (UTC when it names no zone), `now`, or `-15m` before now. Raises ValueError."""
    if text == "now":
        return now
    if text.startswith("-"):
        return now - parse_duration(text[1:])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time; write 2026-03-02T12:00:00Z, now, or -15m"
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Moment(click.ParamType[datetime]):
    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(str(value), datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def parse_period(text: str, now: datetime) -> TimeWindow:
    """`START..END` or `START/END` (ISO 8601's own form); an end left out is now. Raises ValueError,
    InvalidWindow."""
    start, separator, end = text.partition(".." if ".." in text else "/")
    if not separator:
        raise ValueError(f"{text!r} is not a period; write START..END")
    return TimeWindow(parse_moment(start, now), parse_moment(end or "now", now))


class _Span(click.ParamType[timedelta | TimeWindow]):
    name = "window"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta | TimeWindow:
        if isinstance(value, timedelta | TimeWindow):
            return value
        text = str(value)
        try:
            if ".." not in text and "/" not in text:
                return parse_duration(text)
            return parse_period(text, datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Period(click.ParamType[TimeWindow]):
    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> TimeWindow:
        if isinstance(value, TimeWindow):
            return value
        try:
            return parse_period(str(value), datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DURATION = _Duration()
MOMENT = _Moment()
WINDOW = _Span()
PERIOD = _Period()
