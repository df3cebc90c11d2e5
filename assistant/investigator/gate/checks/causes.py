"""A cause is one by the report: the guilty change, or a service from which verified hops lead to
the other. What is said to be innocent is not the guilty change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.investigator.gate.blame import acquits, acts
from assistant.investigator.gate.courses import CHANGES
from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.culprits import changes_meant, is_guilty, leads
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.causes import CAUSED_BY, CAUSES
from assistant.investigator.gate.lexicon.health import FAILURES
from assistant.investigator.gate.lexicon.sequence import (
    AFTER,
    ANOMALY_WORDS,
    BEFORE,
    CHANGE_WORDS,
    EARLIER,
    LATER,
)
from assistant.investigator.gate.linking import linked
from assistant.investigator.gate.reading import Mention, Reading

_APART = re.compile(
    r"[,;:.]|\b(?:when|whenever|on|at|with|while|because|for|by|from|as|after|before|if|and|but|than"
    r"|against|since|where|which)\b",
    re.IGNORECASE,
)
_CALLS = re.compile(r" (?:calls|called|depends on|waits for|waited for|needs|relies on|asks) ")
# 'The write was throttled': who did it stands elsewhere.
_PASSIVE = re.compile(
    r"\b(?:was|were|been|is|are|being|be|gets?|got)(?: (?!what|who|which|that)[a-z]+)? [a-z]+ed$",
    re.IGNORECASE,
)
_INDIRECT = ("fault", "doing", "moved from", "travelled from", "flowed from", "passed from")
_SYMPTOMS = frozenset((EvidenceKind.SERIES, EvidenceKind.LOG, EvidenceKind.TRACE))
_RELATIONS = (
    *BEFORE,
    *AFTER,
    *EARLIER,
    *LATER,
    "when",
    "while",
    "already",
    "but",
    "although",
    "only",
    "merely",
    "just",
    "also",
    "too",
    "besides",
    "along",
    "together",
)
_IS = ("is", "are", "does", "did", "was", "has", "got", "keeps")


def check_causes(reading: Reading, grounds: Grounds) -> Iterator[str]:
    if acquits(reading):
        yield from _acquitted(reading, grounds)
        return
    backward = (*reading.cues(CAUSED_BY), *_since(reading), *_by(reading))
    taken = [(c.start, c.end) for c in backward]
    forward = [
        c
        for c in reading.cues(CAUSES)
        if not any(start <= c.start < end for start, end in taken)
        and not reading.negated(c.start)
        and acts(reading, c)
        and not _PASSIVE.search(reading.plain[: c.end])
    ]
    backward = tuple(c for c in backward if not reading.negated(c.start))
    if not forward and not backward and not reading.said(_INDIRECT):
        yield from _side_by_side(reading, grounds)
        return
    if grounds.changes:
        yield from _by_change(reading, grounds)
        yield from _change_as_effect(reading, grounds, backward)
        return
    for cue in backward:
        yield from _between(*_sides_of_backward(reading, cue), grounds)
    yield from _indirectly(reading, grounds)
    for cue in forward:
        yield from _between(*_sides_of_forward(reading, cue), grounds)


def _indirectly(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """'The errors moved from A to B', 'that B fails is A's fault'."""
    for cue in reading.cues(("moved", "travelled", "traveled", "flowed", "came", "passed")):
        if reading.plain[cue.end :].startswith(" from ") and not reading.negated(cue.start):
            yield from _between(*_sides_of_forward(reading, cue), grounds)
    for cue in reading.cues(("fault", "doing")):
        named = [m.name for m in reading.services if m.end <= cue.start]
        owned = reading.plain[: cue.start].endswith("'s ")
        if len(named) > 1 and owned and not reading.negated(cue.start):
            yield from _between(named[-1], named[0], grounds)


def _since(reading: Reading) -> Iterator[Cue]:
    """'… since the gateway is', which is no time."""
    names = {m.start for m in reading.services}
    for cue in reading.cues(("since",)):
        if cue.end + 1 in names and reading.said(_IS, cue.end, cue.end + 40):
            yield cue


def _by(reading: Reading) -> Iterator[Cue]:
    """'… was throttled by it'."""
    for cue in reading.cues(CAUSES):
        if cue.phrase.endswith("ed") and reading.plain[cue.end : cue.end + 4] == " by ":
            yield Cue(cue.start, cue.end + 3, f"{cue.phrase} by")


