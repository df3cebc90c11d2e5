"""A sentence without a word of trouble does not rest on evidence of nothing but trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.causes import CAUSED_BY, CAUSES
from assistant.investigator.gate.lexicon.health import FAILURES, SUCCESSES, UNHURT
from assistant.investigator.gate.lexicon.motion import APPEARED, ENDED, FELL, GOES_ON, ROSE, STOPPED
from assistant.investigator.gate.lexicon.sequence import ANOMALY_WORDS
from assistant.investigator.gate.reading import Reading

_TROUBLE = (ROSE, FELL, APPEARED, STOPPED, FAILURES, ANOMALY_WORDS, GOES_ON, CAUSES, CAUSED_BY)
_RELIEF = (SUCCESSES, FELL, ENDED, UNHURT, ("drain", "empty", "clear", "catch up", "come back"))
_ALLOWED = (
    "before",
    "until",
    "formerly",
    "previously",
    "no longer",
    "any more",
    "later than",
    "contribute",
    "less than",
    "felt",
)
_COMPARED = re.compile(
    r"\b(?!as\b)\w+er than (?!before|usual|ever|normal|otherwise)", re.IGNORECASE
)


def check_calm(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """Numbers, times and quotations are checked for themselves: a sentence that has them tells
    what happened, in whatever words."""
    facts = (
        reading.borrowed or reading.clocks or reading.quantities or reading.quoted or reading.hashes
    )
    if facts or reading.hedged or reading.said(_ALLOWED) or _COMPARED.search(reading.plain):
        return
    if not all(_happened(e, grounds) for e in grounds.cited):
        return
    if not any(True for _ in _trouble(reading)):
        yield f"{grounds.cited[0].title[:80]!r} did happen: the evidence cited is of nothing else."


def _trouble(reading: Reading) -> Iterator[Cue]:
    """What is told of trouble: named and not denied, or something good that is denied."""
    for phrases in _TROUBLE:
        yield from (c for c in reading.cues(phrases) if not _under(reading, c))
    for phrases in _RELIEF:
        yield from (c for c in reading.cues(phrases) if _under(reading, c))


def _under(reading: Reading, cue: Cue) -> bool:
    """A denial lies over the cue, or within it ('never left')."""
    return any(d.covers(cue.start) or cue.start <= d.start < cue.end for d in reading.denials)


def _happened(evidence: Evidence, grounds: Grounds) -> bool:
    if evidence.kind is EvidenceKind.TOPOLOGY:
        return any(c.failed for c in grounds.calls if c.evidence == evidence.id)
    if evidence.kind is EvidenceKind.TRACE:
        return " error " in evidence.excerpt
    return evidence.kind in (EvidenceKind.SERIES, EvidenceKind.LOG, EvidenceKind.BREAKDOWN)
