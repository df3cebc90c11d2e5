"""Services, commits, versions and identifiers are those of the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.causes import CAUSED_BY, CAUSES
from assistant.investigator.gate.lexicon.sequence import AFTER, BEFORE, LATER
from assistant.investigator.gate.names import stem, written_in
from assistant.investigator.gate.reading import Mention, Reading

_CONTRASTS = ("not", "rather than", "instead of")

_RELATIONS = (
    *CAUSES,
    *CAUSED_BY,
    *BEFORE,
    *AFTER,
    *LATER,
    "from there",
    "reach",
    "hit",
    "affect",
)


def check_names(reading: Reading, grounds: Grounds) -> Iterator[str]:
    yield from _services(reading, grounds)
    yield from _hashes(reading, grounds)
    whole = "\n".join((*grounds.texts, *grounds.derived, *grounds.services)).lower()
    for version in reading.versions:
        if version.name.lower().lstrip("v") not in whole:
            yield f"The version {version.name} does not stand in the evidence cited."
    for found in reading.identifiers:
        name = found.name.strip("./:=-").lower()
        if name not in whole and not _in_parts(name, whole):
            yield f"“{found.name}” does not stand in the evidence cited."


def _services(reading: Reading, grounds: Grounds) -> Iterator[str]:
    said = dict.fromkeys(
        m.name for m in reading.services if m.exact and not _contrasted(m, reading)
    )
    for name in said:
        if not supported(name, reading, grounds):
            yield f"The evidence cited says nothing of {name}: name its service, or cite more."


def _contrasted(one: Mention, reading: Reading) -> bool:
    """'… and not checkout': somebody of whom nothing is said."""
    return any(d.end <= one.start <= d.end + 1 for d in reading.denials if d.word in _CONTRASTS)


def supported(name: str, reading: Reading, grounds: Grounds) -> bool:
    """The evidence is about the service or names it; or, where the sentence relates things to each
    other, a hop, suspect, breakdown or origin that the evidence backs does."""
    if any(e.service == name for e in grounds.cited):
        return True
    if _spared(name, reading, grounds):
        return True
    own = stem(name)
    if any(written_in(text, name) for text in (*grounds.texts, *grounds.derived)):
        return True
    if not grounds.changes and not reading.said(_RELATIONS):
        return False
    several = len({m.name for m in reading.services}) > 1
    if several and reading.said((*CAUSES, *CAUSED_BY)):
        path = [f"{h.source} {h.target}" for h in grounds.report.causal_path if h.verified]
        if any(written_in(hop, name) for hop in path):
            return True  # whether it leads where the sentence says is for the check of causes
    parts = [h.source for h in grounds.hops] + [h.target for h in grounds.hops]
    parts += [s.service for s in grounds.suspects] + [b.service for b in grounds.breakdowns]
    parts += [h.service for h in grounds.hypotheses[:1]] + [o.service for o in grounds.origins]
    return any(stem(part) == own for part in parts)


def _spared(name: str, reading: Reading, grounds: Grounds) -> bool:
    """'None of the releases touches checkout': what changes leave alone they do not name."""
    own = [m for m in reading.services if m.name == name]
    only_changes = len(grounds.changes) == len(grounds.cited)
    return only_changes and all(any(d.covers(m.start) for d in reading.denials) for m in own)


def _hashes(reading: Reading, grounds: Grounds) -> Iterator[str]:
    known = [s.id for s in grounds.suspects] + list(grounds.texts)
    for found in reading.hashes:
        if not any(found.name.lower() in text.lower() for text in known):
            yield f"The hash {found.name} does not stand in the evidence cited."


def _in_parts(name: str, whole: str) -> bool:
    """'POST/pay', 'timeout/retry': each part is an ordinary word or stands there."""
    parts = [p for sign in "/-=:" for p in name.split(sign) if sign in name]
    if any(c in name for c in "_.") or any(c.isdigit() for c in name):
        return False
    return bool(parts) and all(p.isalpha() for p in parts)
