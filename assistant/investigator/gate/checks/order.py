"""What is said to come first came first, as far as the uncertainty of onsets lets it be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.domain.evidence import Evidence
from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon import AFTER, BEFORE, EARLIER, LATER
from assistant.investigator.gate.linking import Event, events, linked
from assistant.investigator.gate.reading import Reading

_FIRST = ("first", "initially")
_ALREADY = ("already", "by then", "by that time")


def check_order(reading: Reading, grounds: Grounds) -> Iterator[str]:
    found = events(grounds)
    yield from _failed_first(reading, grounds)
    if len(found) < 2:
        return
    for cue in reading.cues(BEFORE):
        yield from _compared(reading, grounds, found, cue, earlier_left=True)
    for cue in reading.cues(AFTER):
        yield from _compared(reading, grounds, found, cue, earlier_left=False)
    for cue in reading.cues(("when", "while")):
        yield from _already(reading, grounds, found, cue)
    yield from _sequel(reading, grounds, found)


def contradiction(first: Event, second: Event) -> str:
    """Why `first` cannot have come before `second`; '' when it can."""
    if first.evidence.id == second.evidence.id or first.earliest < second.latest:
        return ""
    if first.earliest == second.latest and first.middle <= second.middle:
        return ""
    return (
        f"{first.evidence.title[:60]!r} ({first.middle:%H:%M:%S}) came after "
        f"{second.evidence.title[:60]!r} ({second.middle:%H:%M:%S}), not before."
    )


def _compared(
    reading: Reading, grounds: Grounds, found: Sequence[Event], cue: Cue, *, earlier_left: bool
) -> Iterator[str]:
    sides = _sides(reading, grounds, found, (0, cue.start), (cue.end, _stop(reading, cue.end)))
    if sides is None:
        return
    left, right = sides
    if problem := contradiction(*((left, right) if earlier_left else (right, left))):
        yield problem


def _stop(reading: Reading, at: int) -> int:
    """Where the part after a cue ends: at the next semicolon or colon."""
    stops = [p for sign in ";:" if (p := reading.plain.find(sign, at)) >= 0]
    return min(stops, default=len(reading.text))


def _sides(
    reading: Reading,
    grounds: Grounds,
    found: Sequence[Event],
    left: tuple[int, int],
    right: tuple[int, int],
) -> tuple[Event, Event] | None:
    """The event of each side; of two events the one that is left is the other's, where only one
    side tells which it is."""
    pieces = [e.evidence for e in found]
    one, other = (_the(linked(reading, *side, pieces, grounds), found) for side in (left, right))
    if one is not None and other is None:
        other = _remaining(one, found)
    elif other is not None and one is None:
        one = _remaining(other, found)
    if one is None or other is None or one is other:
        return None
    if not any(True for _ in reading.within(*left)):
        return None
    return one, other


def _the(evidence: Sequence[Evidence], found: Sequence[Event]) -> Event | None:
    """The one event of the evidence; of several changes that went out together any is."""
    events = [e for e in found if e.evidence in evidence]
    if len(events) == 1 or (events and len({e.earliest for e in events}) == 1):
        return events[0]
    return None


def _remaining(event: Event, found: Sequence[Event]) -> Event | None:
    others = [e for e in found if e is not event]
    return others[0] if len(others) == 1 else None


def _already(reading: Reading, grounds: Grounds, found: Sequence[Event], cue: Cue) -> Iterator[str]:
    """'A was already … when B …', and 'A … when B was already …'."""
    before = reading.said(_ALREADY, 0, cue.start)
    behind = reading.said(_ALREADY, cue.end)
    if before == behind:
        return
    sides = _sides(reading, grounds, found, (0, cue.start), (cue.end, _stop(reading, cue.end)))
    if sides is None:
        return
    left, right = sides
    if problem := contradiction(*((left, right) if before else (right, left))):
        yield problem


def _sequel(reading: Reading, grounds: Grounds, found: Sequence[Event]) -> Iterator[str]:
    """'A first, B a minute later', 'A; B followed', 'A, and earlier B'."""
    for phrases, earlier_left in ((LATER, True), (EARLIER, False)):
        for cue in reading.cues(phrases):
            if reading.plain[cue.end : cue.end + 5].lower() == " than":
                continue
            start, end = reading.clause(cue.start)
            if start == 0:
                continue
            sides = _sides(reading, grounds, found, (0, start), (start, end))
            if sides is None:
                continue
            left, right = sides
            if problem := contradiction(*((left, right) if earlier_left else (right, left))):
                yield problem


def _failed_first(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """'X failed first' of the first failing service only."""
    first = grounds.report.first_failing_service
    for cue in reading.cues(
        ("failed first", "fails first", "was the first to fail", "broke first")
    ):
        named = [m for m in reading.services if m.start < cue.start]
        if named and first and named[-1].name != first and not reading.negated(cue.start):
            yield f"{first} failed first, not {named[-1].name}."