def _acquitted(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """All the changes cited, where none but the guilty one is."""
    meant = changes_meant(grounds, grounds.changes)
    if meant and all(is_guilty(e, grounds.report) for e in meant):
        yield "The analysis finds that very change guilty: do not call it innocent."


def _by_change(reading: Reading, grounds: Grounds) -> Iterator[str]:
    report, meant = grounds.report, changes_meant(grounds, grounds.changes)
    spoken = linked(reading, 0, len(reading.text), meant, grounds) or meant
    if any(is_guilty(e, report) for e in spoken) or not _of_trouble(reading, grounds):
        return
    if reading.hedged and any(_supposed(e, grounds) for e in spoken):
        return
    if not spoken:
        return
    guilty = f"{report.guilty.title!r} is" if report.guilty else "no change is found"
    yield f"{spoken[0].title[:70]!r} is not the guilty change ({guilty} guilty)."


def _of_trouble(reading: Reading, grounds: Grounds) -> bool:
    """It speaks of a symptom, or of what somebody's change did to a service."""
    symptoms = any(e.kind not in CHANGES for e in grounds.cited)
    return symptoms or bool(reading.services) or reading.said((*ANOMALY_WORDS, *FAILURES))


def _side_by_side(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """An innocent change and a symptom in one sentence that does not say how they stand to each
    other: that is blame without the word."""
    symptoms = [e for e in grounds.cited if e.kind in _SYMPTOMS]
    meant = changes_meant(grounds, grounds.changes)
    if not symptoms or not meant or any(is_guilty(e, grounds.report) for e in meant):
        return
    if reading.clocks or reading.hedged or reading.denials or reading.said(_RELATIONS):
        return
    yield f"{meant[0].title[:70]!r} is not the guilty change: say what it has to do with it."


def _supposed(evidence: Evidence, grounds: Grounds) -> bool:
    return any(
        evidence.id in (*h.supporting, *h.contradicting) and h.kind == "change"
        for h in grounds.report.hypotheses
    )


def _change_as_effect(reading: Reading, grounds: Grounds, cues: Sequence[Cue]) -> Iterator[str]:
    """'The flag was switched on because the service had become slow'."""
    for cue in cues:
        start = max((p for sign in ";:" if (p := reading.plain.rfind(sign, 0, cue.start)) >= 0),
                    default=0)  # fmt: skip
        done = [c for c in reading.cues(CHANGE_WORDS) if start <= c.start < cue.start]
        caused = reading.said(CHANGE_WORDS, cue.end)
        behind = reading.services_in(cue.end, len(reading.text))
        hashes = [m for m in reading.hashes if m.start >= cue.end]
        trouble = reading.said(ANOMALY_WORDS, cue.end)
        if done and (behind or trouble) and not caused and not hashes and start < cue.start:
            yield "Nothing shows that the change was made because of the trouble."


def _sides_of_forward(reading: Reading, cue: Cue) -> tuple[str, str]:
    left = [m for m in reading.services if m.end <= cue.start]
    right = [m for m in reading.services if m.start >= cue.start]  # also in 'brings … down'
    if reading.plain[cue.end : cue.end + 6] == " from " and right:
        return right[0].name, right[1].name if len(right) > 1 else ""
    if not right or _APART.search(reading.plain[cue.end : right[0].start]):
        return "", ""  # 'it breaks when it calls …'
    return _subject(left, reading, cue), right[0].name


def _sides_of_backward(reading: Reading, cue: Cue) -> tuple[str, str]:
    """(cause, effect): the effect stands before 'because of', unless that opens the clause; of
    'what it comes from' the cause stands before the effect."""
    left = [m for m in reading.services if m.end <= cue.start]
    right = [m for m in reading.services if m.start >= cue.end]
    if len(right) > 1 and _CALLS.match(reading.plain, right[0].end):
        return right[1].name, right[0].name  # 'because it calls …'
    if not left and len(right) > 1:
        return right[0].name, right[1].name
    if not right and len(left) > 1:
        return left[0].name, left[1].name
    if not left or not right:
        return "", ""
    cause = right[0].name
    others = [m for m in left if m.name != cause]
    return cause, _subject(others, reading, cue)


def _subject(mentions: Sequence[Mention], reading: Reading, cue: Cue) -> str:
    """Who does it: the first one named in the cue's own clause, else the last one before."""
    start, _ = reading.clause(cue.start)
    own = [m for m in mentions if m.start >= start]
    if own:
        return own[0].name
    return mentions[-1].name if mentions else ""


def _between(cause: str, effect: str, grounds: Grounds) -> Iterator[str]:
    if cause and effect and not leads(cause, effect, grounds.report):
        yield f"No verified hop leads from {cause} to {effect}: say only what each of them did."
