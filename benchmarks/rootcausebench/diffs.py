"""The diffs of the data set: mostly without valid headers, so that no tool would apply them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# Headers name a place by lines, by file, by function, by file and function, or not at all.
_NUMBERED = re.compile(r"@@ -(?P<start>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@ ?(?P<symbol>.*)")
_NAMED = re.compile(r"@@ ?(?P<path>[^\s:]+)(?: @@|:)?\s*(?P<symbol>.*)")
_HEADERS = ("diff --git ", "index ", "new file mode ", "deleted file mode ", "similarity index ")


@dataclass(slots=True)
class Section:
    """A hunk as written: '+', '-' and ' ' lines of one file. `exact` when the file begins or ends
    with it ('/dev/null' on one side). `start` is its first line in the file before, 0 where the
    header numbers none."""

    path: str
    symbol: str = ""
    lines: list[str] = field(default_factory=list)
    creates: bool = False
    deletes: bool = False
    start: int = 0

    @property
    def before(self) -> list[str]:
        return [line[1:] for line in self.lines if line[0] != "+"]

    @property
    def after(self) -> list[str]:
        return [line[1:] for line in self.lines if line[0] != "-"]

    @property
    def changes(self) -> bool:
        return any(line[0] != " " for line in self.lines)


def sections(diff: str, paths: Sequence[str]) -> list[Section]:
    """The hunks of a diff over `paths`, the files that the commit says it touched.

    A header that names no file continues the last one, else the first of `paths`. A header that
    carries a remark instead of a place, with no change below it, becomes a context line of the
    hunk before: nothing that was written is lost."""
    found: list[Section] = []
    for section in _split(diff, paths):
        if section.changes:
            found.append(section)
        elif found:
            found[-1].lines += [f" {t}" for t in (section.symbol, *section.before) if t]
    return found


def _split(diff: str, paths: Sequence[str]) -> Iterator[Section]:
    current = Section(paths[0] if paths else "unknown")
    lines = diff.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("--- ") and following.startswith("+++ "):
            yield current
            current = _of_file(line[4:].strip(), following[4:].strip())
        elif line.startswith("+++ ") and not current.lines and not current.symbol:
            continue  # the other half of the file header
        elif line.startswith("@@"):
            yield current
            current = _headed(line, current, paths)
        elif not line.startswith((*_HEADERS, "\\")):
            current.lines.append(line if line.startswith(("+", "-", " ")) else f" {line}")
    yield current


def _of_file(old: str, new: str) -> Section:
    old, new = (name.removeprefix(side) for name, side in ((old, "a/"), (new, "b/")))
    return Section(
        new if new != "/dev/null" else old, creates=old == "/dev/null", deletes=new == "/dev/null"
    )


def _headed(line: str, last: Section, paths: Sequence[str]) -> Section:
    if match := _NUMBERED.match(line):
        only = not last.lines  # the first hunk after a file header
        return Section(
            last.path,
            match["symbol"].strip(),
            creates=last.creates and only,
            deletes=last.deletes and only,
            start=int(match["start"]),
        )
    match = _NAMED.match(line)
    if match and (path := _path(match["path"], paths)):
        return Section(path, match["symbol"].strip("@ "))
    return Section(last.path, line.strip("@ "))


def _path(word: str, paths: Sequence[str]) -> str:
    """The touched file that a header names, in full or by its end."""
    if word in paths:
        return word
    return next((path for path in paths if path.endswith(f"/{word}")), "")
