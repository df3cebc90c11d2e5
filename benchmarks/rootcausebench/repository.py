"""A real git repository with the commits of a case.

The data set gives hunks, not files: each hunk stands at the lines that its header numbers or,
where it numbers none, becomes a region of its own in its file, there before the commit with the
lines that the hunk expects, so that `git show` gives the original changes. Where a commit names a
file and shows nothing of it, the contents on one side of that commit are objects that the
repository lacks, as in a partial clone: the engine can see that the file changed, and that nobody
can tell how.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.rootcausebench.cases import Row, moment
from benchmarks.rootcausebench.diffs import Section, sections
from benchmarks.rootcausebench.placing import placed

_LONG_BEFORE = timedelta(days=30)  # the import that holds the pre-images is nobody's suspect
_GAP = [""] * 4  # more than git's three lines of context, so that regions never share a hunk
# Regions whose lines nobody numbered stand where no stack frame points by accident.
_NOWHERE = 20_000
_HASH = re.compile(r"\b[0-9a-f]{7,40}\b")
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "PATH": os.environ.get("PATH", os.defpath),
}


@dataclass(frozen=True, slots=True)
class CaseRepository:
    """`real` maps the hashes of the data set to those of the repository."""

    path: Path
    real: Mapping[str, str]

    def original(self, revision: str) -> str:
        """The data set's hash for a real one; '' for a commit that is ours (the import)."""
        return next((given for given, real in self.real.items() if real == revision), "")


@dataclass(slots=True)
class _Touch:
    """What one commit does to one file: its hunks, or none when it does not say."""

    commit: int
    hunks: list[Section]


@dataclass(slots=True)
class _File:
    """A file through the history: `states[i]` is what stands after touch i - 1, None for contents
    that the repository must lack."""

    path: str
    touches: list[_Touch] = field(default_factory=list)

    def states(self) -> list[bytes | None]:
        shown = [bool(t.hunks) for t in self.touches]
        needed = [
            (i > 0 and shown[i - 1]) or (i < len(shown) and shown[i]) for i in range(len(shown) + 1)
        ]
        return [self._content(i) if need else None for i, need in enumerate(needed)]

    def _content(self, done: int) -> bytes:
        if (versions := placed([t.hunks for t in self.touches])) is not None:
            return _text(versions[done])
        lines = [""] * _NOWHERE
        for index, touch in enumerate(self.touches):
            for hunk in touch.hunks:
                lines += [*_GAP, *([hunk.symbol] if hunk.symbol else []), *_GAP]
                lines += hunk.after if index < done else hunk.before
        if len(self.touches) == 1 and len(self.touches[0].hunks) == 1:
            hunk = self.touches[0].hunks[0]
            if (hunk.creates and done == 0) or (hunk.deletes and done == 1):
                return b""
            if hunk.creates or hunk.deletes:
                lines = hunk.after if done else hunk.before
        return _text(lines)


