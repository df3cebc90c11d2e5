"""A series went the way the sentence says, from the old value to the new one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from assistant.domain.anomaly import Direction
from assistant.investigator.gate.blame import acquits
from assistant.investigator.gate.checks.numbers import matches
from assistant.investigator.gate.clock import meets
from assistant.investigator.gate.courses import Course
from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.facts import Fact, unit_of
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.motion import (
    AMBIGUOUS,
    APPEARED,
    ENDED,
    FELL,
    FLAT,
    ROSE,
    STOPPED,
)
from assistant.investigator.gate.linking import linked
from assistant.investigator.gate.quantities import Quantity
from assistant.investigator.gate.reading import Reading
from assistant.investigator.gate.roles import old_and_new

_CUES = (
    (ROSE, Direction.ROSE),
    (FELL, Direction.FELL),
    (APPEARED, Direction.APPEARED),
    (STOPPED, Direction.STOPPED),
)
_LITTLE = 1.5
_MINUTE = timedelta(minutes=1)
_ANOTHER = re.compile(
    r"than (?:the|those|that|any|other|most|all) (?!usual|normal|baseline|day|before)"
)
_GERUND = re.compile(r" \w+ing\b")
_PAST = {Direction.ROSE: "rose", Direction.FELL: "fell", Direction.APPEARED: "appeared",
         Direction.STOPPED: "stopped"}  # fmt: skip


def check_directions(reading: Reading, grounds: Grounds) -> Iterator[str]:
    courses = [c for c in grounds.courses if c.ways]
    if not courses:
        return
    yield from _words(reading, grounds, courses)
    for cue in reading.cues(FLAT):
        meant = _meant(reading, cue.start, grounds, courses)
        if not grounds.changes and not reading.negated(cue.start) and all(c.ways for c in meant):
            yield f"“{cue.phrase}”: {_name(meant)} did change."
    for one, other in pairwise(reading.quantities):
        pair = old_and_new(reading.plain, one, other)
        if pair and _turned_round(*pair, courses):
            yield f"“{pair[0].text.strip()}” is the new value and “{pair[1].text.strip()}” the old."


def _words(reading: Reading, grounds: Grounds, courses: Sequence[Course]) -> Iterator[str]:
    for phrases, way in _CUES:
        for cue in reading.cues(phrases):
            if grounds.changes and cue.phrase.startswith(AMBIGUOUS):
                start, _ = reading.clause(cue.start)
                if not _linked(reading, start, cue.start, grounds, courses):
                    continue  # 'dropping the index made it slow': no series drops
            if _GERUND.match(reading.plain, cue.end):
                continue  # 'stopped answering': somebody, not a series
            if _is_of_an_end(reading, cue.start, courses) or _of_another(reading, cue):
                continue
            meant = _meant(reading, cue.start, grounds, courses)
            if reading.negated(cue.start):
                if acquits(reading) or _hardly(reading, cue, meant):
                    continue  # 'did not make it rise'
                if way in (Direction.ROSE, Direction.FELL) and all(way in c.ways for c in meant):
                    yield f"{_name(meant)} did {_infinitive(way)}."
            elif meant and not any(way in c.ways for c in meant):
                ways = sorted(_PAST[w] for w in meant[0].ways)
                yield f"“{cue.phrase}”: {_name(meant)} {ways[0]}, by the evidence cited."


def _of_another(reading: Reading, cue: Cue) -> bool:
    """'Fails less often than the services below': compared with another, not with before."""
    than = reading.plain.rfind("than", cue.start, cue.end + len(" than"))
    return than >= 0 and _ANOTHER.match(reading.plain, than) is not None


def _hardly(reading: Reading, cue: Cue, courses: Sequence[Course]) -> bool:
    """'It hardly rose' of what moved by less than a half."""
    weak = any(d.weak for d in reading.denials if d.covers(cue.start))
    ends = [(abs(c.baseline), abs(c.peak)) for c in courses if c.baseline and c.peak]
    return weak and any(max(pair) <= _LITTLE * min(pair) for pair in ends)


def _infinitive(way: Direction) -> str:
    return "rise" if way is Direction.ROSE else "fall"


def _is_of_an_end(reading: Reading, at: int, courses: Sequence[Course]) -> bool:
    """'It was back down by 14:00' of what has ended."""
    start, end = reading.clause(at)
    near = reading.plain[max(start, at - 12) : at].lower()
    ends = [c.end for c in courses if c.end is not None]
    at_the_end = any(
        meets(clock, one - _MINUTE, one + _MINUTE)
        for clock in reading.clocks
        if start <= clock.start < end
        for one in ends
    )
    return at_the_end or (bool(ends) and ("back" in near or reading.said(ENDED, start, end)))


def _meant(
    reading: Reading, at: int, grounds: Grounds, courses: Sequence[Course]
) -> Sequence[Course]:
    """The courses that the clause speaks of, else those that the sentence does, else all."""
    for start, end in (reading.clause(at), (0, len(reading.text))):
        if found := _linked(reading, start, end, grounds, courses):
            return found
    return courses


def _linked(
    reading: Reading, start: int, end: int, grounds: Grounds, courses: Sequence[Course]
) -> Sequence[Course]:
    cited = [e for e in grounds.cited if any(c.evidence == e.id for c in courses)]
    ids = {e.id for e in linked(reading, start, end, cited, grounds)}
    return [c for c in courses if c.evidence in ids]


def _name(courses: Sequence[Course]) -> str:
    return courses[0].name if courses else "it"


def _turned_round(old: Quantity, new: Quantity, courses: Sequence[Course]) -> bool:
    """The two values are those of a course, the wrong way round, or one of them twice."""
    ends = [e for c in courses if (e := _ends(c)) is not None]
    right = any(matches(old, a) and matches(new, b) for a, b in ends)
    return not right and any(
        matches(new, a) and (matches(old, b) or matches(old, a)) for a, b in ends
    )


def _ends(course: Course) -> tuple[Fact, Fact] | None:
    if course.baseline is None or course.peak is None:
        return None
    dimension, size = unit_of(course)
    return (
        Fact(course.baseline * size, dimension, course.baseline),
        Fact(course.peak * size, dimension, course.peak),
    )
