"""When a deployment arrives, the hunks it brought go to the vector store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.analysis.documents import hunk_documents
from assistant.domain.changes import Deployment, RecordedChange
from assistant.domain.ports import CatalogueSource, ChangeLog, CodeHistory, Knowledge
from assistant.domain.window import TimeWindow
from assistant.work.background import Background

_QUEUED_DEPLOYMENTS = 1000


class IndexingChangeLog:
    """A change log that also has the commits of each new deployment indexed, in the background."""

    def __init__(
        self,
        log: ChangeLog,
        code: CodeHistory,
        knowledge: Knowledge,
        catalogue: CatalogueSource,
    ) -> None:
        self._log = log
        self._code = code
        self._knowledge = knowledge
        self._catalogue = catalogue
        self._work = Background("commits", self._index, capacity=_QUEUED_DEPLOYMENTS)

    def record(self, changes: Sequence[RecordedChange]) -> None:
        self._log.record(changes)
        for change in changes:
            if isinstance(change, Deployment) and change.revision:
                self._work.offer(change)

    def changes(self, window: TimeWindow, services: Sequence[str] = ()) -> Sequence[RecordedChange]:
        return self._log.changes(window, services)

    def last_good_revision(self, service: str, before: datetime) -> str:
        return self._log.last_good_revision(service, before)

    def settle(self, timeout_s: float) -> bool:
        return self._work.settle(timeout_s)

    def close(self) -> None:
        self._work.close()

    def _index(self, deployment: Deployment) -> None:
        repository = deployment.repository or self._repository_of(deployment.service)
        if repository not in self._code.repositories():
            return  # nobody configured it; the investigation reports the gap
        last_good = deployment.previous_revision or self._log.last_good_revision(
            deployment.service, deployment.started_at or deployment.at
        )
        for commit in self._code.delivered(repository, last_good, deployment.revision):
            self._knowledge.remember(hunk_documents(commit, deployment.service))

    def _repository_of(self, service: str) -> str:
        entry = self._catalogue.catalogue().entry(service)
        configured = self._code.repositories()
        if entry and entry.repository:
            return entry.repository
        return configured[0] if len(configured) == 1 else ""
