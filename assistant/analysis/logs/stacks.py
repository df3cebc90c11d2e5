"""Stack traces in log bodies: their frames and the exception they end in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# A line of a trace is short; the limits keep back-tracking patterns away from hostile bodies.
_LONGEST_LINE = 400
_MOST_LINES = 300


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in code; `path` is as the program knows it, usually with a foreign prefix, `line` is
    0 where nothing tells it, `own` is False for the language's own library and for packages."""

    path: str
    line: int
    function: str = ""
    own: bool = True


@dataclass(frozen=True, slots=True)
class StackTrace:
    """`frames` run from the innermost (where it was raised) outwards, those of the root cause
    first where exceptions are chained."""

    exception: str
    message: str
    frames: tuple[Frame, ...]

    @property
    def top_own(self) -> Frame | None:
        """The innermost frame of the program's own code, else the innermost of all."""
        own = (frame for frame in self.frames if frame.own)
        return next(own, self.frames[0] if self.frames else None)


_PYTHON = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
_DOTNET = re.compile(r"^\s*at (?P<function>[^\s(]+\(.*\)) in (?P<path>.+):line (?P<line>\d+)$")
_JAVA = re.compile(r"^\s*at (?P<function>[\w.$<>/@-]+)\((?P<path>[^():\s]+)(?::(?P<line>\d+))?\)")
_NODE = re.compile(
    r"^\s*at (?:(?P<function>(?:async |new )?[^\s()]+(?: \[as \w+\])?) \()?"
    r"(?P<path>[^\s()]+?):(?P<line>\d+):\d+\)?$"
)
_GO = re.compile(r"^\s+(?P<path>\S+\.go):(?P<line>\d+)(?: \+0x[0-9a-f]+)?$")
_RUBY = re.compile(r"^\s*(?:from )?(?P<path>\S+\.rb):(?P<line>\d+):in [`'](?P<function>[^']+)'")
_PHP = re.compile(r"^#\d+ (?P<path>\S+\.php)\((?P<line>\d+)\): (?P<function>[^(]+)")
_STYLES = (_PYTHON, _DOTNET, _JAVA, _NODE, _GO, _RUBY, _PHP)

# Where installed packages and standard libraries live, and their name spaces.
_FOREIGN = re.compile(
    r"site-packages|dist-packages|lib/python\d|<frozen |node_modules|^node:|^internal/"
    r"|/go/src/|/pkg/mod/|^(?:net/http|runtime|reflect|testing)[./]|/rustc/|\.cargo/|/gems/|/vendor/"
    r"|^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|scala|clojure|System|Microsoft)\."
    r"|^(?:org\.(?:springframework|apache|hibernate|eclipse|jboss|junit)|io\.(?:netty|grpc)|reactor)\."
)
_RAISED = re.compile(
    r"^(?P<type>(?:[A-Za-z_][\w$]*[./:]{1,2})*[A-Z][\w$]*)(?::\s*(?P<message>.*))?$"
)
_CAUSED_BY = re.compile(r"^\s*Caused by: (?P<type>[\w.$]+)(?::\s*(?P<message>.*))?")
_PANIC = re.compile(r"^(?P<type>panic|fatal error): (?P<message>.*)$")
_NAMED = re.compile(r"\b(?P<type>[\w.$]*(?:Error|Exception|Fault|Panic))\b(?::\s*(?P<message>.*))?")


def stack_trace(text: str) -> StackTrace | None:
    """The stack trace inside `text` (Python, JVM, Node, .NET, Go, Ruby, PHP), or None."""
    if "\n" not in text:
        return None
    return _parse(text)


@lru_cache(maxsize=2048)
def _parse(text: str) -> StackTrace | None:
    lines = [line[:_LONGEST_LINE] for line in text.splitlines()[:_MOST_LINES]]
    found = [(i, frame) for i, line in enumerate(lines) if (frame := _frame(lines, i))]
    if not found:
        return None
    python = bool(_PYTHON.match(lines[found[0][0]]))
    blocks = _blocks(found, lines)
    # Python prints the cause first and the innermost frame last; the JVM prints causes last.
    ordered = [block[::-1] for block in blocks] if python else blocks[::-1]
    exception, message = _exception(lines, found[0][0], found[-1][0], python=python)
    return StackTrace(exception, message, tuple(frame for block in ordered for frame in block))


def _frame(lines: list[str], i: int) -> Frame | None:
    line = lines[i]
    for style in _STYLES:
        if match := style.match(line):
            found = match.groupdict()
            function = (found.get("function") or "").strip()
            if style is _GO and i:
                function = lines[i - 1].strip().split("(", 1)[0]
            path = found["path"]
            foreign = _FOREIGN.search(path) or _FOREIGN.search(function)
            return Frame(path, int(found.get("line") or 0), function, own=not foreign)
    return None


def _blocks(found: list[tuple[int, Frame]], lines: list[str]) -> list[list[Frame]]:
    """Frames split where another exception of the chain begins."""
    blocks: list[list[Frame]] = [[]]
    previous = found[0][0]
    for i, frame in found:
        between = lines[previous + 1 : i]
        if any("Caused by:" in b or b.startswith("Traceback ") for b in between):
            blocks.append([])
        blocks[-1].append(frame)
        previous = i
    return blocks


def _exception(lines: list[str], first: int, last: int, *, python: bool) -> tuple[str, str]:
    if python:
        after = (m for line in lines[first + 1 :] if (m := _RAISED.match(line)))
        if match := next(after, None):
            return match["type"], match["message"] or ""
    caused = [m for line in lines[first:last] if (m := _CAUSED_BY.match(line))]
    if caused:
        return caused[-1]["type"], caused[-1]["message"] or ""
    for line in lines[: first + 1]:
        if match := _PANIC.search(line) or _NAMED.search(line):
            return match["type"], match["message"] or ""
    return "", ""
