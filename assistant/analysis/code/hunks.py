"""What a hunk does, read from its lines: kinds of change that make software fail.

Works on the text of any language. The kinds follow the defect classes of Orthogonal Defect
Classification (Chillarege et al. 1992: assignment, checking, algorithm, timing, interface,
function) as far as a diff shows them, refined by what operations teams meet in post-mortems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.findings import Finding, Kind, finding, moved, pairs
from assistant.analysis.code.inert import is_inert
from assistant.analysis.code.literals import magnitude
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.code.structure import structural_findings
from assistant.domain.changes import Commit, Hunk, Line

# Strength of another value of which nobody can say whether it is much; more where its name says
# what it limits.
_UNSAID, _SAID = 0.5, 0.8
_DIRECTED = frozenset({Mechanism.POOL, Mechanism.TIMEOUT, Mechanism.RETRY, Mechanism.CACHE})
_PERHAPS = 0.5  # when nothing tells how long a collection lives
_MINOR, _PATCH = 0.4, 0.2  # of a major version's strength


def findings(commit: Commit) -> list[Finding]:
    """What the hunks of a commit do, inert ones left out."""
    return [f for hunk in commit.hunks or () if not is_inert(hunk) for f in hunk_findings(hunk)]


def hunk_findings(hunk: Hunk) -> list[Finding]:
    """Every kind of change that one hunk shows."""
    found: list[Finding] = []
    for read in _READERS:
        found += read(hunk)
    return found


def _numbers(hunk: Hunk) -> Iterator[Finding]:
    if look.MANIFEST.search(hunk.path):
        return
    for old, new in pairs(hunk):
        if look.COMMENT.match(new.text):
            continue
        for was, now in moved(old, new):
            kind = Kind.LIMIT_LOWERED if now.value < was.value else Kind.LIMIT_RAISED
            name = look.ASSIGNMENT.search(new.text)
            label = name.group(1) if name else new.text.strip()[:40]
            detail = f"{label}: {was.text} → {now.text}"
            yield finding(hunk, kind, detail, (old, new), magnitude(was.value, now.value))


def _levels(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        before, after = look.LEVEL.search(old.text), look.LEVEL.search(new.text)
        about_logging = (
            look.LEVEL_KEY.search(new.text.replace(after.group(0), "", 1)) if after else None
        )
        if before and after and about_logging and before.group(1).lower() != after.group(1).lower():
            detail = f"{before.group(1)} → {after.group(1)}"
            yield finding(hunk, Kind.LEVEL_CHANGED, detail, (old, new))


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
        made = finding(hunk, Kind.GUARD_REMOVED, gone[0].text.strip()[:80], gone)
        yield made.about(Mechanism.NULL, Mechanism.CRASH) if about_null else made


def _conditions(hunk: Hunk) -> Iterator[Finding]:
    """What decides between two ways is another thing now. Of a number in it `_numbers` tells."""
    for old, new in pairs(hunk):
        decides = look.CONDITION.search(old.text) or look.CONDITION.search(new.text)
        if decides and not moved(old, new):
            detail = f"{old.text.strip()[:60]} → {new.text.strip()[:60]}"
            yield finding(hunk, Kind.CONDITION_CHANGED, detail, (old, new))


def _batches(hunk: Hunk) -> Iterator[Finding]:
    gone = [line for line in hunk.removed if look.BATCH.search(line.text)]
    if gone and not any(look.BATCH.search(line.text) for line in hunk.added):
        yield finding(hunk, Kind.BATCH_REMOVED, gone[0].text.strip()[:80], gone)


def _growth(hunk: Hunk) -> Iterator[Finding]:
    bounded = any(look.BOUND.search(line.text) for line in hunk.lines if line.sign != "-")
    lasting = [(_lasts(line, hunk), line) for line in hunk.added if look.GROW.search(line.text)]
    grows = [line for share, line in lasting if share]
    if grows and not bounded:
        share = max(share for share, _ in lasting)
        made = finding(hunk, Kind.GROWTH, grows[0].text.strip()[:80], grows, share)
        yield made.about(Mechanism.MEMORY)


def _lasts(line: Line, hunk: Hunk) -> float:
    """How likely what grows outlives the request: it hangs on an object or stands outside of every
    function; what was made a few lines before, or handed in, ends with the call."""
    name = re.match(r"\s*([A-Za-z_]\w*)(\.)?", line.text)
    if name is None:
        return _PERHAPS
    modifiers = r"(?:(?:var|let|const|static|private|public|final)\s+)?"
    declared = rf"{modifiers}{name[1]}\b\s*(?::=|[:=]|\[\]|\w)"
    heads = [other.text for other in hunk.lines if other is not line and other.sign != "-"]
    if any(re.match(declared, text) for text in heads):
        return 1.0
    if any(re.match(rf"\s+{declared}", text) for text in heads):
        return 0.0
    if name[2]:
        return 1.0
    handed = re.compile(rf"[(,]\s*{name[1]}\b")
    if any(handed.search(text) for text in (hunk.symbol, *heads) if look.FUNCTION.search(text)):
        return 0.0
    return _PERHAPS


def _queries(hunk: Hunk) -> Iterator[Finding]:
    """A statement that is another one now, and an index that is gone or can no longer be used: a
    function around a column hides it from the index (sargability, Selinger et al. 1979)."""
    for old, new in pairs(hunk):
        if look.SQL.search(old.text) and look.SQL.search(new.text):
            detail = new.text.strip()[:80]
            yield finding(hunk, Kind.QUERY_CHANGED, detail, (old, new), _UNSAID)
            if _selection(old.text) != _selection(new.text):
                yield finding(hunk, Kind.SELECTION_CHANGED, new.text.strip()[:80], (old, new))
            wrapped = look.FUNCTION_ON_COLUMN.search(new.text)
            if wrapped and not look.FUNCTION_ON_COLUMN.search(old.text):
                yield finding(hunk, Kind.INDEX_UNUSED, new.text.strip()[:80], (old, new))
    for line in hunk.added:
        if look.INDEX.search(line.text):
            yield finding(hunk, Kind.INDEX_UNUSED, line.text.strip()[:80], (line,))


def _selection(statement: str) -> str:
    found = look.SELECTION.search(statement)
    return found[0].rstrip(" \"'`;,)") if found else ""


def _caching(hunk: Hunk) -> Iterator[Finding]:
    """What is cached, or under which key, is another thing now."""
    if look.MANIFEST.search(hunk.path):
        return
    for old, new in pairs(hunk):
        if look.CACHE.search(old.text) and look.CACHE.search(new.text) and not moved(old, new):
            yield finding(hunk, Kind.CACHE_CHANGED, new.text.strip()[:80], (old, new))


def _lost_or_new(
    pattern: re.Pattern[str], kind: Kind, *, lost: bool, strength: float = 1.0
) -> Callable[[Hunk], Iterator[Finding]]:
    def read(hunk: Hunk) -> Iterator[Finding]:
        ours, theirs = (hunk.removed, hunk.added) if lost else (hunk.added, hunk.removed)
        others = "\n".join(line.text for line in theirs).lower()
        # As part of another name it is still there: `Error(` became `writeError(`.
        hit = [
            line
            for line in ours
            if any(m.lower() not in others for m in pattern.findall(line.text))
        ]
        hit = [line for line in hit if not look.COMMENT.match(line.text)]
        if hit:
            yield finding(hunk, kind, hit[0].text.strip()[:80], hit, strength)

    return read


def _dependencies(hunk: Hunk) -> Iterator[Finding]:
    """A pinned version that is another one: by semantic versioning (semver.org), a major version
    may break what uses it, a patch should not."""
    if not (look.MANIFEST.search(hunk.path) and hunk.lines):
        return
    lines = [line for line in hunk.lines if line.sign != " "]
    strength = max((_leap(old.text, new.text) for old, new in pairs(hunk)), default=1.0)
    made = finding(hunk, Kind.DEPENDENCY_CHANGED, lines[-1].text.strip()[:80], lines, strength)
    yield made.about(Mechanism.DEPENDENCY)


def _leap(old: str, new: str) -> float:
    before, after = (look.VERSION.search(text) for text in (old, new))
    if before is None or after is None or before[1] != after[1]:
        return 1.0
    return _MINOR if before[2] != after[2] else _PATCH


def _values(hunk: Hunk) -> Iterator[Finding]:
    """Assignments to the same name; numbers that moved are limits, told with their direction."""
    if look.MANIFEST.search(hunk.path):
        return
    for old, new in pairs(hunk):
        before, after = (look.VALUE.match(line.text.strip()) for line in (old, new))
        same = before and after and before.group(1) == after.group(1)
        if same and not moved(old, new) and not look.COMMENT.match(new.text):
            made = finding(hunk, Kind.VALUE_CHANGED, new.text.strip()[:80], (old, new), _UNSAID)
            known = made.mechanisms & _DIRECTED
            yield replace(made, strength=_SAID) if known else made


_READERS: tuple[Callable[[Hunk], Iterator[Finding]], ...] = (
    _numbers,
    _levels,
    _guards,
    _conditions,
    _batches,
    _growth,
    _dependencies,
    _values,
    _queries,
    _caching,
    structural_findings,
    _lost_or_new(look.CLEANUP, Kind.CLEANUP_REMOVED, lost=True),
    _lost_or_new(look.LOCK, Kind.LOCK_ADDED, lost=False),
    _lost_or_new(look.CACHE, Kind.CACHE_CHANGED, lost=True),
    _lost_or_new(look.ERROR, Kind.ERROR_HANDLING_CHANGED, lost=True),
    _lost_or_new(look.SQL, Kind.QUERY_CHANGED, lost=False, strength=_UNSAID),
    _lost_or_new(look.BLOCKING, Kind.BLOCKING_ADDED, lost=False),
)
