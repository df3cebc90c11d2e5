"""What could be guilty: every delivered commit, flag and configuration change, in one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from assistant.analysis.catalogue import services_of
from assistant.analysis.causes.facts import Observation
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import (
    ChangeSet,
    Commit,
    ConfigChange,
    Delivery,
    Deployment,
    DeploymentPhase,
    FlagChange,
)
from assistant.domain.report import Suspect
from assistant.domain.signals import SpanStatus

# How much of its service a switch or a setting touches: less than code, whose files are its own.
_SWITCHED = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change and the moment it took effect in a service ('' for everywhere)."""

    id: str
    kind: str  # commit, deployment, flag, config
    title: str
    service: str
    at: datetime
    text: str  # what is known of its content besides hunks
    author: str = ""
    repository: str = ""
    commit: Commit | None = None
    deployment: Deployment | None = None
    touch: float = 0.0
    touch_reason: str = ""
    undone_at: datetime | None = None

    def suspect(self) -> Suspect:
        return Suspect(
            id=self.id,
            kind=self.kind,
            title=self.title,
            service=self.service,
            at=self.at,
            score=0.0,
            parts=(),
            author=self.author,
            deployment=self.deployment.id if self.deployment else "",
            version=self.deployment.version if self.deployment else "",
            repository=self.repository,
        )

    def version_share(self, observation: Observation, since_ns: int) -> float | None:
        """Of the failing spans of this service, how many run this version; None unless another
        version ran beside it after `since_ns`, because then nothing can be told."""
        if self.deployment is None or not self.deployment.version:
            return None
        version = self.deployment.version
        beside = any(
            service == self.service
            and other != version
            and last_ns > since_ns + observation.step_ns
            for service, other, _, last_ns in observation.versions
        )
        if not beside:
            return None
        failed = [
            s.version
            for t in observation.failing
            for s in t.spans
            if s.service == self.service and s.version and s.status is SpanStatus.ERROR
        ]
        return failed.count(version) / len(failed) if failed else None


def candidates_of(changes: ChangeSet, catalogue: Catalogue) -> list[Candidate]:
    """Every change that reached production. Without any known deployment, the commits of the
    period stand in, each taking effect when it was committed."""
    owners = {
        c.hash: [frozenset(services_of(path, catalogue)) for path in c.paths]
        for c in changes.commits
    }
    shared = frozenset(e.name for e in catalogue.entries if e.shared)
    found: list[Candidate] = []
    for delivery in changes.deliveries:
        undone = _undone_at(delivery, changes.deliveries)
        found += _delivered(delivery, undone, owners, shared)
    if not changes.deliveries:
        found += [_undeployed(c, catalogue) for c in changes.undeployed]
    found += [_flag(f) for f in changes.flags]
    found += [_config(c) for c in changes.configs]
    return found


def _delivered(
    delivery: Delivery,
    undone: datetime | None,
    owners: Mapping[str, Sequence[frozenset[str]]],
    shared: Set[str],
) -> Iterable[Candidate]:
    deployment = delivery.deployment
    if deployment.phase is DeploymentPhase.FAILED:
        return  # nothing of it runs
    for commit in delivery.commits:
        touch, reason = _touch(commit, deployment.service, owners, shared)
        yield Candidate(
            id=commit.hash,
            kind="commit",
            title=commit.subject,
            service=deployment.service,
            at=deployment.at,
            text=f"{commit.message}\n" + "\n".join(commit.paths),
            author=commit.author,
            repository=commit.repository,
            commit=commit,
            deployment=deployment,
            touch=touch,
            touch_reason=reason,
            undone_at=undone,
        )
    if not delivery.commits:
        title = f"deployment of {deployment.service} {deployment.version}".strip()
        yield Candidate(
            id=deployment.id,
            kind="deployment",
            title=title,
            service=deployment.service,
            at=deployment.at,
            text=title,
            author=deployment.actor,
            repository=deployment.repository,
            deployment=deployment,
            undone_at=undone,
        )


def _undone_at(delivery: Delivery, deliveries: Sequence[Delivery]) -> datetime | None:
    """When a later deployment of the service went back: marked as a revert, or to the revision
    before this one, or with a commit that says it reverts one of these."""
    ours = {c.hash for c in delivery.commits}
    for later in sorted(deliveries, key=lambda d: d.deployment.at):
        deployment = later.deployment
        if deployment.service != delivery.deployment.service:
            continue
        if deployment.at <= delivery.deployment.at:
            continue
        back = delivery.previous_revision and deployment.revision == delivery.previous_revision
        said = any(c.reverts and any(h.startswith(c.reverts) for h in ours) for c in later.commits)
        if back or said or deployment.phase is DeploymentPhase.REVERTED:
            return deployment.at
    return None


def _touch(
    commit: Commit, service: str, owners: Mapping[str, Sequence[frozenset[str]]], shared: Set[str]
) -> tuple[float, str]:
    """How much of the service a commit touches: its own paths, a shared library's, or nobody's."""
    claimed = owners[commit.hash]
    if any(service in names for names in claimed):
        return 1.0, f"changes files of {service}"
    if any(shared & names for names in claimed):
        return 0.9, "changes a shared library that the service is built with"
    if any(not names for names in claimed):
        return 0.8, "changes files that belong to no one service"
    return 0.0, ""


def _undeployed(commit: Commit, catalogue: Catalogue) -> Candidate:
    services = {s for path in commit.paths for s in services_of(path, catalogue)}
    service = min(services) if len(services) == 1 else ""
    return Candidate(
        id=commit.hash,
        kind="commit",
        title=commit.subject,
        service=service,
        at=commit.committed_at,
        text=f"{commit.message}\n" + "\n".join(commit.paths),
        author=commit.author,
        repository=commit.repository,
        commit=commit,
        touch=0.5 if service else 0.3,
        touch_reason="no deployment is known that brought it",
    )


def _flag(flag: FlagChange) -> Candidate:
    title = f"{flag.flag}: {flag.before or '?'} → {flag.after}" if flag.after else flag.flag
    return _switch(flag, "flag", title, f"switches something in {flag.service}")


def _config(change: ConfigChange) -> Candidate:
    title = f"{change.key}: {change.before or '?'} → {change.after or '?'}"
    return _switch(change, "config", title, f"changes how {change.service} is set")


def _switch(change: FlagChange | ConfigChange, kind: str, title: str, reason: str) -> Candidate:
    return Candidate(
        id=change.id,
        kind=kind,
        title=title,
        service=change.service,
        at=change.at,
        text=title,
        author=change.actor,
        touch=_SWITCHED if change.service else 0.0,
        touch_reason=reason,
    )
