"""Points in time are those of the evidence, and of the kind of event that is spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from assistant.investigator.gate.clock import Clock, meets
from assistant.investigator.gate.courses import Moment
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.health import FAILURES
from assistant.investigator.gate.lexicon.sequence import ANOMALY_WORDS, CHANGE_NOUNS, CHANGE_WORDS
from assistant.investigator.gate.reading import Reading

_SOON = 300  # seconds
_AT = frozenset(("at", "since", "from", "on", "of"))


def check_times(reading: Reading, grounds: Grounds) -> Iterator[str]:
    for clock in reading.clocks:
        fitting = [m for m in grounds.moments if meets(clock, m.earliest, m.latest)]
        fitting = fitting or _beyond(clock, grounds)
        if not fitting and not _framing(clock, reading, grounds):
            yield f"“{clock.text}” is not a time that the evidence cited tells of."
        elif fitting and (wrong := _of_the_wrong_kind(clock, fitting, reading, grounds)):
            yield wrong
    yield from _days(reading, grounds)


def _beyond(clock: Clock, grounds: Grounds) -> list[Moment]:
    """What lies soon after 'after 14:00', or soon before 'by 14:00'."""
    reach = {"after": (0, _SOON), "past": (0, _SOON)} | dict.fromkeys(
        ("before", "by", "until"), (-_SOON, 0)
    )
    if clock.preposition not in reach:
        return []
    sooner, later = reach[clock.preposition]
    wide = replace(clock, low=clock.low + sooner, high=clock.high + later)
    return [m for m in grounds.moments if meets(wide, m.earliest, m.latest)]


def _days(reading: Reading, grounds: Grounds) -> Iterator[str]:
    report = grounds.report
    known = {m.earliest.date() for m in grounds.moments} | {
        m.latest.date() for m in grounds.moments
    }
    known |= {report.window.start.date(), report.window.end.date(), report.question.at.date()}
    for day in reading.days:
        if not any(
            (d.month, d.day) == (day.month, day.day) and day.year in (0, d.year) for d in known
        ):
            yield f"“{day.text}” is not a day that the evidence cited tells of."


def _framing(clock: Clock, reading: Reading, grounds: Grounds) -> bool:
    """The time of the question and the edges of what was looked at need no evidence, unless
    something is said to have happened just then."""
    report = grounds.report
    happened = reading.said((*ANOMALY_WORDS, *CHANGE_WORDS), *reading.clause(clock.start))
    if happened and grounds.moments and clock.preposition in _AT:
        return False
    edges = [report.question.at, report.as_of, report.window.start, report.window.end]
    edges += [edge for e in grounds.cited for edge in (e.window.start, e.window.end)]
    return any(meets(clock, edge, edge + timedelta(seconds=1)) for edge in edges)


def _of_the_wrong_kind(
    clock: Clock, fitting: list[Moment], reading: Reading, grounds: Grounds
) -> str:
    """'Deployed at' with the time of an onset, and the other way round."""
    kinds = {m.kind for m in fitting}
    start, end = reading.clause(clock.start)
    change = reading.said((*CHANGE_WORDS, *CHANGE_NOUNS), start, end)
    anomaly = any(
        start <= c.start < end and not any(d.covers(c.start) for d in reading.denials)
        for c in reading.cues((*ANOMALY_WORDS, *FAILURES))
    )
    known = {m.kind for m in grounds.moments}
    if clock.preposition not in _AT:
        return ""
    if change and not anomaly and "change" in known and "change" not in kinds:
        return f"“{clock.text}” is when the trouble began or ended, not when something changed."
    if anomaly and not change and "onset" in known and kinds == {"change"}:
        return f"“{clock.text}” is when something changed, not when the trouble began."
    return ""
