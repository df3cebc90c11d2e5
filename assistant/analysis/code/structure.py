"""Kinds of change that show in the structure of the code: what moved into or out of which block."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.findings import Finding, Kind, finding, pairs
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.code.outline import Block, Placed, after, before, block_of
from assistant.domain.changes import Hunk, Line


def structural_findings(hunk: Hunk) -> Iterator[Finding]:
    """Everything that the blocks of a hunk tell."""
    old, new = before(hunk), after(hunk)
    yield from _repeated(hunk, old, new)
    yield from _held(hunk, old, new)
    yield from _unbounded(hunk, old, new)
    yield from _beside(hunk, old, new)
    yield from _interface(hunk)


def _most(side: Iterable[Placed], block: Block) -> dict[str, int]:
    """What each call stands in most of, by its last name: a receiver may be renamed."""
    found: defaultdict[str, int] = defaultdict(int)
    for placed in side:
        depth = placed.blocks[block]
        for call in placed.calls:
            name = call.rsplit(".", 1)[-1]
            found[name] = max(found[name], depth)
    return found


def _deeper(block: Block, old: Sequence[Placed], new: Sequence[Placed]) -> Iterator[Placed]:
    """Lines that wait for something and stand in more blocks of a kind than they did before."""
    used = _most(old, block)
    for placed in new:
        depth = placed.blocks[block]
        changed = placed.line.sign == "+" or any(h.sign == "+" for h in placed.inside)
        if not (depth and changed and look.REMOTE.search(placed.line.text)):
            continue
        if look.PAUSE.search(placed.line.text):
            continue
        names = [call.rsplit(".", 1)[-1] for call in placed.calls]
        if any(used.get(name, 0) < depth for name in names):
            yield placed


def _header(placed: Placed, block: Block) -> list[Line]:
    return [h for h in placed.inside if block_of(h.text) is block]


def _repeated(hunk: Hunk, old: Sequence[Placed], new: Sequence[Placed]) -> Iterator[Finding]:
    """A call that now happens once for each of many: N+1."""
    for placed in _deeper(Block.LOOP, old, new):
        lines = [*_header(placed, Block.LOOP), placed.line]
        yield finding(hunk, Kind.CALL_IN_LOOP, placed.line.text.strip()[:80], lines)


def _held(hunk: Hunk, old: Sequence[Placed], new: Sequence[Placed]) -> Iterator[Finding]:
    """Something is now held while waiting for somebody else: a lock or a transaction around a
    call serialises all who want it."""
    for placed in _deeper(Block.HOLD, old, new):
        lines = [*_header(placed, Block.HOLD), placed.line]
        if all(h.sign == "+" and look.OWN.search(h.text) for h in lines[:-1]):
            continue  # it brings what it holds: a connection of its own, a span, a file
        yield finding(hunk, Kind.HELD_ACROSS_CALL, placed.line.text.strip()[:80], lines)


def _unbounded(hunk: Hunk, old: Sequence[Placed], new: Sequence[Placed]) -> Iterator[Finding]:
    """What could only take so long, or be so many, no longer is limited."""
    words = Counter(w.lower() for p in new for w in look.LIMIT.findall(p.line.text))
    gone = [
        p.line
        for p in old
        if p.line.sign == "-"
        and not look.COMMENT.match(p.line.text)
        and (found := look.LIMIT.findall(p.line.text))
        and not any(words[w.lower()] for w in found)
    ]
    gone += _freed(old, new)
    if gone:
        yield finding(hunk, Kind.LIMIT_REMOVED, gone[0].text.strip()[:80], gone)


def _freed(old: Sequence[Placed], new: Sequence[Placed]) -> list[Line]:
    """The heads of bounds that calls stood in and no longer do."""
    left = _most(new, Block.BOUND)
    return [
        header
        for placed in old
        for header in _header(placed, Block.BOUND)
        if header.sign == "-"
        and any(left.get(call.rsplit(".", 1)[-1]) == 0 for call in placed.calls)
    ]


def _beside(hunk: Hunk, old: Sequence[Placed], new: Sequence[Placed]) -> Iterator[Finding]:
    """Work that now goes on beside the requests, or without end."""
    used = {c for p in old for c in p.calls}
    started = [
        p.line
        for p in new
        if p.line.sign == "+" and look.TASK.search(p.line.text) and not used & set(p.calls)
    ]
    if started:
        yield finding(hunk, Kind.TASK_ADDED, started[0].text.strip()[:80], started)


# A name in quotes that is a key: `{"cents": …}`, `row["cents"]`, `.get("cents")`, `json:"cents"`.
_KEY = re.compile(
    r"""["'`]([A-Za-z_][\w\-]*)["'`]\s*(?::|\])|\[["'`]([A-Za-z_][\w\-]*)["'`]\]"""
    r"""|\.\w*[gG]et\w*\(\s*["'`]([A-Za-z_][\w\-]*)["'`]|\b(?:json|yaml|db|xml):"([A-Za-z_][\w\-]*)"""
)


def _interface(hunk: Hunk) -> Iterator[Finding]:
    """A name that others read or send is another one now: a field of an answer, a key, a column."""
    for old, new in pairs(hunk):
        lost, come = (Counter(_keys(line.text)) for line in (old, new))
        gone, now = lost - come, come - lost
        if len(gone) == 1 and len(now) == 1:
            detail = f"{next(iter(gone))} → {next(iter(now))}"
            made = finding(hunk, Kind.INTERFACE_CHANGED, detail, (old, new))
            yield made.about(Mechanism.NULL, Mechanism.DATA)


def _keys(text: str) -> list[str]:
    return [name for groups in _KEY.findall(text) for name in groups if name]
