"""Hunks at the lines that their headers number, so that a stack frame's line finds its own.

What a case does not show of a file is left blank. Each line of the file is one cell through all
its versions: what any hunk tells of it, as context or as removed, is known in every version that
holds the line.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.rootcausebench.diffs import Section

_ABOVE = 1  # where the line that a header quotes stands above its hunk


class _Cell:
    """A line of a file; `text` is None while nothing tells it, `quoted` what a header says of a
    line near it."""

    __slots__ = ("quoted", "text")

    def __init__(self, text: str | None = None) -> None:
        self.text = text
        self.quoted = ""


class _Contradiction(Exception):
    """Two hunks say different things of one line: their numbers are not to be trusted."""


def placed(touches: Sequence[Sequence[Section]]) -> list[list[str]] | None:
    """The lines of a file before the first touch and after each; None unless every hunk is
    numbered and no two contradict each other."""
    if not any(touches) or any(s.start == 0 for hunks in touches for s in hunks):
        return None
    cells: list[_Cell] = []
    versions = [list(cells)]
    try:
        for hunks in touches:
            missing = max((s.start - 1 + len(s.before) for s in hunks), default=0) - len(cells)
            fresh = [_Cell() for _ in range(max(missing, 0))]
            cells += fresh
            versions = [[*version, *fresh] for version in versions]
            for hunk in sorted(hunks, key=lambda s: -s.start):
                _apply(cells, hunk)
            versions.append(list(cells))
    except _Contradiction:
        return None
    return [[c.quoted if c.text is None else c.text for c in version] for version in versions]


def _apply(cells: list[_Cell], hunk: Section) -> None:
    at = hunk.start - 1
    if hunk.symbol and at >= _ABOVE:
        cells[at - _ABOVE].quoted = hunk.symbol
    result: list[_Cell] = []
    for line in hunk.lines:
        if line[0] == "+":
            result.append(_Cell(line[1:]))
            continue
        cell = cells[at]
        if cell.text not in (None, line[1:]):
            raise _Contradiction
        cell.text = line[1:]
        at += 1
        if line[0] == " ":
            result.append(cell)
    cells[hunk.start - 1 : at] = result
