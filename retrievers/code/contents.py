"""What commits change: paths first, then hunks, with whatever is unreadable named as such."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.changes import Commit, Hunk
from retrievers.code.patch import parse
from retrievers.code.view import RepositoryView

_DIFF = ("diff-tree", "--stdin", "-r", "--root", "--always", "--no-ext-diff", "--no-textconv")
_PATCH = (*_DIFF, "-p", "-M", "--no-color", "--unified=3")
_MAX_PARTIAL = 200  # commits with some contents missing cost a process each
_NO_OBJECT = "0"
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class _Touched:
    """A path that a commit touches, with the contents before and after ('' for none)."""

    path: str
    blobs: tuple[str, ...]


def with_contents(
    view: RepositoryView, commits: Sequence[Commit], timeout_s: float
) -> tuple[Commit, ...]:
    """The commits with `paths` and `hunks`.

    A commit whose trees or contents are absent, damaged, or would take too long is opaque: its
    hunks are None, or those of the missing files say 'missing'. A plain merge has no hunks of its
    own; one that resolved conflicts has those of the files where it differs from all parents."""
    kept = {c.hash: found for c in commits if (found := view.kept.get(c.hash))}
    read = {c.hash: c for c in _read(view, [c for c in commits if c.hash not in kept], timeout_s)}
    view.kept.keep(read.values())
    return tuple(kept.get(c.hash) or read[c.hash] for c in commits)


def _read(view: RepositoryView, commits: Sequence[Commit], timeout_s: float) -> Iterator[Commit]:
    deadline = time.monotonic() + timeout_s
    boundary = view.shallow_boundary()
    readable = [c for c in commits if c.hash not in boundary]
    if not readable:
        yield from commits
        return
    touched = _touched(view, readable, deadline)
    missing = _missing(view, {b for files in touched.values() for f in files for b in f.blobs})
    whole: list[Commit] = []
    partial: list[Commit] = []
    for commit in readable:
        files = touched.get(commit.hash, ())
        if files:
            (partial if any(missing & set(f.blobs) for f in files) else whole).append(commit)
    hunks = _hunks(view, whole, deadline)
    for commit in partial[:_MAX_PARTIAL]:
        hunks[commit.hash] = _partial_hunks(view, commit, touched[commit.hash], missing, deadline)
    yield from (_filled(c, touched, hunks) for c in commits)


def _filled(
    commit: Commit,
    touched: Mapping[str, Sequence[_Touched]],
    hunks: Mapping[str, tuple[Hunk, ...] | None],
) -> Commit:
    if commit.hash not in touched:
        return commit  # its trees cannot be read
    paths = tuple(f.path for f in touched[commit.hash])
    if not paths:
        return replace(commit, hunks=())
    found = hunks.get(commit.hash)
    if found is not None and len(commit.parents) > 1:
        found = tuple(hunk for hunk in found if hunk.path in paths)
    return replace(commit, paths=paths, hunks=found)


def _touched(
    view: RepositoryView, commits: Sequence[Commit], deadline: float
) -> dict[str, tuple[_Touched, ...]]:
    """Per commit with readable trees; for a merge, the files that differ from every parent."""
    arguments = (*_DIFF, "--raw", "-z", "-c", "--no-abbrev", "--no-renames")
    found: dict[str, tuple[_Touched, ...]] = {}
    for text in _outputs(view, arguments, {c.hash: c.hash for c in commits}, deadline):
        found |= _parse_raw(text)
    return found


def _parse_raw(text: str) -> dict[str, tuple[_Touched, ...]]:
    """NUL-separated: a commit, then for each file `:modes… objects… status` and its path."""
    found: dict[str, list[_Touched]] = {}
    files: list[_Touched] = []
    fields = iter(text.split("\0"))
    for field in fields:
        if not field.startswith(":"):
            files = found.setdefault(field.strip(), [])
            continue
        parents = len(field) - len(field.lstrip(":"))
        words = field.lstrip(":").split(" ")
        modes, objects = words[: parents + 1], words[parents + 1 : 2 * parents + 2]
        blobs = tuple(
            blob
            for mode, blob in zip(modes, objects, strict=True)
            if mode != _SUBMODULE and blob.strip(_NO_OBJECT)
        )
        files.append(_Touched(next(fields, ""), blobs))
    found.pop("", None)
    return {commit: tuple(files) for commit, files in found.items()}


def _missing(view: RepositoryView, blobs: Iterable[str]) -> frozenset[str]:
    output = view.run("cat-file", "--batch-check", stdin="".join(f"{b}\n" for b in sorted(blobs)))
    return frozenset(
        line.removesuffix(" missing")
        for line in output.text.split("\n")
        if line.endswith(" missing")
    )


def _hunks(
    view: RepositoryView, commits: Sequence[Commit], deadline: float
) -> dict[str, tuple[Hunk, ...] | None]:
    found: dict[str, tuple[Hunk, ...] | None] = {}
    # Naming the first parent makes git compare with it alone, which is what a merge needs.
    lines = {c.hash: " ".join((c.hash, *c.parents[:1])) for c in commits}
    for text in _outputs(view, _PATCH, lines, deadline):
        found |= parse(text)
    return found


def _partial_hunks(
    view: RepositoryView,
    commit: Commit,
    files: Sequence[_Touched],
    missing: frozenset[str],
    deadline: float,
) -> tuple[Hunk, ...] | None:
    """Hunks of the files that are there, and a 'missing' one for each that is not."""
    absent = [f.path for f in files if missing & set(f.blobs)]
    present = [f.path for f in files if not missing & set(f.blobs)]
    if not present:
        return None
    ends = " ".join((commit.hash, *commit.parents[:1]))
    arguments = (*_PATCH, "--no-renames", "--", *present)
    texts = _outputs(view, arguments, {commit.hash: ends}, deadline)
    found = [hunk for text in texts for hunk in parse(text).get(commit.hash, ())]
    return (*found, *(Hunk(commit.hash, path, (), note="missing") for path in absent))


def _outputs(
    view: RepositoryView, arguments: Sequence[str], lines: Mapping[str, str], deadline: float
) -> Iterator[str]:
    """Feed commits to one `git diff-tree --stdin`; where it breaks (an object that is absent or
    damaged, too much output), go on behind the commit that broke it.

    Output before a break is whole up to the last commit it names; whether that one was complete
    cannot be told, so it is tried alone."""
    pending = list(lines)
    while pending and (left := deadline - time.monotonic()) > 0:
        output = view.run(*arguments, stdin=_feed(lines, pending), timeout_s=left)
        if output.ok:
            yield output.text
            return
        text, done = _complete_part(output.text, pending)
        yield text
        pending = pending[done:]
        left = max(0.1, deadline - time.monotonic())
        alone = view.run(*arguments, stdin=_feed(lines, pending[:1]), timeout_s=left)
        if alone.ok:
            yield alone.text
        pending = pending[1:]


def _feed(lines: Mapping[str, str], commits: Sequence[str]) -> str:
    return "".join(f"{lines[c]}\n" for c in commits)


def _complete_part(text: str, commits: Sequence[str]) -> tuple[str, int]:
    """The text before the last commit it names, and how many commits that covers."""
    end, position = 0, 0
    for count, commit in enumerate(commits):
        start = text.find(commit, position)
        if start < 0:
            return text[:end], max(0, count - 1)
        end, position = start, start + len(commit)
    return text[:end], len(commits) - 1
