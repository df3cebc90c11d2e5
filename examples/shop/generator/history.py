"""The commits of an incident: innocent ones, lures and the guilty one, as one line of history."""

from __future__ import annotations

import difflib
import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examples.shop.generator.innocents import AUTHORS, Innocent, attempt
from examples.shop.generator.names import Names
from examples.shop.repository.edits import Change, Tree

CONTEXT = 3


@dataclass(slots=True)
class Item:
    """A commit to be. `minute` is when it was merged, counted from the start of the data;
    `deployed` when it went out with its service, None when it did not."""

    role: str
    message: str
    changes: Callable[[Tree], Sequence[Change]]
    minute: float
    guilty: bool = False
    lure: bool = False
    deployed: float | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    item: Item
    sha: str
    author: str
    files: tuple[str, ...]
    diff: str
    tree: dict[str, str]  # rendered, after the commit


def fixed(innocent: Innocent) -> Callable[[Tree], Sequence[Change]]:
    return lambda _: innocent.changes


class Conflict(Exception):
    """The guilty change does not fit what was merged before it."""


def write(items: Sequence[Item], base: Tree, names: Names, chance: random.Random) -> list[Commit]:
    """The commits of the items that fit, in their order. Raises Conflict."""
    tree = dict(base)
    rendered = names.tree(tree)
    commits: list[Commit] = []
    bare = chance.random() < 0.3
    for item in items:
        after = _after(item, tree)
        if after is None:
            continue
        tree = after
        new = names.tree(tree)
        files = tuple(
            sorted(p for p in new.keys() | rendered.keys() if new.get(p) != rendered.get(p))
        )
        text = "\n".join(
            difference(path, rendered.get(path), new.get(path), bare) for path in files
        )
        parent = commits[-1].sha if commits else ""
        author = chance.choice(AUTHORS)
        identity = f"{parent}\n{author}\n{item.minute}\n{item.message}\n{text}"
        sha = hashlib.sha1(identity.encode(), usedforsecurity=False).hexdigest()
        commits.append(Commit(item, sha, author, files, text, new))
        rendered = new
    return commits


def _after(item: Item, tree: Tree) -> dict[str, str] | None:
    try:
        changes = item.changes(tree)
    except KeyError:
        changes = None
    after = None if changes is None else attempt(tree, changes)
    if after is None and item.guilty:
        raise Conflict(item.message)
    return after


def difference(path: str, before: str | None, after: str | None, bare: bool) -> str:
    """One file's part of a commit, as git writes it; `bare` leaves file headers and line numbers
    out, as chat messages and slides do."""
    old = [] if before is None else before.splitlines()
    new = [] if after is None else after.splitlines()
    name = "/dev/null" if before is None else f"a/{path}"
    hunks = list(difflib.unified_diff(old, new, name, f"b/{path}", n=CONTEXT, lineterm=""))[2:]
    if bare:
        return "\n".join(f"@@ {path} @@" if line.startswith("@@ ") else line for line in hunks)
    mode = ["new file mode 100644"] if before is None else []
    head = [f"diff --git a/{path} b/{path}", *mode, f"--- {name}", f"+++ b/{path}"]
    return "\n".join([*head, *hunks])
