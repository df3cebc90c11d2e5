"""What changed: commits with their hunks, deployments, flags and configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class DeploymentPhase(StrEnum):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANARY = "canary"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A version of a service that went out. `revision` is a git revision, '' when unknown."""

    id: str
    service: str
    at: datetime  # when it took effect: the end if known, else the start
    version: str = ""
    revision: str = ""
    previous_revision: str = ""
    environment: str = ""
    repository: str = ""
    phase: DeploymentPhase = DeploymentPhase.SUCCEEDED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    actor: str = ""
    url: str = ""
    inferred: bool = False  # guessed from service.version, nobody recorded it


@dataclass(frozen=True, slots=True)
class FlagChange:
    """A feature flag that was flipped; `service` is '' when it holds everywhere."""

    id: str
    flag: str
    at: datetime
    service: str = ""
    before: str = ""
    after: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """A configuration value that changed outside a deployment."""

    id: str
    key: str
    at: datetime
    service: str = ""
    before: str = ""
    after: str = ""
    actor: str = ""


RecordedChange: TypeAlias = Deployment | FlagChange | ConfigChange


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk: `number` counts in the new file for added and context lines, in the old
    file for removed ones."""

    sign: str  # '+', '-' or ' '
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk of a commit's diff against its first parent."""

    commit: str
    path: str
    lines: tuple[Line, ...]
    old_path: str = ""  # where it was renamed from
    symbol: str = ""  # enclosing function or class, from git's hunk header
    note: str = ""  # 'binary', 'submodule', 'too large': why there are no lines

    @property
    def added(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.sign == "+")

    @property
    def removed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.sign == "-")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; `hunks` is None when its content cannot be read (opaque, never innocent)."""

    repository: str
    hash: str
    author: str
    authored_at: datetime
    committed_at: datetime
    message: str
    parents: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hunks: tuple[Hunk, ...] | None = None
    reverts: str = ""  # hash this commit says it reverts
    picked_from: str = ""  # hash this commit says it was cherry-picked from

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The commits a deployment really brought: last good revision (exclusive) .. its revision."""

    deployment: Deployment
    commits: tuple[Commit, ...]
    previous_revision: str = ""
    note: str = ""  # why it may be incomplete: no predecessor known, shallow clone, cut at a limit


@dataclass(frozen=True, slots=True)
class BlameLine:
    commit: str
    path: str
    number: int
    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything that changed before an incident, as the analysis takes it."""

    deliveries: tuple[Delivery, ...] = ()
    flags: tuple[FlagChange, ...] = ()
    configs: tuple[ConfigChange, ...] = ()
    # Commits of the period that no known deployment brought: context, never first suspects.
    undeployed: tuple[Commit, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def commits(self) -> Sequence[Commit]:
        seen: dict[str, Commit] = {}
        for delivery in self.deliveries:
            for commit in delivery.commits:
                seen.setdefault(commit.hash, commit)
        return tuple(seen.values())
