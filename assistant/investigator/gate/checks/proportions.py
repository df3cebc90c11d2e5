"""'Most of the calls', 'only a handful': shares in words fit those of the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.investigator.gate.facts import facts_of
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.health import SUCCESSES
from assistant.investigator.gate.lexicon.measures import FEW, MOST
from assistant.investigator.gate.reading import Reading

_HALF, _CLEARLY = 0.5, 0.1


def check_proportions(reading: Reading, grounds: Grounds) -> Iterator[str]:
    if any(q.dimension == "%" for q in reading.quantities) or reading.said((*SUCCESSES, "work")):
        return  # the number itself is checked; of what succeeds it is the rest
    shares = [
        f.value for f in facts_of(grounds) if f.source and f.dimension == "%" and 0 < f.value <= 1
    ]
    for phrases, most in ((MOST, True), (FEW, False)):
        for cue in reading.cues(phrases):
            off = [_HALF - s if most else s - _HALF for s in shares]
            if off and min(off) > _CLEARLY and not reading.negated(cue.start):
                yield f"“{cue.phrase}”: by the evidence cited it is {shares[0]:.0%}."
