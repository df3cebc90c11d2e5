"""What changed: deployments with the commits they brought, flags, configuration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from assistant.domain.changes import ChangeSet, Commit, ConfigChange, Delivery, FlagChange
from assistant.domain.evidence import EvidenceKind
from assistant.gather import changes_before
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import line
from assistant.investigator.prompting.words import HASH, clock
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_COMMITS = 5  # of one deployment


def changes(
    desk: Desk, notebook: Notebook, service: str = "", since: str = "", until: str = ""
) -> Finding:
    """Changes of a service (with those that hold everywhere), or all, nearest to the onset first;
    from a day before the window on unless another time is asked for."""
    name, window = desk.service(service), desk.window(since, until)
    period = window if since else window.extended(before=desk.sources.reach.changes)
    found = changes_before(desk.scope(window), desk.sources)
    rows = [(at, row) for at, row in _rows(found, name, desk.onset) if at in period]
    rows.sort(key=lambda pair: (pair[0] > desk.onset, abs(pair[0] - desk.onset)))
    asked = Asked(
        f"changes of {name or 'all services'}",
        f"changes service={name}",
        period,
        EvidenceKind.DEPLOYMENT,
        name,
        "Nobody recorded one; ask for another service or an earlier `since`.",
        "name a service or a shorter time",
    )
    return finding(asked, [row for _, row in rows], desk, notebook)


def _rows(found: ChangeSet, service: str, day: datetime) -> Iterator[tuple[datetime, str]]:
    for delivery in found.deliveries:
        if service in ("", delivery.deployment.service):
            yield delivery.deployment.at, _delivery(delivery, day)
    for flag in found.flags:
        if not service or flag.service in ("", service):
            yield flag.at, f"{clock(flag.at, day)} flag {line(flag.flag)}{_set(flag)}"
    for config in found.configs:
        if not service or config.service in ("", service):
            yield config.at, f"{clock(config.at, day)} config {line(config.key)}{_set(config)}"
    for commit in found.undeployed:
        told = f"commit {_commit(commit)}; no deployment is known"
        yield commit.committed_at, f"{clock(commit.committed_at, day)} {told}"


def _set(change: FlagChange | ConfigChange) -> str:
    where = f" in {line(change.service, 80)}" if change.service else ""
    return f"{where}: {line(change.before) or 'unset'} → {line(change.after) or 'unset'}"


def _delivery(delivery: Delivery, day: datetime) -> str:
    deployment = delivery.deployment
    commits = [_commit(c) for c in delivery.commits[:_COMMITS]]
    left = len(delivery.commits) - len(commits)
    brought = "; ".join([*commits, *([f"+{left} more commits"] if left else [])])
    inferred = ", inferred from service.version" if deployment.inferred else ""
    return (
        f"{clock(deployment.at, day)} deployment {line(deployment.service, 80)} "
        f"{line(deployment.version, 80)} ({deployment.phase}{inferred}): "
        f"{brought or line(delivery.note) or 'its commits are unknown'}"
    )


def _commit(commit: Commit) -> str:
    return f"{commit.hash[:HASH]} “{line(commit.subject, 100)}”"
