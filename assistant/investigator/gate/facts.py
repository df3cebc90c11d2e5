"""The numbers that cited evidence vouches for: those written in it, those of its typed form, and
what follows from both (ratios, differences, shares)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from assistant.domain.report import Breakdown
from assistant.investigator.gate.clock import clocks, days
from assistant.investigator.gate.courses import Course, Moment
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.measures import UNITS
from assistant.investigator.gate.quantities import quantities

_NAME_UNIT = re.compile(
    r"(?:^|[_.\s])(ms|millis|milliseconds|seconds|us|bytes|kb|mb|gb|pct|percent|rps|rpm)(?:$|[_.\s])"
)
_SECONDS_NAME = re.compile(r"\w\.\w+.*\b(?:duration|wait_time|use_time|create_time)\b|duration_s\b")
_SHARE_NAME = re.compile(r"ratio|share|rate|utili[sz]ation|fraction")
_DURATION_NAME = re.compile(
    r"(?:timeout|delay|interval|seconds|_s|ttl|wait|deadline|duration|backoff|"
    r"every|period|sleep|expire|expiry|max_age|hold|pause)\w*[\s\"':=(,]*\Z"
)
_TIMES_UNIT = re.compile(
    r"\b(\d+(?:\.\d+)?) ?\* ?time\.(Nanosecond|Microsecond|Millisecond|Second|Minute|Hour)"
)
_UNIT_OF = re.compile(
    r"\b(?:of|from_)?(millis|seconds|minutes|hours|milliseconds)[(=] ?(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_FOUR_DIGITS = 0.0005
_HASH = re.compile(r"\b[0-9a-f]{7,40}\b")
_RAW = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Fact:
    """A number in base units of its dimension ('' when it has none), as it is `shown`, and the
    service it is about ('' when about none)."""

    value: float
    dimension: str
    shown: float
    slack: float = 0.0
    service: str = ""
    source: str = ""


def facts_of(grounds: Grounds) -> tuple[Fact, ...]:
    return tuple(_facts(grounds))


def _facts(grounds: Grounds) -> Iterator[Fact]:
    for evidence, text in zip(grounds.cited, grounds.texts, strict=True):
        for fact in in_text(text):
            yield Fact(
                fact.value, fact.dimension, fact.shown, fact.slack, evidence.service, evidence.id
            )
    for text in grounds.derived:
        yield from in_text(text)
    for course in grounds.courses:
        yield from of_course(course)
    for evidence in grounds.changes:
        yield from _changed(evidence.excerpt)
    for breakdown in grounds.breakdowns:
        yield from _of_breakdown(breakdown)
    for calls in grounds.calls:
        yield from _counted(calls.failed, calls.calls, calls.caller)
        yield Fact(calls.calls - calls.failed, "", calls.calls - calls.failed)
    impact = grounds.report.impact
    if not grounds.ids.isdisjoint(impact.evidence):
        yield from _counted(impact.failed_requests, impact.requests)


@lru_cache(maxsize=2048)
def in_text(text: str) -> tuple[Fact, ...]:
    written = [Fact(q.value, q.dimension, q.shown) for q in quantities(text)]
    bare = _bare(text)
    raw = [(float(m[0].replace(",", "")), m.start()) for m in _RAW.finditer(bare)]
    raw += [(-value, at) for value, at in raw if value < 0]  # 'the last 20' is `[-20:]`
    written += [Fact(v * UNITS[u][1], "s", v) for v, u in _code_durations(text)]
    return (*written, *(Fact(value, _unit_before(text, at), value) for value, at in raw))


def _bare(text: str) -> str:
    """Without times of day, dates and hashes, whose digits count nothing."""
    spans = [(c.start, c.end) for c in clocks(text)] + [(d.start, d.end) for d in days(text)]
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return _HASH.sub(lambda m: " " * len(m[0]), text)


def _code_durations(text: str) -> Iterator[tuple[float, str]]:
    """`5*time.Second`, `Duration.ofMillis(300)`, `timedelta(minutes=2)`."""
    for number, unit in _TIMES_UNIT.findall(text):
        yield float(number), unit.lower()
    for unit, number in _UNIT_OF.findall(text):
        yield float(number), unit.lower()


def _unit_before(text: str, at: int) -> str:
    """'free' of a setting such as `timeout_s = 1.2`, whose number may be one of seconds."""
    return "free" if _DURATION_NAME.search(text[max(0, at - 40) : at].lower()) else ""


def _changed(excerpt: str) -> Iterator[Fact]:
    """By how much a commit changes a number, and how many times it makes it."""
    lines = excerpt.split("\n")
    for gone, come in pairwise(lines):
        if gone.startswith("-") and come.startswith("+"):
            for old, new in zip(in_text(gone[1:]), in_text(come[1:]), strict=False):
                if old.dimension == new.dimension and old.value != new.value:
                    yield Fact(
                        abs(new.value - old.value), old.dimension, abs(new.shown - old.shown)
                    )
                    if old.value:
                        yield Fact(new.value / old.value, "x", new.value / old.value)
                    if new.value:
                        yield Fact(old.value / new.value, "x", old.value / new.value)


def unit_of(course: Course) -> tuple[str, float]:
    """Dimension and size of a course's unit: as declared, else as its name says."""
    name = course.name.lower()
    declared = course.unit.strip("{}").lower()
    if declared in UNITS and declared != "x":
        return UNITS[declared]
    if course.unit == "1":
        return "%", 1.0
    if course.unit.endswith("/s"):
        return "/s", 1.0
    if not course.unit and (named := _NAME_UNIT.search(name)):
        if named[1] in ("pct", "percent") and max(map(abs, _ends(course))) <= 1:
            return "%", 1.0  # a share under the name of a percentage
        unit = {"seconds": "s", "bytes": "b", "millis": "ms"}.get(named[1], named[1])
        return UNITS[unit]
    if not course.unit and _SECONDS_NAME.search(name):
        return UNITS["s"]  # OpenTelemetry's durations are in seconds
    if not course.unit and _SHARE_NAME.search(name):
        return "%", 1.0
    return "", 1.0


