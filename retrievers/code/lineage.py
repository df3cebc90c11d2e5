"""Which commit undoes or repeats which: by what it says, else by what it does.

Patch identity follows `git patch-id`: the changed lines with their paths, without white space and
line numbers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.domain.changes import Commit

_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,64})", re.IGNORECASE)
_PICKED = re.compile(r"\(cherry[- ]picked from commit ([0-9a-f]{7,64})\)", re.IGNORECASE)
_MIN_CHANGED_LINES = 2  # one line, such as a version bump to and fro, proves no kinship


def with_lineage(commits: Sequence[Commit], others: Iterable[Commit] = ()) -> tuple[Commit, ...]:
    """The commits, same order, with `reverts` and `picked_from` filled in; relatives are looked
    for among `commits` and `others`, earlier ones only."""
    everything = {c.hash: c for c in (*commits, *others)}
    originals: dict[str, Commit] = {}
    known: dict[str, Commit] = {}
    for commit in sorted(everything.values(), key=lambda c: (c.authored_at, c.committed_at)):
        known[commit.hash] = _related(commit, originals)
        if identity := _identity(commit):
            originals.setdefault(identity, commit)
    return tuple(known[c.hash] for c in commits)


def _related(commit: Commit, earlier: dict[str, Commit]) -> Commit:
    reverts, picked = _REVERTS.search(commit.message), _PICKED.search(commit.message)
    twin = earlier.get(_identity(commit))
    undone = earlier.get(_identity(commit, inverted=True))
    return replace(
        commit,
        reverts=reverts[1] if reverts else undone.hash if undone else "",
        picked_from=picked[1] if picked else twin.hash if twin else "",
    )


def _identity(commit: Commit, *, inverted: bool = False) -> str:
    """A digest of what the commit changes, '' when too little is known to tell."""
    if len(commit.parents) > 1 or any(hunk.note for hunk in commit.hunks or ()):
        return ""
    signs = {"+": "-", "-": "+"} if inverted else {"+": "+", "-": "-"}
    parts = [
        f"{hunk.path}\0{signs[line.sign]}{''.join(line.text.split())}"
        for hunk in commit.hunks or ()
        for line in sorted(hunk.lines, key=lambda line: signs.get(line.sign, ""))
        if line.sign in signs
    ]
    if len(parts) < _MIN_CHANGED_LINES:
        return ""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
