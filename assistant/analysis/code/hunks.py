"""What a hunk does, read from its lines: kinds of change that make software fail.

Works on the text of any language. The kinds follow the defect classes of Orthogonal Defect
Classification (Chillarege et al. 1992: assignment, checking, algorithm, timing, interface,
function) as far as a diff shows them, refined by what operations teams meet in post-mortems.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from rapidfuzz import fuzz

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.literals import Quantity, quantities
from assistant.analysis.code.mechanisms import Mechanism, mechanisms_of
from assistant.domain.changes import Commit, Hunk, Line


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


def is_inert(hunk: Hunk) -> bool:
    """Whether a hunk cannot change what runs: documentation, tests, style sheets, comments and
    white space only, or lines that only moved. A hunk without lines is never inert."""
    if is_inert_path(hunk.path):
        return True
    if not hunk.lines:
        return False
    added, removed = _code(hunk.added), _code(hunk.removed)
    return Counter(added) == Counter(removed)


def is_inert_path(path: str) -> bool:
    """Whether a file is documentation, a test, a style sheet or a picture by its place or name."""
    inert = (
        look.INERT_PLACES.search(path) or PurePosixPath(path).suffix.lower() in look.INERT_SUFFIXES
    )
    return bool(inert) and not look.MANIFEST.search(path)


def _code(lines: Sequence[Line]) -> list[str]:
    stripped = (
        re.sub(r"\s+", "", line.text) for line in lines if not look.COMMENT.match(line.text)
    )
    return [text for text in stripped if text]


def findings(commit: Commit) -> list[Finding]:
    """What the hunks of a commit do, inert ones left out."""
    return [f for hunk in commit.hunks or () if not is_inert(hunk) for f in hunk_findings(hunk)]


def hunk_findings(hunk: Hunk) -> list[Finding]:
    """Every kind of change that one hunk shows."""
    found: list[Finding] = []
    for read in _READERS:
        found += read(hunk)
    return found


def _finding(hunk: Hunk, kind: Kind, detail: str, lines: Sequence[Line]) -> Finding:
    text = " ".join([*(line.text for line in lines), hunk.symbol, PurePosixPath(hunk.path).stem])
    return Finding(kind, detail, tuple(lines), frozenset(mechanisms_of(text)))


def pairs(hunk: Hunk) -> Iterator[tuple[Line, Line]]:
    """Removed and added lines that are versions of one another, by likeness (indel ratio)."""
    free = list(hunk.added[:_MOST_LINES])
    for old in hunk.removed[:_MOST_LINES]:
        likeness = [fuzz.ratio(old.text, new.text) for new in free]
        if likeness and max(likeness) >= _VERSIONS:
            yield old, free.pop(likeness.index(max(likeness)))


def _moved(old: Line, new: Line) -> list[tuple[Quantity, Quantity]]:
    """Numbers that a line had before and has otherwise after."""
    before, after = quantities(old.text), quantities(new.text)
    if len(before) != len(after):
        return []
    both = zip(before, after, strict=True)
    return [(was, now) for was, now in both if was.value != now.value and was.unit == now.unit]


def _numbers(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        before, after = quantities(old.text), quantities(new.text)
        if (
            look.MANIFEST.search(hunk.path)
            or look.COMMENT.match(new.text)
            or len(before) != len(after)
        ):
            continue
        for was, now in zip(before, after, strict=True):
            if was.value != now.value and was.unit == now.unit:
                kind = Kind.LIMIT_LOWERED if now.value < was.value else Kind.LIMIT_RAISED
                name = look.ASSIGNMENT.search(new.text)
                label = name.group(1) if name else new.text.strip()[:40]
                yield _finding(hunk, kind, f"{label}: {was.text} → {now.text}", (old, new))


def _levels(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        before, after = look.LEVEL.search(old.text), look.LEVEL.search(new.text)
        about_logging = (
            look.LEVEL_KEY.search(new.text.replace(after.group(0), "", 1)) if after else None
        )
        if before and after and about_logging and before.group(1).lower() != after.group(1).lower():
            detail = f"{before.group(1)} → {after.group(1)}"
            yield _finding(hunk, Kind.LEVEL_CHANGED, detail, (old, new))


def _guards(hunk: Hunk) -> Iterator[Finding]:
    added = "\n".join(line.text for line in hunk.added)
    gone = [
        line
        for line in hunk.removed
        if look.GUARD.search(line.text) and not look.COMMENT.match(line.text)
    ]
    gone = [line for line in gone if line.text.strip() not in added]
    fewer = len(gone) > sum(bool(look.GUARD.search(line.text)) for line in hunk.added)
    if gone and fewer:
        about_null = any(look.NULLISH.search(line.text) for line in gone)
        detail = gone[0].text.strip()[:80]
        finding = _finding(hunk, Kind.GUARD_REMOVED, detail, gone)
        extra = {Mechanism.NULL, Mechanism.CRASH} if about_null else set[Mechanism]()
        yield Finding(finding.kind, detail, finding.lines, finding.mechanisms | extra)


def _conditions(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        if Counter(look.COMPARISON.findall(old.text)) != Counter(
            look.COMPARISON.findall(new.text)
        ) and (look.GUARD.search(old.text) or look.GUARD.search(new.text) or "return" in new.text):
            detail = f"{old.text.strip()[:60]} → {new.text.strip()[:60]}"
            yield _finding(hunk, Kind.CONDITION_CHANGED, detail, (old, new))


def _loops(hunk: Hunk) -> Iterator[Finding]:
    inside, indent = None, -1
    for line in hunk.lines:
        depth = len(line.text) - len(line.text.lstrip())
        if inside is not None and line.text.strip() and depth <= indent:
            inside = None
        if line.sign != "-" and look.LOOP.search(line.text):
            inside, indent = line, depth
        elif inside is not None and line.sign == "+" and _calls_out(line):
            yield _finding(hunk, Kind.CALL_IN_LOOP, line.text.strip()[:80], (inside, line))
            inside = None


def _calls_out(line: Line) -> bool:
    return bool(look.REMOTE.search(line.text)) and "sleep(" not in line.text


def _batches(hunk: Hunk) -> Iterator[Finding]:
    gone = [line for line in hunk.removed if look.BATCH.search(line.text)]
    if gone and not any(look.BATCH.search(line.text) for line in hunk.added):
        yield _finding(hunk, Kind.BATCH_REMOVED, gone[0].text.strip()[:80], gone)


def _growth(hunk: Hunk) -> Iterator[Finding]:
    grows = [line for line in hunk.added if look.GROW.search(line.text)]
    bounded = any(look.BOUND.search(line.text) for line in hunk.lines if line.sign != "-")
    if grows and not bounded:
        finding = _finding(hunk, Kind.GROWTH, grows[0].text.strip()[:80], grows)
        yield Finding(
            finding.kind, finding.detail, finding.lines, finding.mechanisms | {Mechanism.MEMORY}
        )


def _lost_or_new(
    pattern: re.Pattern[str], kind: Kind, *, lost: bool
) -> Callable[[Hunk], Iterator[Finding]]:
    def read(hunk: Hunk) -> Iterator[Finding]:
        ours, theirs = (hunk.removed, hunk.added) if lost else (hunk.added, hunk.removed)
        count = Counter(m.lower() for line in theirs for m in pattern.findall(line.text))
        hit = [
            line for line in ours if any(count[m.lower()] == 0 for m in pattern.findall(line.text))
        ]
        hit = [line for line in hit if not look.COMMENT.match(line.text)]
        if hit:
            yield _finding(hunk, kind, hit[0].text.strip()[:80], hit)

    return read


def _dependencies(hunk: Hunk) -> Iterator[Finding]:
    if look.MANIFEST.search(hunk.path) and hunk.lines:
        lines = [line for line in hunk.lines if line.sign != " "]
        finding = _finding(hunk, Kind.DEPENDENCY_CHANGED, lines[-1].text.strip()[:80], lines)
        about = finding.mechanisms | {Mechanism.DEPENDENCY}
        yield Finding(finding.kind, finding.detail, finding.lines, about)


def _values(hunk: Hunk) -> Iterator[Finding]:
    """Assignments to the same name; numbers that moved are limits, told with their direction."""
    for old, new in pairs(hunk):
        before, after = (look.ASSIGNMENT.match(line.text.strip()) for line in (old, new))
        same = before and after and before.group(1) == after.group(1) and old.text != new.text
        if same and not _moved(old, new):
            yield _finding(hunk, Kind.VALUE_CHANGED, new.text.strip()[:80], (old, new))


_READERS: tuple[Callable[[Hunk], Iterator[Finding]], ...] = (
    _numbers,
    _levels,
    _guards,
    _conditions,
    _loops,
    _batches,
    _growth,
    _dependencies,
    _values,
    _lost_or_new(look.CLEANUP, Kind.CLEANUP_REMOVED, lost=True),
    _lost_or_new(look.LOCK, Kind.LOCK_ADDED, lost=False),
    _lost_or_new(look.CACHE, Kind.CACHE_CHANGED, lost=True),
    _lost_or_new(look.ERROR, Kind.ERROR_HANDLING_CHANGED, lost=True),
    _lost_or_new(look.SQL, Kind.QUERY_CHANGED, lost=False),
    _lost_or_new(look.BLOCKING, Kind.BLOCKING_ADDED, lost=False),
)
