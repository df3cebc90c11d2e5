"""Points in time and lengths of time in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_DAY = 86400.0
_TIME = re.compile(
    r"(?:(?P<date>\d{4}-\d{2}-\d{2})(?:[T ]| at ))?"
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"(?![\d:]|\.\d)(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"(?: ?(?P<zone>Z\b|UTC(?:[+-]\d{1,2})?|GMT|[+-]\d{2}:?\d{2}\b|[A-Z]{2,3}T\b))?"
)
_BEFORE = re.compile(r"([~≈]|[A-Za-z]+)\s*$")
_ROUGH = frozenset(
    "about around approximately roughly nearly almost ~ ≈ circa shortly just".split()
)
_ZONES = {"CET": 1, "EET": 2, "EST": -5, "CST": -6, "PST": -8, "PDT": -7, "EDT": -4, "MST": -7}


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{'|'.join(_MONTHS)})[a-z]*|"
    rf"(?P<month2>{'|'.join(_MONTHS)})[a-z]* (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"(?:,? (?P<year>\d{4}))?\b"
    r"|\b(?P<iso>\d{4}-\d{2}-\d{2})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date at [start, end) of a text; `year` 0 when none is written."""

    start: int
    end: int
    year: int
    month: int
    day: int
    text: str


def days(text: str) -> tuple[Day, ...]:
    return tuple(_day(match) for match in _DATE.finditer(text))


def _day(match: re.Match[str]) -> Day:
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
    else:
        month = _MONTHS.index((match["month"] or match["month2"]).lower()[:3]) + 1
        day, year = int(match["day"] or match["day2"]), int(match["year"] or 0)
    return Day(*match.span(), year, month, day, match[0])


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day at [start, end) of a text: the seconds of the day it may mean, [low, high);
    `date` when one is written."""

    start: int
    end: int
    low: float
    high: float
    date: str
    preposition: str
    text: str


@lru_cache(maxsize=4096)
def clocks(text: str) -> tuple[Clock, ...]:
    found = []
    for match in _TIME.finditer(text):
        before = _BEFORE.search(text[max(0, match.start() - 16) : match.start()])
        word = before[1].lower() if before else ""
        low = _seconds(match)
        high = low + (1.0 if match["second"] else 60.0)
        if word in _ROUGH:
            low, high = low - 120, high + 120
        elif not match["second"]:
            low -= 30  # 11:47:40 may be told as 11:48
        found.append(
            Clock(
                match.start(), match.end(), low, high, match["date"] or "", word, match[0].strip()
            )
        )
    return tuple(found)


def _seconds(match: re.Match[str]) -> float:
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    seconds = hour * 3600.0 + int(match["minute"]) * 60 + int(match["second"] or 0)
    return seconds - _offset(match["zone"] or "") * 3600


def _offset(zone: str) -> float:
    """Hours east of Greenwich; a zone nobody knows counts as UTC and fails by its time."""
    if zone in _ZONES:
        return _ZONES[zone]
    signed = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", zone)
    if not signed:
        return 0.0
    hours = int(signed[2]) + int(signed[3] or 0) / 60
    return -hours if signed[1] == "-" else hours


def of_day(moment: datetime) -> float:
    """Seconds since midnight UTC."""
    at = moment.astimezone(UTC)
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6


def meets(clock: Clock, earliest: datetime, latest: datetime) -> bool:
    """Whether the written time can be one within [earliest, latest]."""
    if clock.date and clock.date not in (f"{earliest:%Y-%m-%d}", f"{latest:%Y-%m-%d}"):
        return False
    length = (latest - earliest).total_seconds()
    begin = of_day(earliest)
    return any(
        clock.low + shift <= begin + length and begin < clock.high + shift
        for shift in (-_DAY, 0.0, _DAY)
    )


def moment(clock: Clock, near: datetime) -> datetime:
    """The written time as a moment of the day that lies nearest to `near`."""
    midnight = near.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: UP017
    middle = (max(clock.low, 0) + clock.high - 1) / 2 if clock.high - clock.low > 1 else clock.low
    candidates = [midnight + timedelta(days=d, seconds=middle) for d in (-1, 0, 1)]
    return min(candidates, key=lambda c: abs(c - near))
