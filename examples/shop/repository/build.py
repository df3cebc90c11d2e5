"""Builds the shop's git repository with `git fast-import`: the same steps, the same hashes."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.shop.repository import past, recent
from examples.shop.repository.edits import Step, Tree, apply, read_source, undo


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with the tree after it and the numbers of its parents (1 is the first commit)."""

    step: Step
    tree: Tree
    parents: tuple[int, ...]


def plan(healthy: Tree) -> list[Planned]:
    """All commits, oldest first: those before the healthy tree undone from it, the others
    applied to it. Branches are rebuilt by applying their steps where they start."""
    trees = [dict(healthy)]
    for step in reversed(past.STEPS):
        trees.append(undo(trees[-1], step.changes))
    if trees[-1]:
        raise ValueError(f"files that no commit added: {sorted(trees[-1])}")
    after = trees[-2::-1]
    for step in recent.STEPS:
        after.append(apply(after[-1], step.changes))
    return list(_with_parents([*past.STEPS, *recent.STEPS], after))


def _with_parents(steps: Sequence[Step], linear: Sequence[Tree]) -> Iterator[Planned]:
    """The linear trees hold branch and main mixed; here each side gets only its own steps."""
    main, branch = 0, 0
    side: dict[str, str] = {}  # tree of the open branch
    pending: list[Step] = []
    for number, (step, tree) in enumerate(zip(steps, linear, strict=True), 1):
        if step.branch:
            if not pending:
                side, branch = dict(linear[number - 2]), main
            pending.append(step)
            side = apply(side, step.changes)
            yield Planned(step, side, (branch,))
            branch = number
        elif step.merges:
            pending = []
            yield Planned(step, tree, (main, branch))
            main = number
        else:
            own = tree
            for waiting in reversed(pending):
                own = undo(own, waiting.changes)
            yield Planned(step, own, (main,) if main else ())
            main = number


def build(repository: Path) -> dict[str, str]:
    """Makes the repository (bare, branch main) and returns the hashes of the keyed steps."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repository], check=True)
    commits = plan(read_source())
    hashes: list[str] = []  # of commits 1, 2, …
    for number, commit in enumerate(commits, 1):
        hashes.append(_write(repository, number, commit, hashes))
    for branch in {commit.step.merges for commit in commits if commit.step.merges}:
        git(repository, "update-ref", "-d", f"refs/heads/{branch}")
    return {c.step.key: hash for c, hash in zip(commits, hashes, strict=True) if c.step.key}


def _write(repository: Path, number: int, commit: Planned, hashes: Sequence[str]) -> str:
    """One commit; a revert names the hash of what it takes back, so each has to be known."""
    ref = f"refs/heads/{commit.step.branch or 'main'}"
    who = f"{commit.step.author} {int(commit.step.at.timestamp())} +0000"
    message = commit.step.message + "\n"
    if commit.step.reverts:
        message += f"\nThis reverts commit {hashes[number - 2]}.\n"
    parts = [f"commit {ref}\nmark :1\nauthor {who}\ncommitter {who}\n".encode(), _data(message)]
    for word, parent in zip(("from", "merge"), commit.parents, strict=False):
        parts.append(f"{word} {hashes[parent - 1]}\n".encode())
    parts.append(b"deleteall\n")
    for path, text in sorted(commit.tree.items()):
        parts.append(f"M 100644 inline {path}\n".encode() + _data(text))
    parts.append(b"get-mark :1\n")
    return git(repository, "fast-import", "--quiet", given=b"".join(parts))


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)


def git(repository: Path, *arguments: str, given: bytes | None = None) -> str:
    done = subprocess.run(
        ["git", "-C", repository, *arguments], input=given, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def bundle(repository: Path, file: Path) -> None:
    git(repository, "bundle", "create", "-q", str(file.resolve()), "HEAD", "main")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="history", description="Build the shop's git repository from its recorded edits."
    )
    parser.add_argument("directory", type=Path, help="where the bare repository goes (new)")
    parser.add_argument("--bundle", type=Path, help="also write the repository to this bundle")
    chosen = parser.parse_args(arguments)
    if chosen.directory.exists():
        print(f"{chosen.directory} is there already", file=sys.stderr)
        return 2
    keyed = build(chosen.directory)
    if chosen.bundle:
        bundle(chosen.directory, chosen.bundle)
    print(f"{git(chosen.directory, 'rev-list', '--count', 'main')} commits in {chosen.directory}")
    for key, revision in keyed.items():
        print(f"{revision[:12]} {key}")
    return 0
