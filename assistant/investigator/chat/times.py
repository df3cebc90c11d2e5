"""Times in a person's sentence: the few forms that people use when they speak of an incident.

A general date parser takes 'second', 'may' or a lone number for a date; here a time needs a word
that says so (since, at, between, last, ago, yesterday) or a form that is nothing else (14:00, ISO
8601). Everything is read as UTC unless an offset stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.domain.errors import InvalidWindow
from assistant.domain.window import TimeWindow

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNIT = r"s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?"
_NUMBER = r"\d+(?:\.\d+)?|an?\s+half|half\s+an?|a\s+few|few|couple\s+of|an?"
_AMOUNT = rf"(?:(?:about|around|roughly)\s+)?(?P<number>{_NUMBER})?\s*(?P<unit>{_UNIT})"
_ZONE = r"(?:\s*(?:z|utc|gmt)\b|\s*[+-]\d\d:?\d\d\b)?"
_CLOCK = (
    r"(?<![\d.:])(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b"
    r"|(?:1[0-2]|0?[1-9])(?::[0-5]\d)?\s*[ap]\.?m\b\.?|noon|midnight)"
)
_DATE = r"\d{4}-\d\d-\d\d"
_DAY = r"today|yesterday|this\s+morning"
_MOMENT = (
    rf"(?:{_DATE}(?:t|\s+(?:at\s+)?)(?:{_CLOCK})(?:\.\d+)?{_ZONE}"
    rf"|(?:{_DAY})(?:\s+at)?\s+(?:{_CLOCK}){_ZONE}"
    rf"|(?:{_CLOCK}){_ZONE}(?:\s+(?:{_DAY}|on\s+{_DATE}))?|{_DATE}|{_DAY})"
)
_NAMED_ZONE = re.compile(r"(?:\d|[ap]m)\s+(?P<zone>[CEMPBW][EDS]?[SD]?T|CEST|CET|IST|JST|BST)\b")
_SMALL = {"few": 10.0, "a few": 10.0, "couple of": 2.0}


@dataclass(frozen=True, slots=True)
class When:
    """A time that was spoken of: `start` to `end` where it is a period, `ongoing` where it is said
    to go on ('since'). `said` are the words it was read from."""

    start: datetime
    end: datetime
    said: str
    ongoing: bool = False

    @property
    def moment(self) -> bool:
        return self.start == self.end


def when_of(text: str, now: datetime) -> When | None:
    """The time that a sentence speaks of, the first form that fits; None when it names none.
    A time of day alone is the latest such time that has passed."""
    for pattern, read in _FORMS.items():
        if (match := re.search(pattern, text, re.IGNORECASE)) is not None:
            when = read(match, now)
            if when is not None:
                return when
    return None


def unread(text: str) -> str:
    """What stands where a time is expected and is none: 'since 25:00'. '' where nothing does."""
    match = re.search(r"\b(?:since|between|at|around)\s+(\d\S*)", text, re.IGNORECASE)
    return match[0] if match else ""


def foreign_zone(text: str) -> str:
    """A zone abbreviation that stands behind a time and is not read ('' without one): most of them
    are used for several zones."""
    match = _NAMED_ZONE.search(text)
    return match["zone"] if match and match["zone"] not in ("UTC", "GMT") else ""


def window_of(when: When, now: datetime, lookback: timedelta, longest: timedelta) -> TimeWindow:
    """What to read for it: `lookback` before it, to know what is usual, and at most `longest` of
    it. Raises InvalidWindow for a time that has not come."""
    if when.start > now:
        raise InvalidWindow(
            f"{when.start:%Y-%m-%d %H:%M} UTC has not come yet.",
            hint="Times are UTC unless an offset stands behind them, as in 14:00+02:00.",
        )
    end = min(when.end, now, when.start + longest)
    return TimeWindow(when.start - lookback, max(end, when.start + timedelta(minutes=15)))


def _since(match: re.Match[str], now: datetime) -> When | None:
    start = _moment(match["start"], now)
    if start is None:
        return None
    return When(start, max(now, start), match[0].strip(), ongoing=True)


def _between(match: re.Match[str], now: datetime) -> When | None:
    start, end = _moment(match["start"], now), _moment(match["end"], now)
    if start is None or end is None:
        return None
    if end <= start and not re.search(_DATE, match["end"]):
        end = _on_day_of(start, end)
    return When(start, end, match[0].strip()) if start < end else None


def _on_day_of(start: datetime, end: datetime) -> datetime:
    """The end of a period that begins on another day than the one its clock was read for."""
    moved = end.replace(year=start.year, month=start.month, day=start.day)
    return moved if moved > start else moved + timedelta(days=1)


def _last(match: re.Match[str], now: datetime) -> When | None:
    return When(now - _amount(match), now, match[0].strip())


def _ago(match: re.Match[str], now: datetime) -> When | None:
    at = now - _amount(match)
    since = match["since"] is not None
    return When(at, now if since else at, match[0].strip(), ongoing=since)


def _at(match: re.Match[str], now: datetime) -> When | None:
    text = match["start"]
    at = _moment(text, now)
    if at is None:
        return None
    if re.fullmatch(rf"{_DATE}|{_DAY}", text.strip(), re.IGNORECASE):
        end = at + (timedelta(hours=12) if "morning" in text.lower() else timedelta(days=1))
        return When(at, min(end, max(now, at)), match[0].strip())
    return When(at, at, match[0].strip())


def _now(match: re.Match[str], now: datetime) -> When | None:
    return When(now, now, match[0].strip())


def _amount(match: re.Match[str]) -> timedelta:
    number = " ".join((match["number"] or "1").lower().split())
    value = _SMALL.get(number, 0.5 if "half" in number else 1.0)
    if number[0].isdigit():
        value = float(number)
    return timedelta(seconds=value * _UNITS[match["unit"][0].lower()])


def _moment(text: str, now: datetime) -> datetime | None:
    """One point in time; a day alone is its start."""
    text = text.strip().lower()
    day = _day(text, now)
    clock = re.search(_CLOCK, re.sub(_DATE, " ", text))
    if clock is None:
        return day
    hour, minute, second = _clock(clock[0])
    shift = _offset(text)
    try:
        at = (day or now).replace(hour=hour, minute=minute, second=second, microsecond=0) - shift
    except ValueError:
        return None
    return at - timedelta(days=1) if day is None and at > now else at


def _day(text: str, now: datetime) -> datetime | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if (date := re.search(_DATE, text)) is not None:
        try:
            return datetime.fromisoformat(date[0]).replace(tzinfo=UTC)
        except ValueError:
            return None
    if "yesterday" in text:
        return midnight - timedelta(days=1)
    return midnight if "today" in text or "morning" in text else None


def _clock(text: str) -> tuple[int, int, int]:
    if text in ("noon", "midnight"):
        return (12 if text == "noon" else 0), 0, 0
    parts = [int(part) for part in re.findall(r"\d+", text)] + [0, 0]
    hour = parts[0]
    if "m" in text:  # am, pm, a.m., p.m.
        hour = hour % 12 + (12 if "p" in text else 0)
    return hour, parts[1], parts[2]


def _offset(text: str) -> timedelta:
    match = re.search(r"([+-])(\d\d):?(\d\d)\s*(?:\Z|today|yesterday|on\b)", text)
    if match is None:
        return timedelta(0)
    sign = -1 if match[1] == "-" else 1
    return sign * timedelta(hours=int(match[2]), minutes=int(match[3]))


_START, _END = f"(?P<start>{_MOMENT})", f"(?P<end>{_MOMENT})"
_FORMS: Mapping[str, Callable[[re.Match[str], datetime], When | None]] = {
    rf"\b(?:between|from)\s+{_START}\s+(?:and|to|until|till)\s+{_END}": _between,
    rf"{_START}\s*(?:-|–|\.\.|/|to|until)\s*{_END}": _between,
    rf"\b(?P<since>since\s+|for\s+)?\s*{_AMOUNT}\s+(?:ago|now)\b": _ago,
    rf"\b(?P<since>for)\s+(?:the\s+)?(?:last\s+|past\s+)?{_AMOUNT}\b": _ago,
    rf"\b(?:since|from|after|starting)\s+(?:(?:at|about|around)\s+)?{_START}": _since,
    rf"\b(?:last|past|previous)\s+{_AMOUNT}\b": _last,
    rf"\b(?:at|around|about|on|near|by|before|~)?\s*{_START}": _at,
    r"\b(?:(?:right|just)\s+now|(?<!what )now|currently|at\s+the\s+moment)\b": _now,
}
