"""Whether a sentence accuses or acquits, and which of its words are verbs that do something."""

from __future__ import annotations

import re

from assistant.investigator.gate.cues import Cue
from assistant.investigator.gate.lexicon.causes import BLAME, CAUSED_BY, CAUSES, INNOCENT
from assistant.investigator.gate.reading import Reading

# 'Made 188 calls', 'lets go', 'cost nothing': no cause.
_NOT_THIS = re.compile(r"(?:\bnot|n't|\bnever)(?: \w+)? $", re.IGNORECASE)
_IDLE = re.compile(r" (?:\d|an? |up |no |use |sure |sense |clear|go\b|out\b|by\b|in\b|at\b|with\b)")
_NOUNS = ("culprit", "guilty", "at fault", "the cause", "the root cause", "the trigger", "cause")
_INTRANSITIVE = re.compile(
    r"(?: (?:up|down|out|over|off))?(?:[.,;:)—]|\s*$| (?:in|on|at|when|while|before|after|until"
    r"|since|as|during|within|to|because|and|but|again|too|so|already)\b)",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"(?:'s|\b(?:the|an?|this|that|its|their|of|any|every|more|longer)) $")
_DEFINITE = re.compile(
    r"\b(?:is|are|was|were)(?: not|n't) (?:the|what|why|where|how)\b", re.IGNORECASE
)


def acquits(reading: Reading) -> bool:
    """Whether the sentence says of something that it was not the cause."""
    if reading.said(INNOCENT):
        return True
    if any(_NOT_THIS.search(reading.plain[: c.start]) for c in reading.cues(CAUSED_BY)):
        return True
    if _DEFINITE.search(reading.plain):
        return True  # 'is not what slows it down', 'is not the one to look at'
    blame = (
        *reading.cues(BLAME),
        *(c for c in reading.cues(CAUSES) if acts(reading, c, denied=True)),
    )
    return any(_denied_behind(reading, c) or reading.negated(c.start) for c in blame)


def accuses(reading: Reading) -> bool:
    cues = (*reading.cues(CAUSES), *reading.cues(CAUSED_BY))
    return any(not reading.negated(c.start) for c in cues)


def _denied_behind(reading: Reading, cue: Cue) -> bool:
    """'… causes nothing', '… explains none of it'."""
    after = next((t.start for t in reading.tokens if t.start >= cue.end), None)
    return any(d.start == after and d.word != "without" for d in reading.denials)


def acts(reading: Reading, cue: Cue, *, denied: bool = False) -> bool:
    """A verb with an object: not 'the delay', and not 'it broke at noon'."""
    if cue.phrase in _NOUNS or cue.phrase.count(" ") > 1:
        return True  # 'brings checkout down' has its object within
    if not denied and _IDLE.match(reading.plain, cue.end):
        return False
    if _INTRANSITIVE.match(reading.plain, cue.end):
        return False
    return " " in cue.phrase or not _DETERMINED.search(reading.plain[: cue.start].lower())