def _text(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def build(commits: Sequence[Row], path: Path) -> CaseRepository:
    """Dates, authors, messages and order as given (linear, by time); `path` must not exist.

    Hashes that a message mentions are replaced by the real ones: a revert has to find what it
    reverts."""
    ordered = sorted(commits, key=lambda c: moment(c["timestamp"]))
    files = _files(ordered)
    real: dict[str, str] = {}
    for _ in range(len(ordered) + 1):
        shutil.rmtree(path, ignore_errors=True)
        found = _import(ordered, files, path, real)
        settled = not _mentions(ordered) or found == real
        real = found
        if settled:
            break
    return CaseRepository(path, real)


def _files(commits: Sequence[Row]) -> list[_File]:
    files: dict[str, _File] = {}
    for index, commit in enumerate(commits):
        named = [_clean(p) for p in commit.get("files_changed") or ()]
        hunks: dict[str, list[Section]] = {p: [] for p in named}
        for section in sections(commit.get("diff") or "", named):
            hunks.setdefault(_clean(section.path), []).append(section)
        for path, found in hunks.items():
            files.setdefault(path, _File(path)).touches.append(_Touch(index, found))
    for path in [p for p in files if any(o.startswith(f"{p}/") for o in files)]:
        files[path].path = f"{path}/unnamed"  # a folder elsewhere cannot be a file here
    return [part for file in files.values() for part in _without_sandwiches(file)]


def _without_sandwiches(file: _File) -> Iterator[_File]:
    """A touch that shows nothing, between two that show their hunks, has known contents on both
    sides; its unknown content then stands in a file of its own beside."""
    shown = [bool(t.hunks) for t in file.touches]
    squeezed = [
        touch
        for i, touch in enumerate(file.touches)
        if not shown[i] and 0 < i < len(shown) - 1 and shown[i - 1] and shown[i + 1]
    ]
    if squeezed:
        yield _File(f"{file.path}.unseen", squeezed)
    yield _File(file.path, [t for t in file.touches if t not in squeezed])


def _clean(path: str) -> str:
    parts = [p for p in path.split("/") if p not in ("", ".", "..", ".git")]
    return "/".join(parts) or "unnamed"


def _mentions(commits: Sequence[Row]) -> bool:
    given = [c["sha"] for c in commits]
    words = (w for c in commits for w in _HASH.findall(c["message"]))
    return any(sha.startswith(word) for word in words for sha in given)


def _import(
    commits: Sequence[Row], files: Sequence[_File], path: Path, known: Mapping[str, str]
) -> dict[str, str]:
    _git(path.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    lacking: list[bytes] = []
    stream = b"".join(_stream(commits, files, known, lacking))
    # Loose objects, so that single ones can be taken away afterwards.
    loose = ("-c", "fastimport.unpackLimit=1000000")
    _git(path, *loose, "fast-import", "--quiet", "--export-marks=marks", stdin=stream)
    marks = dict(line.split() for line in (path / "marks").read_text("ascii").splitlines())
    for blob in lacking:
        name = hashlib.sha1(b"blob %d\0" % len(blob) + blob, usedforsecurity=False).hexdigest()
        (path / "objects" / name[:2] / name[2:]).unlink()
    return {c["sha"]: marks[f":{i + 2}"] for i, c in enumerate(commits)}


def _stream(
    commits: Sequence[Row],
    files: Sequence[_File],
    known: Mapping[str, str],
    lacking: list[bytes],
) -> Iterator[bytes]:
    """Input for `git fast-import`; notes in `lacking` the contents to take away afterwards."""
    states = {f.path: f.states() for f in files}
    start = moment(commits[0]["timestamp"]) - _LONG_BEFORE if commits else None
    if start is not None:
        yield _header(1, "import", int(start.timestamp()), "Import")
    for file in files:
        yield _write(file.path, states[file.path][0], 0, lacking)
    for index, commit in enumerate(commits):
        when = int(moment(commit["timestamp"]).timestamp())
        yield _header(index + 2, commit["author"], when, _known(commit["message"], known))
        for file in files:
            for number, touch in enumerate(file.touches, 1):
                if touch.commit == index:
                    yield _write(file.path, states[file.path][number], number, lacking)


def _header(mark: int, author: str, when: int, message: str) -> bytes:
    name = re.sub(r"[<>\n\0]", " ", author).strip() or "unknown"
    address = re.sub(r"[^\w.+-]", ".", name)
    text = message.encode("utf-8", "replace")
    who = f"{name} <{address}@example.invalid> {when} +0000".encode()
    return b"commit refs/heads/main\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (
        mark,
        who,
        who,
        len(text),
        text,
    )


def _write(path: str, content: bytes | None, number: int, lacking: list[bytes]) -> bytes:
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if content == b"":
        return f"D {quoted}\n".encode()
    if content is None:
        content = f"unknown contents of {path}, {number}\n".encode()
        lacking.append(content)
    return b"M 644 inline %s\ndata %d\n%s\n" % (quoted.encode(), len(content), content)


def _known(message: str, known: Mapping[str, str]) -> str:
    def real(match: re.Match[str]) -> str:
        found = next((r for given, r in known.items() if given.startswith(match[0])), match[0])
        return found[: len(match[0])]

    return _HASH.sub(real, message)


def _git(directory: Path, *arguments: str, stdin: bytes = b"") -> None:
    subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env=_ENVIRONMENT,
        input=stdin,
        check=True,
        capture_output=True,
    )
