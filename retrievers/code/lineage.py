"""Which commit undoes or repeats which: by what it says, else by what it does.

Patch identity follows `git patch-id`: the changed lines with their paths, without white space and
line numbers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from assistant.domain.changes import Commit

_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,64})", re.IGNORECASE)
_PICKED = re.compile(r"\(cherry[- ]picked from commit ([0-9a-f]{7,64})\)", re.IGNORECASE)
_MIN_CHANGED_LINES = 2  # one line, such as a version bump to and fro, proves no kinship


# By commit hash: the patch identity and that of the patch's inverse.
Identities: TypeAlias = MutableMapping[str, tuple[str, str]]


def with_lineage(
    commits: Sequence[Commit], others: Iterable[Commit] = (), known: Identities | None = None
) -> tuple[Commit, ...]:
    """The commits, same order, with `reverts` and `picked_from` filled in; relatives are looked
    for among `commits` and `others`, earlier ones only. `known` keeps identities between calls.
    A commit without relatives is returned as it is."""
    known = {} if known is None else known
    everything = {c.hash: c for c in (*commits, *others)}
    originals: dict[str, str] = {}
    found: dict[str, Commit] = {}
    for commit in sorted(everything.values(), key=lambda c: (c.authored_at, c.committed_at)):
        own, inverse = _identities(commit, known)
        found[commit.hash] = _related(commit, originals.get(own, ""), originals.get(inverse, ""))
        if own:
            originals.setdefault(own, commit.hash)
    return tuple(found[c.hash] for c in commits)


def _related(commit: Commit, twin: str, undone: str) -> Commit:
    reverts, picked = _REVERTS.search(commit.message), _PICKED.search(commit.message)
    undone = reverts[1] if reverts else undone
    twin = picked[1] if picked else twin
    return replace(commit, reverts=undone, picked_from=twin) if undone or twin else commit


def _identities(commit: Commit, known: Identities) -> tuple[str, str]:
    if commit.hash in known:
        return known[commit.hash]
    both = (_identity(commit), _identity(commit, inverted=True))
    if both[0]:
        known[commit.hash] = both
    return both


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
