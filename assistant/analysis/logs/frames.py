"""Places in code that telemetry points at: stack frames in logs, code attributes on spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.domain.changes import Hunk
from assistant.domain.signals import LogRecord, Span

_PATTERNS = (
    re.compile(r'File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>[\w.<>]+))?'),
    re.compile(
        r"at (?P<function>[\w.$<>]+)\((?P<path>[\w$]+\.(?:java|kt|scala)):(?P<line>\d+)\)"
    ),  # JVM
    re.compile(
        r"at (?:(?P<function>[\w.$<> ]+) \()?(?P<path>[\w./@-]+\.[jt]sx?):(?P<line>\d+):\d+"
    ),  # Node
    re.compile(r"(?P<path>[\w./@-]+\.(?:go|rs|rb|php|cs|c|cc|cpp|py)):(?P<line>\d+)"),
)
_LIBRARY = re.compile(
    r"site-packages|dist-packages|node_modules|/usr/lib|\.pyenv|/go/pkg/mod|<frozen"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in code; `path` is as the program knows it, usually with a foreign prefix."""

    path: str
    line: int
    function: str = ""


def frames_in(text: str) -> list[Frame]:
    """Frames of an exception text in its own order, library frames left out."""
    found: dict[tuple[str, int], Frame] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text[:20000]):
            parts = match.groupdict()
            if not _LIBRARY.search(parts["path"]):
                frame = Frame(
                    parts["path"], int(parts["line"]), (parts.get("function") or "").strip()
                )
                found.setdefault((frame.path, frame.line), frame)
    return list(found.values())


def frames_of_log(record: LogRecord) -> list[Frame]:
    stack = record.attributes.get("exception.stacktrace", "")
    return [*frames_in(f"{record.body}\n{stack}"), *_code_attributes(record.attributes)]


def frames_of_span(span: Span) -> list[Frame]:
    found = _code_attributes(span.attributes)
    for event in span.events:
        attributes = event.get("attributes") or {}
        found += frames_in(str(attributes.get("exception.stacktrace", "")))
    return found


def _code_attributes(attributes: Mapping[str, Any]) -> list[Frame]:
    path = attributes.get("code.file.path") or attributes.get("code.filepath")
    if not path:
        return []
    line = attributes.get("code.line.number") or attributes.get("code.lineno") or 0
    function = attributes.get("code.function.name") or attributes.get("code.function") or ""
    return [Frame(str(path), int(line), str(function))]


def points_into(frames: Iterable[Frame], hunk: Hunk) -> Frame | None:
    """The first frame that lies in a hunk: the same file by its longest common tail, and the line
    within the hunk's new lines or the function named by the hunk."""
    numbers = [line.number for line in hunk.lines if line.sign != "-"]
    low, high = (min(numbers), max(numbers)) if numbers else (0, -1)
    for frame in frames:
        if not _same_file(frame.path, hunk.path):
            continue
        function = frame.function.rsplit(".", 1)[-1]
        if low <= frame.line <= high or (len(function) > 2 and function in hunk.symbol):
            return frame
    return None


def _same_file(reported: str, path: str) -> bool:
    ours, theirs = path.split("/"), reported.replace("\\", "/").split("/")
    common = 0
    while common < min(len(ours), len(theirs)) and ours[-1 - common] == theirs[-1 - common]:
        common += 1
    return common >= min(2, len(ours), len(theirs)) and common > 0
