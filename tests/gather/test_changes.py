"""What an investigation fetches, and how often it asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from assistant.domain.changes import Commit
from assistant.domain.errors import RepositoryError
from assistant.domain.report import Question
from assistant.domain.window import TimeWindow
from assistant.gather import Scope, Sources, changes_before
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryCodeHistory,
    MemoryKnowledge,
    MemoryReports,
    MemoryTelemetry,
    run_inline,
)
from tests.builders import a_commit, a_deploy, a_window, at

HISTORY = [a_commit(f"Step {i}", at_minutes=i - 100) for i in range(13)]
DEPLOYS = [
    a_deploy(minutes=i - 90, revision=after.hash, previous_revision=before.hash)
    for i, (before, after) in enumerate(pairwise(HISTORY))
]


class CountingHistory(MemoryCodeHistory):
    """Counts the windows of commits that were asked for."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        super().__init__(commits)
        self.windows: list[TimeWindow] = []

    def commits(
        self, repository: str, window: TimeWindow, *, limit: int = 2000
    ) -> Sequence[Commit]:
        self.windows.append(window)
        return super().commits(repository, window, limit=limit)


class UnreadableWindows(MemoryCodeHistory):
    def commits(
        self, repository: str, window: TimeWindow, *, limit: int = 2000
    ) -> Sequence[Commit]:
        raise RepositoryError("git took longer than allowed")


def sources(code: MemoryCodeHistory, deployed: int) -> Sources:
    return Sources(
        telemetry=MemoryTelemetry(),
        changes=MemoryChangeLog(DEPLOYS[:deployed]),
        code=code,
        knowledge=MemoryKnowledge(),
        catalogue=FixedCatalogue(),
        reports=MemoryReports(),
        compute=run_inline,
        clock=lambda: at(10),
    )


def scope() -> Scope:
    catalogue = FixedCatalogue().catalogue()
    return Scope(Question(at=at(), service="checkout"), a_window(), 60_000_000_000, catalogue)


@pytest.mark.parametrize(("deployed", "windows"), [(2, 0), (12, 1)])
def test_the_commits_of_many_deployments_are_read_ahead_together(
    deployed: int, windows: int
) -> None:
    code = CountingHistory(HISTORY)

    found = changes_before(scope(), sources(code, deployed))

    brought = [[c.message for c in delivery.commits] for delivery in found.deliveries]
    assert brought == [[f"Step {i}"] for i in range(1, deployed + 1)]
    assert len(code.windows) == windows


def test_a_window_that_cannot_be_read_ahead_does_not_stop_the_deliveries() -> None:
    found = changes_before(scope(), sources(UnreadableWindows(HISTORY), deployed=12))

    assert [len(delivery.commits) for delivery in found.deliveries] == [1] * 12
    assert found.notes == ()
