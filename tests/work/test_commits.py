"""The hunks that a deployment brought can be found once it is recorded."""

from __future__ import annotations

import pytest

from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.knowledge import DocumentKind
from assistant.work.commits import IndexingChangeLog
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryCodeHistory,
    MemoryKnowledge,
)
from tests.builders import a_commit, a_deploy, a_flag, a_hunk, a_window, at

FIX = a_commit("Wait less for the pool", a_hunk("timeout = 30", "timeout = 1"), repository="shop")


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("shop", [FIX.hash]),
        ("https://git.example/team/shop.git", [FIX.hash]),
        ("", [FIX.hash]),  # the catalogue knows it
        ("web", [FIX.hash]),  # a name nobody configured: again by the catalogue
    ],
)
def test_a_deployment_has_its_commits_indexed(named: str, found: list[str]) -> None:
    knowledge = MemoryKnowledge()
    log = IndexingChangeLog(
        MemoryChangeLog(),
        MemoryCodeHistory([FIX, a_commit(repository="other")]),
        knowledge,
        FixedCatalogue(Catalogue((ServiceEntry("checkout", repository="shop"),))),
    )
    deployment = a_deploy("checkout", revision=FIX.hash, repository=named)
    log.record([deployment, a_flag()])
    assert log.settle(5)
    log.close()

    hits = knowledge.search("pool timeout", kinds=[DocumentKind.HUNK])
    assert [hit.document.reference for hit in hits] == found
    assert [hit.document.service for hit in hits] == ["checkout"]
    assert deployment in log.changes(a_window())
    assert log.last_good_revision("checkout", at(0)) == FIX.hash
