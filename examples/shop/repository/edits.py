"""Edits of a tree of texts, forwards and backwards, and commits made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

Tree = Mapping[str, str]  # path in the repository -> text

SOURCE = Path(__file__).resolve().parent.parent / "source"


class DoesNotApply(Exception):
    """The text that an edit replaces is not there, or is there more than once."""


class Change(Protocol):
    def apply(self, tree: Tree) -> dict[str, str]: ...

    def undo(self, tree: Tree) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Edit:
    """`before` becomes `after`, where `before` stands exactly once."""

    path: str
    before: str
    after: str

    def apply(self, tree: Tree) -> dict[str, str]:
        return dict(tree) | {self.path: _replaced(tree, self.path, self.before, self.after)}

    def undo(self, tree: Tree) -> dict[str, str]:
        return dict(tree) | {self.path: _replaced(tree, self.path, self.after, self.before)}


@dataclass(frozen=True, slots=True)
class Add:
    """A new file. Its text is needed only to go forwards."""

    path: str
    text: str = ""

    def apply(self, tree: Tree) -> dict[str, str]:
        if self.path in tree:
            raise DoesNotApply(f"{self.path} is there already")
        return dict(tree) | {self.path: self.text}

    def undo(self, tree: Tree) -> dict[str, str]:
        if self.path not in tree:
            raise DoesNotApply(f"{self.path} is not there")
        return {path: text for path, text in tree.items() if path != self.path}


def _replaced(tree: Tree, path: str, old: str, new: str) -> str:
    text = tree.get(path, "")
    if text.count(old) != 1:
        raise DoesNotApply(f"{path} has this text {text.count(old)} times, not once:\n{old}")
    return text.replace(old, new)


@dataclass(frozen=True, slots=True)
class Step:
    """A commit to be: who, when, why, what. With `branch`, it goes on that branch, which starts
    at main's tip; with `merges`, it merges that branch into main."""

    author: str
    at: datetime
    message: str
    changes: Sequence[Change] = ()
    branch: str = ""
    merges: str = ""
    reverts: bool = False  # takes back the step before it, and names its hash
    key: str = field(default="")  # a name by which a scenario finds this commit


def apply(tree: Tree, changes: Sequence[Change]) -> dict[str, str]:
    result = dict(tree)
    for change in changes:
        result = change.apply(result)
    return result


def undo(tree: Tree, changes: Sequence[Change]) -> dict[str, str]:
    result = dict(tree)
    for change in reversed(changes):
        result = change.undo(result)
    return result


def read_source(folder: Path = SOURCE) -> dict[str, str]:
    """The tree of the healthy shop, as it lies in the folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}
