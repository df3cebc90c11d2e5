"""A finding: a kind of change that makes software fail, with the lines that show it.

The kinds follow the defect classes of Orthogonal Defect Classification (Chillarege et al. 1992:
assignment, checking, algorithm, timing, interface, function) as far as a diff shows them, refined
by what operations teams meet in post-mortems.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath

from rapidfuzz import fuzz

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.literals import Quantity, quantities
from assistant.analysis.code.mechanisms import Mechanism, mechanisms_of
from assistant.analysis.code.outline import after, before
from assistant.analysis.code.sameness import says_the_same
from assistant.domain.changes import Hunk, Line


class Kind(StrEnum):
    LIMIT_LOWERED = "limit lowered"
    LIMIT_RAISED = "limit raised"
    LEVEL_CHANGED = "log level changed"
    GUARD_REMOVED = "check removed"
    CONDITION_CHANGED = "condition changed"
    CALL_IN_LOOP = "call inside a loop"
    BATCH_REMOVED = "batching removed"
    GROWTH = "collection grows without bound"
    CLEANUP_REMOVED = "clean-up removed"
    CACHE_CHANGED = "caching changed"
    LOCK_ADDED = "lock added"
    DEPENDENCY_CHANGED = "dependency changed"
    ERROR_HANDLING_CHANGED = "error handling changed"
    QUERY_CHANGED = "query changed"
    VALUE_CHANGED = "value changed"
    BLOCKING_ADDED = "waiting or heavy work added"
    HELD_ACROSS_CALL = "held across a call"
    LIMIT_REMOVED = "limit removed"
    TASK_ADDED = "work beside the requests added"
    INTERFACE_CHANGED = "name that others use changed"
    SELECTION_CHANGED = "rows that a query selects changed"
    INDEX_UNUSED = "index removed or made unusable"


# Two lines this alike (percent) are one line before and after; hunks longer than this are
# rewritten rather than edited, and pairing their lines would cost the square of their length.
_VERSIONS = 60
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of change with the lines that show it, and what it is about."""

    kind: Kind
    detail: str
    lines: tuple[Line, ...]
    mechanisms: frozenset[Mechanism]
    place: str = ""  # the file, the function and the heads of the blocks around, as written
    strength: float = 1.0  # how far from harmless, 0..1: a tenth more is not ten times more

    def about(self, *mechanisms: Mechanism) -> Finding:
        """The same, about these too."""
        return replace(self, mechanisms=self.mechanisms | set(mechanisms))


def finding(
    hunk: Hunk, kind: Kind, detail: str, lines: Sequence[Line], strength: float = 1.0
) -> Finding:
    """A finding about what its lines, the function and the file around them name."""
    text = " ".join([*(line.text for line in lines), hunk.symbol, PurePosixPath(hunk.path).stem])
    heads = dict.fromkeys(
        head.text.strip()
        for placed in (*before(hunk), *after(hunk))
        if placed.line in lines
        for head in placed.inside
    )
    place = " ".join([hunk.path, hunk.symbol, *heads])
    return Finding(kind, detail, tuple(lines), frozenset(mechanisms_of(text)), place, strength)


def pairs(hunk: Hunk) -> Iterator[tuple[Line, Line]]:
    """Removed and added lines that are versions of one another, and do not do the same: they
    assign the same name, or are alike (indel ratio)."""
    free = list(hunk.added[:_MOST_LINES])
    for old in hunk.removed[:_MOST_LINES]:
        name = _assigned(old)
        likeness = [
            100.0 if name and _assigned(new) == name else fuzz.ratio(old.text, new.text)
            for new in free
        ]
        if likeness and max(likeness) >= _VERSIONS:
            new = free.pop(likeness.index(max(likeness)))
            if not says_the_same(old.text, new.text):
                yield old, new


def _assigned(line: Line) -> str:
    found = look.VALUE.match(line.text.strip())
    return found[1] if found else ""


def moved(old: Line, new: Line) -> list[tuple[Quantity, Quantity]]:
    """Numbers that a line had before and has otherwise after."""
    was_there, is_there = quantities(old.text), quantities(new.text)
    if len(was_there) != len(is_there):
        return []
    both = zip(was_there, is_there, strict=True)
    return [(was, now) for was, now in both if was.value != now.value and was.unit == now.unit]
