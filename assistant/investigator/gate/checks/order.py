"""What is said to come first came first, as far as the uncertainty of onsets lets it be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import permutations

from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.culprits import is_guilty
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.sequence import (
    AFTER,
    ANOMALY_WORDS,
    BEFORE,
    CHANGE_WORDS,
    EARLIER,
    LATER,
)
from assistant.investigator.gate.linking import Event, events, score
from assistant.investigator.gate.reading import Reading

_FIRST = ("first", "initially")
_LENGTHS = frozenset(
    "minut second hour short long right just well a an half quarter of and good few some two three "
    "four five six seven eight nine ten about almost near littl over more than onli even day "
    "twelv fifteen twenti thirti less earlier later sooner befor after".split()
)
_WRITTEN = frozenset(("commit", "merg", "author", "written"))
_TOLERANCE = timedelta(seconds=90)
_ALREADY = (
    "for long",
    "long since",
    "for some time",
    "for a while",
    "already",
    "by then",
    "by that time",
)


def check_order(reading: Reading, grounds: Grounds) -> Iterator[str]:
    found = events(grounds)
    yield from _failed_first(reading, grounds)
    if len(found) < 2:
        return
    for cue in reading.cues(BEFORE):
        yield from _compared(reading, grounds, found, cue, earlier_left=True)
    for cue in reading.cues(AFTER):
        yield from _compared(reading, grounds, found, cue, earlier_left=False)
    for cue in reading.cues(("when", "while", "by the time")):
        yield from _already(reading, grounds, found, cue)
    yield from _sequel(reading, grounds, found)


def contradiction(first: Event, second: Event, grounds: Grounds) -> str:
    """Why `first` cannot be said to have come before `second`; '' when it can. Best estimates
    decide, but the guilty change may lie within the uncertainty of what it brought about."""
    caused = second.change and not first.change and is_guilty(second.evidence, grounds.report)
    if caused and second.at <= first.latest and first.evidence.id != "onset":
        return f"{second.evidence.title[:60]!r} came before what it brought about."
    if first.at <= second.at or first.evidence.id == second.evidence.id:
        return ""
    guilty = first.change and is_guilty(first.evidence, grounds.report)
    if guilty and first.earliest <= second.latest + _TOLERANCE:
        return ""
    return (
        f"{first.evidence.title[:60]!r} ({first.at:%H:%M:%S}) came after "
        f"{second.evidence.title[:60]!r} ({second.at:%H:%M:%S}), not before."
    )


def _compared(
    reading: Reading, grounds: Grounds, found: Sequence[Event], cue: Cue, *, earlier_left: bool
) -> Iterator[str]:
    if reading.plain[cue.end : cue.end + 1] in ",.;)":
        return  # 'It had been up before.'
    left, right = (0, cue.start), (cue.end, _stop(reading, cue.end))
    if _is_length(reading, *left):
        if cue.phrase == "by the time":
            return
        cut = _second_half(reading, cue)
        left, right = (cut, right[1]), (cue.end, cut)
    yield from _against(_pairs(reading, grounds, found, left, right), earlier_left, grounds)


def _is_length(reading: Reading, start: int, end: int) -> bool:
    """'Four minutes', 'Shortly', or nothing."""
    words = {t.stem for t in reading.within(start, end)}
    return not reading.names_in(start, end) and not words - _LENGTHS


def _second_half(reading: Reading, cue: Cue) -> int:
    """Where in 'four minutes before the refusal it was deployed' the second event begins: at a
    comma, at the second service, or at the word of a change."""
    after = [m.start for m in reading.services if m.start > cue.end + 4]
    changes = [c.start for c in reading.cues(CHANGE_WORDS) if c.start > cue.end + 4]
    comma = reading.plain.find(",", cue.end)
    if comma >= 0:
        words = (*CHANGE_WORDS, *ANOMALY_WORDS)
        if reading.names_in(comma, len(reading.text)) or reading.said(words, comma):
            return comma
    return min((*after[:1], *changes[:1]), default=cue.end)


def _against(
    pairs: Sequence[tuple[Event, Event]], earlier_left: bool, grounds: Grounds
) -> Iterator[str]:
    """A problem where every pair of events that may be meant contradicts the sentence."""
    ordered = pairs if earlier_left else [(right, left) for left, right in pairs]
    problems = [contradiction(*pair, grounds) for pair in ordered]
    if problems and all(problems):
        yield problems[0]


def _stop(reading: Reading, at: int) -> int:
    """Where the part after a cue ends: at the next semicolon or colon."""
    stops = [p for sign in ";:" if (p := reading.plain.find(sign, at)) >= 0]
    return min(stops, default=len(reading.text))


def _pairs(
    reading: Reading,
    grounds: Grounds,
    found: Sequence[Event],
    left: tuple[int, int],
    right: tuple[int, int],
) -> list[tuple[Event, Event]]:
    """Which two events the two sides speak of: the assignment that shares most words with both."""
    if _is_length(reading, *left) or _is_length(reading, *right):
        return []
    if any(t.stem in _WRITTEN for t in reading.within(*right)):
        return []  # 'after it had been committed', which is no event of its own
    here = {e.evidence.id: score(reading, *left, e.evidence, grounds) for e in found}
    there = {e.evidence.id: score(reading, *right, e.evidence, grounds) for e in found}
    sums = {
        (one, other): here[one.evidence.id] + there[other.evidence.id]
        for one, other in permutations(found, 2)
    }
    best = max(sums.values(), default=0.0)
    if best <= 0 or len(set(sums.values())) == 1:
        return []
    return [pair for pair, total in sums.items() if total == best]


def _already(reading: Reading, grounds: Grounds, found: Sequence[Event], cue: Cue) -> Iterator[str]:
    """'A was already … when B …', and 'A … when B was already …'."""
    if _is_length(reading, 0, cue.start):
        yield from _already_fronted(reading, grounds, found, cue)
        return
    before = reading.said(_ALREADY, 0, cue.start)
    behind = reading.said(_ALREADY, cue.end)
    if before == behind:
        return
    left, right = (0, cue.start), (cue.end, _stop(reading, cue.end))
    yield from _against(_pairs(reading, grounds, found, left, right), before, grounds)


def _already_fronted(
    reading: Reading, grounds: Grounds, found: Sequence[Event], cue: Cue
) -> Iterator[str]:
    """'When B …, A had already …'."""
    comma = reading.plain.find(",", cue.end)
    if comma >= 0 and reading.said(_ALREADY, comma):
        pairs = _pairs(reading, grounds, found, (comma, len(reading.text)), (cue.end, comma))
        yield from _against(pairs, True, grounds)


def _sequel(reading: Reading, grounds: Grounds, found: Sequence[Event]) -> Iterator[str]:
    """'A first, B a minute later', 'A; B followed', 'A, and earlier B'."""
    for phrases, earlier_left in ((LATER, True), (EARLIER, False)):
        for cue in reading.cues(phrases):
            if reading.plain[cue.end : cue.end + 5].lower() == " than":
                continue
            start, end = reading.clause(cue.start)
            before = reading.plain[max(0, cue.start - 6) : cue.start].lower()
            if cue.phrase == "then" and not before.endswith((", ", " and ")):
                continue
            if start == 0 or before.endswith(("since ", "by ", "until ", "just ", "back ")):
                continue
            pairs = _pairs(reading, grounds, found, (0, start), (start, end))
            yield from _against(pairs, earlier_left, grounds)


def _failed_first(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """'X failed first' of the first failing service only."""
    first = grounds.report.first_failing_service
    for cue in reading.cues(
        ("failed first", "fails first", "was the first to fail", "broke first")
    ):
        named = [m for m in reading.services if m.start < cue.start]
        if named and first and named[-1].name != first and not reading.negated(cue.start):
            yield f"{first} failed first, not {named[-1].name}."
