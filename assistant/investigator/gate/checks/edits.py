"""What a change is said to do, its own lines do: add, remove, keep, raise, lower, switch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import snowballstemmer

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.investigator.gate.checks.numbers import matches
from assistant.investigator.gate.courses import CHANGES
from assistant.investigator.gate.facts import Fact, in_text
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.deeds import (
    ADDS,
    KEPT,
    LOWERS,
    RAISES,
    REMOVES,
    STILL,
    SWITCHED_OFF,
    SWITCHED_ON,
)
from assistant.investigator.gate.quantities import Quantity
from assistant.investigator.gate.reading import Reading
from assistant.investigator.gate.roles import old_and_new

_CODE_WORD = re.compile(r"[a-z]{3,}")
_STATE = re.compile(r": (\w\S*) → (\w[\w.]*)")
_UNDOES = re.compile(r"\b(?:drop|delete|remove|disable)\b", re.IGNORECASE)
_FROM_TO = re.compile(r"(?:from )?([\w.]+) (?:to|→) ([\w.]+\w)")
_VERSION = re.compile(r"v?\d+(?:\.\d+){2,}\S*")
_REACH = 60  # characters behind a verb in which its object stands
_ENDS = frozenset("from on around in to before so and which with for of at by".split())
_IN_EVERY_SUBJECT = frozenset(("commit", "chang", "the", "for", "and"))
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Edit:
    """The removed and added lines of a commit's evidence."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    subject: str = ""

    @classmethod
    def of(cls, evidence: Evidence) -> Edit:
        lines = [line for line in evidence.excerpt.split("\n") if line[1:].strip()]
        return cls(
            tuple(line[1:].strip() for line in lines if line.startswith("-")),
            tuple(line[1:].strip() for line in lines if line.startswith("+")),
            evidence.title,
        )

    @property
    def first(self) -> str:
        return repr((*self.removed, *self.added)[0][:80])


def check_edits(reading: Reading, grounds: Grounds) -> Iterator[str]:
    commits = [e for e in grounds.changes if e.kind is EvidenceKind.COMMIT]
    edits = [edit for e in commits if (edit := Edit.of(e)).removed or edit.added]
    if edits and all(e.kind in CHANGES for e in grounds.cited):
        yield from _verbs(reading, edits)
    if len(edits) == 1:
        yield from _numbers(reading, grounds, edits[0])
    if edits and all(e.kind in CHANGES for e in grounds.cited):
        yield from _kept(reading, edits)
    yield from _switched(reading, grounds)
    yield from _reversed(reading, grounds)


def _reversed(reading: Reading, grounds: Grounds) -> Iterator[str]:
    """'From debug to info' of a change from info to debug."""
    ends = [e for piece in grounds.changes for e in _states(piece)]
    for one, other in _FROM_TO.findall(reading.plain.lower()):
        turned = any(one in new - old and other in old - new for old, new in ends)
        right = any(one in old and other in new for old, new in ends)
        if turned and not right:
            yield f"It went from {other} to {one}, not the other way round."


def _states(evidence: Evidence) -> Iterator[tuple[set[str], set[str]]]:
    """The words before and after a change."""
    if state := _STATE.search(evidence.excerpt):
        yield {state[1].lower()}, {state[2].lower()}
    edit = Edit.of(evidence)
    if evidence.kind is EvidenceKind.COMMIT and edit.removed and edit.added:
        yield _values(edit.removed), _values(edit.added)


def _values(lines: Sequence[str]) -> set[str]:
    return {w for line in lines for w in re.findall(r"[\w.]+", line.lower())}


def stems(lines: Sequence[str]) -> set[str]:
    words = {w for line in lines for w in _CODE_WORD.findall(_spaced(line))}
    return set(_stemmer.stemWords(sorted(words))) | words


