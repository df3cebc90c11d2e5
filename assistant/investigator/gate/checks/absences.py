"""What is said not to have happened is not seen in the evidence, nor in the rest of the report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain.anomaly import Direction
from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import Report
from assistant.investigator.gate.courses import Course
from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.health import ERRORS, FAILURES, SUCCESSES, UNHURT
from assistant.investigator.gate.lexicon.motion import ENDED, GOES_ON
from assistant.investigator.gate.names import stem
from assistant.investigator.gate.reading import Reading
from assistant.investigator.gate.states import states_of_health

_BAD = frozenset(("errors", "latency", "saturation", "log_rate"))
_ERRONEOUS = frozenset(("errors", "log_rate", ""))
_AS_LONG = re.compile(
    r"(?:twice|half|times|fold|\d) as \w+ $|\bthan $", re.IGNORECASE
)  # 'twice as long as usual'
_FROM = re.compile(r"\bfrom(?: \w+)? $", re.IGNORECASE)  # 'from no errors to many'
_QUANTIFIERS = frozenset(("no", "none", "nobody", "neither", "not a", "not one", "not any"))
_WHOLE = 0.995
_FAR, _NEAR = 10, 4  # words between a negation and the failure it denies
_USUAL = ("before", "usually", "previously", "formerly", "until then", "earlier")
_ALL = ("all", "every", "each of", "in vain", "without exception", "nothing but")


def check_absences(reading: Reading, grounds: Grounds) -> Iterator[str]:
    parts = list(_parts(reading))
    told = [p for p in parts if reading.said(FAILURES, *p) and not denies_failure(reading, *p)]
    for start, end in parts:
        if denies_failure(reading, start, end):
            if told and not reading.services_in(start, end):
                continue  # '… fails, while reads go on'
            yield from _denied(reading, grounds, start, end)
        elif reading.said(FAILURES, start, end):
            yield from _claimed(reading, grounds, start, end)
        elif any(not reading.negated(c.start) for c in _within(reading, start, end)):
            yield from _succeeded(grounds)
    yield from _ended(reading, grounds)


def _parts(reading: Reading) -> Iterator[tuple[int, int]]:
    """Between semicolons, 'but' and the like: within one such part a denial reaches far."""
    cuts = [
        0,
        *(
            m.start()
            for m in re.finditer(
                r"[;:—]|, but |, though |, yet |\b(?:while|whereas) ", reading.plain
            )
        ),
    ]
    ends = [*cuts[1:], len(reading.plain)]
    yield from zip(cuts, ends, strict=True)


def denies_failure(reading: Reading, start: int, end: int) -> bool:
    well = [
        c
        for c in (*reading.cues(UNHURT), *states_of_health(reading))
        if start <= c.start < end
        and not _AS_LONG.search(reading.plain[: c.start])
        and not any(c.start - 5 <= q.end <= c.start for q in reading.quantities)  # '3 s is normal'
    ]
    if well:
        return not all(reading.negated(c.start) for c in well)
    if reading.said(SUCCESSES, start, end):
        return False  # 'not one call gets through' denies the opposite
    return any(True for _ in denied_words(reading, start, end))


def denied_words(reading: Reading, start: int, end: int) -> Iterator[str]:
    """The failures that are denied in a part of a sentence: 'none of the requests failed'."""
    denials = [
        d
        for d in reading.denied(start, end)
        if not _FROM.search(reading.plain[: d.start]) and not _in_part(reading, start, d.start)
    ]
    for cue in reading.cues(FAILURES):
        for denial in denials:
            words = len(list(reading.within(denial.end, cue.start)))
            near = words <= (_FAR if denial.subject or denial.word in _QUANTIFIERS else _NEAR)
            if denial.covers(cue.start) and cue.start < end and near:
                yield cue.phrase


def _in_part(reading: Reading, start: int, end: int) -> bool:
    """'93 % of the answers are free of errors', which leaves some that are not."""
    return any(
        q.dimension == "%" and q.value < _WHOLE and reading.plain.startswith(" of ", q.end)
        for q in reading.quantities
        if start <= q.start < end
    )


def _denied(reading: Reading, grounds: Grounds, start: int, end: int) -> Iterator[str]:
    named = {stem(n) for n in reading.services_in(start, end)}
    named = named or {stem(m.name) for m in reading.services}
    usual = any(start <= c.start < end for c in reading.cues(_USUAL)) and not reading.said(
        ("as before", "than before"), start, end
    )
    for calls in grounds.calls:
        if calls.failed and not usual:
            yield f"{calls.failed} of the {calls.calls} calls to {calls.callee} failed."
    for b in grounds.breakdowns:
        if (b.usual_events if usual else b.events) and not grounds.calls:
            yield f"{b.events} of {b.requests} such requests {b.measure}."
    if usual or grounds.calls or grounds.breakdowns or grounds.changes:
        return
    absent = [e for e in grounds.cited if e.kind is EvidenceKind.ABSENCE]
    if absent and (not named or any(stem(n) in e.excerpt.lower() for n in named for e in absent)):
        return
    narrow = _of_errors(reading, start, end)
    hurt = [
        c
        for c in grounds.courses
        if _bad(c) and (not named or _concerns(c, named)) and (not narrow or c.signal in _ERRONEOUS)
    ]
    if hurt:
        yield f"{hurt[0].name} {_way(hurt[0])}: something did happen."
    elif not narrow and named and named <= hurting(grounds.report):
        yield f"{', '.join(sorted(named))} is among the services that the trouble hits."


def _of_errors(reading: Reading, start: int, end: int) -> bool:
    """Errors are denied, and no more than those: 'it returns no errors, it is only slow'."""
    if any(start <= c.start < end for c in reading.cues(UNHURT)):
        return False
    errors = {c.phrase for c in reading.cues(ERRORS)}
    return all(word in errors for word in denied_words(reading, start, end))


def _concerns(course: Course, named: set[str]) -> bool:
    return stem(course.service) in named or any(n in course.name.lower() for n in named)


def _bad(course: Course) -> bool:
    rose = bool(course.ways & {Direction.ROSE, Direction.APPEARED})
    return (rose and course.signal in _BAD) or (
        Direction.FELL in course.ways and re.search("hit|success|avail", course.name) is not None
    ) or Direction.STOPPED in course.ways  # fmt: skip


def _way(course: Course) -> str:
    return str(sorted(course.ways)[0])


def hurting(report: Report) -> set[str]:
    return {stem(s) for s in (report.first_failing_service, *report.impact.services) if s}


def failing_services(report: Report) -> set[str]:
    """Services that themselves return errors, by their series, logs or callers."""
    erring = {stem(a.service) for a in report.anomalies if str(a.signal) in ("errors", "log_rate")}
    return (erring | {stem(e.callee) for e in report.graph if e.errors}) & hurting(report)


def _claimed(reading: Reading, grounds: Grounds, start: int, end: int) -> Iterator[str]:
    """'It fails', where the evidence is that nothing does."""
    if all(e.kind is EvidenceKind.ABSENCE for e in grounds.cited):
        yield "The evidence cited is that nothing was found."
    quiet = [c for c in grounds.calls if not c.failed]
    if quiet and len(quiet) == len(grounds.cited):
        yield f"None of the {quiet[0].calls} calls to {quiet[0].callee} failed."
    some = [c for c in grounds.calls if 0 < c.failed < c.calls]
    if some and len(some) == len(grounds.cited) and reading.said(_ALL, start, end):
        yield f"{some[0].failed} of {some[0].calls} calls failed, not all of them."


def _within(reading: Reading, start: int, end: int) -> Iterator[Cue]:
    return (c for c in reading.cues(SUCCESSES) if start <= c.start < end)


def _succeeded(grounds: Grounds) -> Iterator[str]:
    """'It got an answer', where every call failed."""
    lost = [c for c in grounds.calls if c.calls and c.failed == c.calls]
    if lost and len(lost) == len(grounds.cited):
        yield f"All {lost[0].calls} calls to {lost[0].callee} failed."


def _ended(reading: Reading, grounds: Grounds) -> Iterator[str]:
    courses = grounds.courses
    going = [c for c in courses if c.earliest is not None and c.end is None]
    over = [c for c in courses if c.end is not None]
    for cue in (*reading.cues(ENDED), *reading.cues(GOES_ON)):
        ended = (cue in reading.cues(ENDED)) != reading.negated(cue.start)
        hit = going and len(going) == len(courses) and grounds.report.impact.ongoing
        if ended and hit:
            yield f"{going[0].name} is still going on."
        whole = cue.phrase == "goes on" and grounds.report.impact.ongoing  # the incident does
        if not ended and over and len(over) == len(courses) and not whole:
            yield f"{over[0].name} ended at {over[0].end:%H:%M:%S} UTC."
