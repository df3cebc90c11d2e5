"""The blocks that the lines of a hunk stand in, on either side of the change.

A hunk is a fragment that no parser of its language accepts, so blocks are read from indentation:
formatted code of any language shows its structure there. What a line stands in decides what a
change of place does to it: into a loop, into a lock, out of a timeout, out of a clean-up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.changes import Hunk, Line


class Block(StrEnum):
    LOOP = "loop"
    HOLD = "hold"  # something is held while inside: a lock, a transaction, a connection
    BOUND = "bound"  # what is inside may take only so long, or only so many at once
    TASK = "task"  # runs beside the request
    BRANCH = "branch"
    HANDLER = "handler"
    OTHER = "other"


_HEADERS: tuple[tuple[Block, re.Pattern[str]], ...] = (
    (
        Block.LOOP,
        re.compile(
            r"^\W*(?:async\s+)?(?:for|while|foreach|loop|until)\b|^\W*do\s*\{"
            r"|\.(?:forEach|map|each|flatMap)\("
        ),
    ),
    (
        Block.BOUND,
        re.compile(r"^(?=.*\b(?:with|using|select|try)\b).*(?:timeout|deadline|limit)", re.I),
    ),
    (
        Block.HOLD,
        re.compile(
            r"^\W*(?:async\s+)?(?:with|using|synchronized|lock)\b|^\W*try\s*\("
            r"|\.(?:transaction|withLock|atomically)\b"
        ),
    ),
    (
        Block.HANDLER,
        re.compile(r"^\W*(?:except|catch|rescue|finally|ensure)\b|^\W*if\s+err\s*!="),
    ),
    (
        Block.TASK,
        re.compile(
            r"\bgo\s+func\b|\b(?:spawn|create_task|ensure_future|setInterval|setTimeout|submit)\("
        ),
    ),
    (Block.BRANCH, re.compile(r"^\W*(?:if|else|elif|elsif|unless|switch|case|match|when)\b")),
)
_CALL = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*)\s*\(")
_DEFINITION = re.compile(r"^\W*(?:async\s+)?(?:def|func|function|fn|class)\b")
_KEYWORDS = frozenset(
    "if elif for while with return and or not in await switch catch except function def func fn "
    "class assert print lambda yield match when select go defer using lock synchronized".split()
)
_SECTION = re.compile(r"^\s*\[+[\w.\-\"' ]+\]+\s*$")  # of an INI or TOML file
# Longer lines are data or minified: nothing stands in them, and patterns that back-track would
# take hostile ones for minutes.
_LONGEST_LINE = 500
_INLINE_LOOP = re.compile(r"\S.*\bfor\b.+\bin\b")  # a comprehension


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with the lines that head the blocks around it, outermost first."""

    line: Line
    inside: tuple[Line, ...]

    @property
    def around(self) -> Counter[Block]:
        """The blocks that other lines head."""
        return Counter(block_of(header.text) for header in self.inside)

    @property
    def blocks(self) -> Counter[Block]:
        """Those, and the comprehension that the line itself is."""
        found = self.around
        if _INLINE_LOOP.search(self.line.text) and not _DEFINITION.match(self.line.text):
            found[Block.LOOP] += block_of(self.line.text) is not Block.LOOP
        return found

    @property
    def calls(self) -> list[str]:
        """What the line calls, as written: `service.db.fetch`."""
        if _DEFINITION.match(self.line.text):
            return []
        return [c for c in _CALL.findall(self.line.text) if c not in _KEYWORDS]


def block_of(header: str) -> Block:
    """What a line that heads a block makes of what is inside."""
    return next((b for b, pattern in _HEADERS if pattern.search(header)), Block.OTHER)


def before(hunk: Hunk) -> list[Placed]:
    """The old side of a hunk."""
    return list(_placed([line for line in hunk.lines if line.sign != "+"]))


def after(hunk: Hunk) -> list[Placed]:
    """The new side of a hunk."""
    return list(_placed([line for line in hunk.lines if line.sign != "-"]))


def _placed(lines: Sequence[Line]) -> Iterator[Placed]:
    open_blocks: list[tuple[int, Line]] = []
    for line in lines:
        text = line.text.expandtabs(4)
        if not text.strip() or len(text) > _LONGEST_LINE:
            continue
        depth = -1 if _SECTION.match(text) else len(text) - len(text.lstrip())
        while open_blocks and open_blocks[-1][0] >= depth:
            open_blocks.pop()
        yield Placed(line, tuple(header for _, header in open_blocks))
        open_blocks.append((depth, line))