def _spaced(line: str) -> str:
    """Camel case and snake case as words, in lower case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", line).replace("_", " ").lower()


def _verbs(reading: Reading, edits: Sequence[Edit]) -> Iterator[str]:
    removed = {s for e in edits for s in stems(e.removed)}
    added = {s for e in edits for s in stems(e.added)}
    undone = stems([x for e in edits for x in e.added if _UNDOES.search(x)])
    for cue in reading.cues(ADDS):
        thing = _object(reading, cue.end)
        if reading.negated(cue.start) or thing & (added - undone):
            continue
        if thing & (removed | undone):
            yield f"The commit does not add it: {edits[0].first}."
    for cue in reading.cues(REMOVES):
        thing = _object(reading, cue.end)
        if reading.negated(cue.start) or thing & (removed | undone):
            continue
        if thing & added:
            yield f"The commit does not remove it: {edits[0].first}."


def _object(reading: Reading, at: int) -> set[str]:
    """The stems of what is named right behind a verb."""
    found = []
    for token in reading.within(at, at + _REACH):
        if token.word in _ENDS:
            break
        if len(token.stem) > 2 and token.word not in ("the", "its", "this", "that", "each", "any"):
            found += [token.stem, token.word]
    return set(found)


def _numbers(reading: Reading, grounds: Grounds, edit: Edit) -> Iterator[str]:
    old = [f for line in edit.removed for f in in_text(_VERSION.sub("", line))]
    new = [f for line in edit.added for f in in_text(_VERSION.sub("", line))]
    for one, other in pairwise(reading.quantities):
        pair = old_and_new(reading.plain, one, other)
        if pair and _swapped(*pair, old, new):
            yield f"The commit goes from {pair[1].text.strip()} to {pair[0].text.strip()}."
    for one in reading.quantities:
        if reading.said((*KEPT, *STILL), *reading.clause(one.start)):
            if reading.negated(one.start):
                continue  # '330 rather than 300 seconds'
            if one.dimension and _any(one, old) and not _any(one, new):
                yield f"The commit changes {one.text.strip()}: it is no longer so."
    changed = _changed(old, new)
    if changed is None or grounds.courses:
        return
    for phrases, up in ((RAISES, True), (LOWERS, False)):
        for cue in reading.cues(phrases):
            if not reading.negated(cue.start) and (changed[1] > changed[0]) != up:
                yield f"The commit changes {changed[0]:g} to {changed[1]:g}: not “{cue.phrase}”."


def _swapped(before: Quantity, after: Quantity, old: Sequence[Fact], new: Sequence[Fact]) -> bool:
    right = _any(before, old) and _any(after, new)
    return not right and _any(before, new) and _any(after, old)


def _any(quantity: Quantity, facts: Sequence[Fact]) -> bool:
    return any(matches(quantity, fact) for fact in facts)


def _changed(old: Sequence[Fact], new: Sequence[Fact]) -> tuple[float, float] | None:
    """The one number that the edit changes, when it is one."""
    gone = {f.value for f in old if f.dimension} or {f.value for f in old}
    come = {f.value for f in new if f.dimension} or {f.value for f in new}
    if len(gone - come) == 1 and len(come - gone) == 1:
        return (gone - come).pop(), (come - gone).pop()
    return None


def _kept(reading: Reading, edits: Sequence[Edit]) -> Iterator[str]:
    """A change is said to leave alone what its own lines remove or rewrite."""
    kept = reading.said(KEPT)
    if not kept and not reading.said(STILL):
        return
    said = {t.stem for t in reading.tokens if len(t.stem) > 2} - _ENDS - {"the", "not", "its"}
    said |= {w for m in reading.identifiers for w in stems([m.name])}
    for edit in edits:
        gone = stems(edit.removed) - stems(edit.added)
        told = kept and len(said & stems([edit.subject]) - _IN_EVERY_SUBJECT) > 1
        if told or said & (stems((*edit.removed, *edit.added)) if kept else gone):
            yield f"The change does touch it: {edit.first}."
            return


def _switched(reading: Reading, grounds: Grounds) -> Iterator[str]:
    flags = [e for e in grounds.changes if e.kind is EvidenceKind.FLAG]
    states = [m[2].lower() for e in flags if (m := _STATE.search(e.excerpt))]
    if not states:
        return
    for phrases, state, opposite in (
        (SWITCHED_ON, "on", ("off", "false")),
        (SWITCHED_OFF, "off", ("on", "true")),
    ):
        said = [c for c in reading.cues(phrases) if not reading.negated(c.start)]
        denied = [c for c in reading.cues(phrases) if reading.negated(c.start)]
        if denied and not said and all(s == state for s in states):
            yield f"The flag was switched {state}."
        if said and all(s in opposite for s in states):
            yield f"The flag was not switched {state}: it went to {states[0]}."
