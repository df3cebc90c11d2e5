"""Places in code that telemetry points at: stack frames in logs, code attributes on spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.analysis.logs.stacks import Frame, stack_trace
from assistant.domain.changes import Hunk
from assistant.domain.signals import LogRecord, Span

# A place named in passing, as loggers and compilers write it.
_PLACE = re.compile(
    r"(?P<path>[\w./@-]+\.(?:go|rs|rb|php|cs|c|cc|cpp|py|java|kt|[jt]sx?)):(?P<line>\d+)"
)
_LONGEST = 20_000


def frames_in(text: str) -> list[Frame]:
    """Frames of the program's own code: of the stack trace in `text`, innermost first, then places
    it names in passing; libraries left out."""
    trace = stack_trace(f"{text}\n")  # a lone line may be a frame too
    stacked = trace.frames if trace else ()
    places = (Frame(m["path"], int(m["line"])) for m in _PLACE.finditer(text[:_LONGEST]))
    found: dict[tuple[str, int], Frame] = {}
    for frame in (*stacked, *places):
        found.setdefault((frame.path, frame.line), frame)
    return [f for f in found.values() if f.own]


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