def _ends(course: Course) -> tuple[float, float]:
    return course.baseline or 0.0, course.peak or 0.0


def of_course(course: Course) -> Iterator[Fact]:
    """Baseline, peak, and what follows from the two."""
    if course.baseline is None or course.peak is None:
        return
    dimension, size = unit_of(course)
    low, high = course.baseline, course.peak
    who = (course.service, course.evidence)
    for value in (low, high):
        slack = abs(value) * _FOUR_DIGITS * size  # the excerpt shows four digits, and so may people
        yield Fact(value * size, dimension, value, slack, *who)
    difference = abs(high - low)
    yield Fact(difference * size, dimension, difference, 0.0, *who)
    for a, b in ((low, high), (high, low)):
        if b:
            yield Fact(a / b, "x", a / b, 0.0, *who)
    if low:
        change = abs(high - low) / abs(low)
        yield Fact(change, "%", change, 0.0, *who)


def _of_breakdown(b: Breakdown) -> Iterator[Fact]:
    pairs = (
        (b.events, b.total_events),
        (b.events, b.requests),
        (b.requests, b.total_requests),
        (b.total_events, b.total_requests),
        (b.usual_events, b.usual_requests),
        (b.usual_total_events, b.usual_requests),
        (b.total_events - b.events, b.total_requests - b.requests),
    )
    for part, whole in pairs:
        yield from _counted(part, whole, b.service)
    yield Fact(b.explained, "%", b.explained, 0.0, b.service)
    yield Fact(b.sampled, "%", b.sampled, 0.0, b.service)


def _counted(part: int, whole: int, service: str = "") -> Iterator[Fact]:
    yield Fact(part, "", part, 0.0, service)
    yield Fact(whole, "", whole, 0.0, service)
    if whole:
        yield Fact(part / whole, "%", part / whole, 0.0, service)


def durations(grounds: Grounds) -> Iterator[tuple[float, float]]:
    """How far apart two of the moments that the evidence tells of may lie, in seconds."""
    timed = {m.source for m in grounds.moments if m.kind == "onset"}
    since = grounds.report.impact.since
    known = () if since is None else (Moment(since, since, "onset", "", "the report"),)
    moments = [m for m in (*grounds.moments, *known) if m.kind != "seen" or m.source not in timed]
    for one, other in combinations(moments, 2):
        if one.source == other.source and one.kind == other.kind:
            continue
        far = max(
            abs((other.latest - one.earliest).total_seconds()),
            abs((one.latest - other.earliest).total_seconds()),
        )
        near = max(
            0.0,
            (other.earliest - one.latest).total_seconds(),
            (one.earliest - other.latest).total_seconds(),
        )
        yield near, far
