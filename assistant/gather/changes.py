"""What changed before the window: deployments with their commits, flags, configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from assistant.analysis.catalogue import canonical
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
from assistant.domain.errors import CausewayError
from assistant.domain.window import from_ns
from assistant.gather.scope import Scope, recorded
from assistant.gather.sources import Sources

_MOST_COMMITS = 2000
_MANY_DEPLOYMENTS = 10


def changes_before(scope: Scope, sources: Sources) -> ChangeSet:
    """Deployments with the commits they really brought, flags, configuration; where nobody
    recorded deployments, those that service.version betrays."""
    known = recorded(scope.window, sources)
    deployments = [c for c in known if isinstance(c, Deployment)]
    notes: list[str] = []
    covered = {d.service for d in deployments}
    deployments += [d for d in _inferred(scope, sources) if d.service not in covered]
    merged = _merged(deployments, scope.catalogue)
    _read_ahead(merged, scope, sources)
    deliveries = tuple(_delivery(d, scope, sources, notes) for d in merged)
    return ChangeSet(
        deliveries=deliveries,
        flags=tuple(c for c in known if isinstance(c, FlagChange)),
        configs=tuple(c for c in known if isinstance(c, ConfigChange)),
        undeployed=() if deliveries else _undeployed(scope, sources, notes),
        notes=tuple(dict.fromkeys(notes)),
    )


def _read_ahead(deployments: Sequence[Deployment], scope: Scope, sources: Sources) -> None:
    """Histories keep what they have read: all commits at once take a tenth of the time of a few
    for each of a hundred deployments."""
    counts = Counter(_repository(d, scope, sources) for d in deployments)
    period = scope.window.extended(before=sources.reach.changes)
    for repository, count in counts.items():
        if repository and count > _MANY_DEPLOYMENTS:
            with suppress(CausewayError):  # the reason comes up again, with each deployment
                sources.code.commits(repository, period, limit=_MOST_COMMITS)


def _merged(deployments: Iterable[Deployment], catalogue: Catalogue) -> list[Deployment]:
    """Under canonical names, oldest first."""
    named = [replace(d, service=canonical(d.service, catalogue)) for d in deployments]
    return sorted(named, key=lambda d: d.at)


def _inferred(scope: Scope, sources: Sources) -> list[Deployment]:
    """A version that appears after another of the same service was deployed when it appeared."""
    found: list[Deployment] = []
    last: dict[str, str] = {}
    for service, version, first_ns, _ in sources.telemetry.versions(scope.window):
        if service in last:
            found.append(
                Deployment(
                    id=f"inferred:{service}:{version}",
                    service=service,
                    at=from_ns(first_ns),
                    version=version,
                    revision=version if _looks_like_revision(version) else "",
                    previous_revision=last[service] if _looks_like_revision(last[service]) else "",
                    inferred=True,
                )
            )
        last[service] = version
    return found


def _looks_like_revision(version: str) -> bool:
    return len(version) >= 7 and all(c in "0123456789abcdef" for c in version)


def _delivery(deployment: Deployment, scope: Scope, sources: Sources, notes: list[str]) -> Delivery:
    repository = _repository(deployment, scope, sources)
    if not repository or not deployment.revision:
        missing = "its revision" if repository else "its repository"
        notes.append(
            f"The deployment of {deployment.service} {deployment.version}: {missing} is unknown."
        )
        return Delivery(deployment, ())
    last_good = deployment.previous_revision or sources.changes.last_good_revision(
        deployment.service, deployment.at
    )
    try:
        if deployment.phase is DeploymentPhase.REVERTED:
            return Delivery(deployment, (), last_good)
        commits = sources.code.delivered(repository, last_good, deployment.revision)
    except CausewayError as error:
        notes.append(f"{deployment.service} {deployment.version}: {error}")
        return Delivery(deployment, (), last_good, str(error))
    note = "" if last_good else "no earlier deployment is known"
    return Delivery(deployment, tuple(commits), last_good, note)


def _repository(deployment: Deployment, scope: Scope, sources: Sources) -> str:
    known = sources.code.repositories()
    entry = scope.catalogue.entry(deployment.service)
    for name in (
        scope.question.repository,
        deployment.repository,
        entry.repository if entry else "",
    ):
        if name in known:
            return name
    return known[0] if len(known) == 1 else ""


def _undeployed(scope: Scope, sources: Sources, notes: list[str]) -> tuple[Commit, ...]:
    found: list[Commit] = []
    period = scope.window.extended(before=sources.reach.changes)
    for repository in sources.code.repositories():
        try:
            found += sources.code.commits(repository, period, limit=_MOST_COMMITS)
        except CausewayError as error:
            notes.append(f"{repository}: {error}")
    return tuple(found)
