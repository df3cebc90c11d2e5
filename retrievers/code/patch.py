"""Unified diffs as git writes them, read into hunks.

Lines of a hunk are counted off its `@@ -a,b +c,d @@` header and never guessed from their looks,
so a line of code that resembles a diff header stays a line of code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.domain.changes import Hunk, Line

MAX_LINES_PER_FILE = 5_000  # beyond it a file is generated or vendored, and read by nobody

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")
_DEFINITION = re.compile(
    r"\s*(?:export\s+|default\s+|public\s+|private\s+|protected\s+|static\s+|async\s+|pub\s+)*"
    r"(?:def|class|func|function|fn|fun|interface|struct|impl|trait|module|resource)\b.*\w"
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(slots=True)
class _File:
    path: str
    old_path: str = ""
    note: str = ""
    hunks: list[tuple[str, list[Line]]] = field(default_factory=list)
    line_count: int = 0

    def values(self, commit: str) -> Iterator[Hunk]:
        whole = Hunk(commit, self.path, (), old_path=self.old_path, note=self.note)
        if self.line_count > MAX_LINES_PER_FILE:
            yield replace(whole, note="too large")
        elif not self.hunks:
            yield replace(whole, note=self.note or "no lines changed")
        else:
            for header, lines in self.hunks:
                yield replace(whole, lines=tuple(lines), symbol=_symbol(header, lines))


def parse(text: str) -> dict[str, tuple[Hunk, ...]]:
    """What `git diff-tree --stdin -p --always` wrote: hunks by commit, in order of appearance.

    A text that breaks off gives the last commit as far as it goes."""
    found: dict[str, list[Hunk]] = {}
    commit, file = "", None
    lines = iter(text.split("\n"))
    for line in lines:
        if _COMMIT.match(line):
            _close(found, commit, file)
            commit, file = line, None
            found.setdefault(commit, [])
        elif line.startswith("diff --git "):
            _close(found, commit, file)
            file = _File(_same_path(line.removeprefix("diff --git ")))
        elif file is not None and (header := _HUNK.match(line)):
            _read_hunk(file, header, lines)
        elif file is not None:
            _read_header(file, line)
    _close(found, commit, file)
    return {name: tuple(hunks) for name, hunks in found.items()}


def _close(found: dict[str, list[Hunk]], commit: str, file: _File | None) -> None:
    if file is not None:
        found[commit].extend(file.values(commit))


def _read_header(file: _File, line: str) -> None:
    word, _, rest = line.partition(" ")
    if line.startswith(("rename from ", "copy from ")):
        file.old_path = _unquoted(line.split(" from ", 1)[1])
        file.note = file.note or "renamed"
    elif line.startswith(("rename to ", "copy to ")):
        file.path = _unquoted(line.split(" to ", 1)[1])
    elif word == "---" and rest != "/dev/null":
        file.path = _unquoted(rest).removeprefix("a/")
    elif word == "+++" and rest != "/dev/null":
        file.path = _unquoted(rest).removeprefix("b/")
    elif line.startswith("Binary files "):
        file.note = "binary"
    elif line.startswith(("new file mode 160000", "deleted file mode 160000")) or (
        word == "index" and line.endswith(" 160000")
    ):
        file.note = "submodule"
    elif word == "new" and line.startswith("new mode "):
        file.note = file.note or "mode changed"


def _read_hunk(file: _File, header: re.Match[str], lines: Iterator[str]) -> None:
    old, new = int(header[1]), int(header[3])
    old_left, new_left = int(header[2] or 1), int(header[4] or 1)
    if file.note in ("renamed", "mode changed"):
        file.note = ""
    kept: list[Line] = []
    file.hunks.append((header[5], kept))
    while old_left or new_left:
        line = next(lines, None)
        if line is None:
            return
        sign, text = line[:1] or " ", line[1:].removesuffix("\r")
        if sign == "\\":  # "\ No newline at end of file"
            continue
        number = old if sign == "-" else new
        old, old_left = (old + 1, old_left - 1) if sign != "+" else (old, old_left)
        new, new_left = (new + 1, new_left - 1) if sign != "-" else (new, new_left)
        file.line_count += 1
        if file.line_count <= MAX_LINES_PER_FILE:
            kept.append(Line(sign, number, text))


def _symbol(header: str, lines: list[Line]) -> str:
    """The definition that encloses the first change: git's hunk header names the one before the
    hunk, so one that starts in the leading context, or is itself changed, is closer."""
    symbol = header.strip()
    for line in lines:
        if _DEFINITION.match(line.text):
            symbol = line.text.strip()
        if line.sign != " ":
            break
    return symbol


def _same_path(names: str) -> str:
    """The path from `a/P b/P`; renames name theirs in later lines."""
    if names.startswith('"'):
        return _unquoted(names[: (len(names) - 1) // 2]).removeprefix("a/")
    return names[: (len(names) - 1) // 2].removeprefix("a/")


def _unquoted(name: str) -> str:
    """Undo git's C-style quoting of unusual paths (and the tab it puts after odd names)."""
    name = name.removesuffix("\t")
    if not (len(name) >= 2 and name[0] == name[-1] == '"'):
        return name
    return re.sub(r"\\([0-7]{3}|.)", _unescaped, name[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code, 8)) if code.isdigit() else _ESCAPES.get(code, code)
