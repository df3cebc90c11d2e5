"""Who called whom, what was deployed where, and whom a failure reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import Suspect
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.names import stem
from assistant.investigator.gate.reading import Mention, Reading

_FROM = re.compile(r"\b(?:calls?|requests?) from $")
_TO = re.compile(r"\b(?:calls?|called|requests?)(?: \w+){0,2} to $|\bcalled $")
_OWN_CALLS = re.compile(r"^(?:'s?)? (?:(?:all|\d+|of|the) ){0,2}(?:calls|requests)\b|^ called\b")
_DEPLOYED = re.compile(
    r"^(?:'s?)? (?:release|deployment|deploy|rollout)\b|^ v\d[\w.-]*\d\b"
    r"|^(?: \S+)? (?:was|were|had been|has been|is|got) "
    r"(?:re)?(?:deployed|released|rolled out|shipped)"
)
_INTO = re.compile(
    r"\b(?:release|deployment|rollout) of $"
    r"|\b(?:deployed|released|shipped|rolled out) (?:to|in|on|for|into|with) $"
)
_THEN = re.compile(r"[ ,]then $")
_REACHED = re.compile(r"\b(?:it|they|this|failures?|errors?|trouble) (?:then )?reached $")
_NEAR = 40
_ALSO_CALLS = frozenset((EvidenceKind.TRACE, EvidenceKind.SERIES, EvidenceKind.BREAKDOWN))


def check_parties(reading: Reading, grounds: Grounds) -> Iterator[str]:
    for one in reading.services:
        before = reading.plain[max(0, one.start - _NEAR) : one.start].lower()
        after = reading.plain[one.end : one.end + _NEAR].lower()
        yield from _calls(one, before, after, grounds)
        yield from _deployed(one, before, after, grounds)
        if _REACHED.search(before) or (_THEN.search(before) and "reached" in reading.plain):
            yield from _reached(one, grounds)


def _calls(one: Mention, before: str, after: str, grounds: Grounds) -> Iterator[str]:
    callers = {stem(c.caller) for c in grounds.calls}
    callees = {stem(c.callee) for c in grounds.calls}
    name = stem(one.name)
    if name not in callers | callees or any(e.kind in _ALSO_CALLS for e in grounds.cited):
        return
    if (_FROM.search(before) or _OWN_CALLS.match(after)) and name not in callers:
        yield f"{one.name} is called in the evidence cited, it does not call."
    if _TO.search(before) and name not in callees:
        yield f"{one.name} calls in the evidence cited, it is not called."


def _deployed(one: Mention, before: str, after: str, grounds: Grounds) -> Iterator[str]:
    into = [e for e in grounds.cited if e.kind is EvidenceKind.DEPLOYMENT]
    if not into or not (_DEPLOYED.match(after) or _INTO.search(before)):
        return
    services = {stem(e.service) for e in into} | {stem(s.service) for s in _brought(grounds)}
    if stem(one.name) not in services:
        yield f"The deployment cited is one of {into[0].service}, not of {one.name}."


def _brought(grounds: Grounds) -> list[Suspect]:
    return [s for s in grounds.suspects if s.deployment]


def _reached(one: Mention, grounds: Grounds) -> Iterator[str]:
    targets = {stem(h.target) for h in grounds.hops}
    if targets and stem(one.name) not in targets:
        yield f"No hop cited leads to {one.name}."
