"""What a claim asserts in typed form holds, and its words say the same."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain.anomaly import Direction
from assistant.domain.claim import Assertion, AssertionKind
from assistant.domain.evidence import EvidenceKind
from assistant.investigator.gate.blame import accuses, acquits
from assistant.investigator.gate.checks.absences import failing_services
from assistant.investigator.gate.checks.numbers import matches
from assistant.investigator.gate.checks.order import contradiction
from assistant.investigator.gate.culprits import leads, names_hash, suspect_named
from assistant.investigator.gate.facts import facts_of
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.linking import Event, events
from assistant.investigator.gate.names import stem
from assistant.investigator.gate.quantities import quantities
from assistant.investigator.gate.reading import Reading

_CAUSED = "caused"
_ERRORS = ("error", "fail", "refus", "exception", "timeout")


def check_asserts(
    asserts: tuple[Assertion, ...], reading: Reading, grounds: Grounds
) -> Iterator[str]:
    for one in asserts:
        if _is_evidence(one.subject) and one.subject not in grounds.ids:
            yield f"It asserts something of {one.subject}, which it does not cite."
        else:
            yield from _CHECKS[one.kind](one, reading, grounds)


def _is_evidence(subject: str) -> bool:
    return subject[:1] == "E" and subject[1:].isdigit()


def _direction(one: Assertion, reading: Reading, grounds: Grounds) -> Iterator[str]:
    courses = [c for c in grounds.course(one.subject) if c.ways]
    if one.value not in Direction.__members__.values():
        return
    if courses and not any(Direction(one.value) in c.ways for c in courses):
        ways = " or ".join(sorted(str(w) for w in courses[0].ways))
        yield f"It asserts that {one.subject} {one.value}; it {ways}."


def _order(one: Assertion, reading: Reading, grounds: Grounds) -> Iterator[str]:
    subject, other = _event(one.subject, grounds), _event(one.object, grounds)
    if subject is None or other is None or one.value not in ("before", "after"):
        return
    pair = (subject, other) if one.value == "before" else (other, subject)
    if problem := contradiction(*pair, grounds):
        yield problem


def _event(name: str, grounds: Grounds) -> Event | None:
    found = [e for e in events(grounds) if e.evidence.id == name]
    if not found and (suspect := suspect_named(name, grounds.report)) is not None:
        found = [e for e in events(grounds) if e.evidence.id in suspect.evidence]
    if not found:
        own = [e for e in events(grounds) if not e.change and e.evidence.service == name]
        found = sorted(own, key=lambda e: e.earliest)
    return found[0] if found else None


def _cause(one: Assertion, reading: Reading, grounds: Grounds) -> Iterator[str]:
    says_caused = one.value == _CAUSED
    if says_caused and acquits(reading):
        yield "Its words acquit what it asserts to be the cause."
    if not says_caused and accuses(reading) and not acquits(reading):
        yield "Its words accuse what it asserts not to be the cause."
    suspect = suspect_named(one.subject, grounds.report)
    if suspect is not None:
        guilty = grounds.report.guilty
        is_guilty = guilty is not None and guilty.id == suspect.id
        if says_caused and not is_guilty and not reading.hedged:
            yield f"The analysis does not find {suspect.title[:60]!r} guilty."
        if not says_caused and is_guilty:
            yield f"The analysis finds {suspect.title[:60]!r} guilty."
        return
    services = {stem(s) for s in grounds.services}
    effect = _service_of(one.object, grounds)
    if stem(one.subject) in services and effect and stem(effect) in services:
        led = leads(one.subject, effect, grounds.report)
        if says_caused and not led:
            yield f"No verified hop leads from {one.subject} to {effect}."
        if not says_caused and led:
            yield f"Verified hops do lead from {one.subject} to {effect}."
    elif says_caused and any(names_hash(e, one.subject[:10]) for e in grounds.changes):
        yield f"The analysis does not suspect {one.subject}."


def _service_of(name: str, grounds: Grounds) -> str:
    evidence = grounds.known.get(name)
    return evidence.service if evidence is not None else name


def _absence(one: Assertion, reading: Reading, grounds: Grounds) -> Iterator[str]:
    if any(e.kind is EvidenceKind.ABSENCE for e in grounds.cited):
        where = [e for e in grounds.cited if e.kind is EvidenceKind.ABSENCE]
        if one.object and not any(stem(one.object) in e.excerpt.lower() for e in where):
            yield f"The absence cited is not one of {one.object}."
        return
    if any(c.failed for c in grounds.calls):
        yield "It asserts an absence, but calls did fail."
    elif not grounds.calls and not grounds.breakdowns and one.object:
        failing = any(word in one.subject.lower() for word in _ERRORS)
        if failing and stem(one.object) in failing_services(grounds.report):
            yield f"It asserts that {one.object} had none, but it is among those hit."


def _magnitude(one: Assertion, reading: Reading, grounds: Grounds) -> Iterator[str]:
    said = quantities(one.value)
    cited = [e for e in grounds.cited if e.id == one.subject]
    if not said or not cited:
        return
    facts = facts_of(Grounds(grounds.report, tuple(cited), grounds.known))
    if not any(matches(said[0], fact) for fact in facts):
        yield f"{one.value!r} is not a number of {one.subject}."


_CHECKS = {
    AssertionKind.DIRECTION: _direction,
    AssertionKind.ORDER: _order,
    AssertionKind.CAUSE: _cause,
    AssertionKind.ABSENCE: _absence,
    AssertionKind.MAGNITUDE: _magnitude,
}
