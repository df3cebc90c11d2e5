"""When a deployment arrives, the hunks it brought go to the vector store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.analysis.code.documents import hunk_documents
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
        repository = self._repository_of(deployment)
        if not repository:
            return  # nobody configured it; the investigation reports the gap
        last_good = deployment.previous_revision or self._log.last_good_revision(
            deployment.service, deployment.started_at or deployment.at
        )
        for commit in self._code.delivered(repository, last_good, deployment.revision):
            self._knowledge.remember(hunk_documents(commit, deployment.service))

    def _repository_of(self, deployment: Deployment) -> str:
        """The configured repository a deployment means: by name, by the end of a URL, by the
        catalogue, or the only one there is."""
        known = self._code.repositories()
        entry = self._catalogue.catalogue().entry(deployment.service)
        end_of_url = deployment.repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
        named = (deployment.repository, end_of_url, entry.repository if entry else "")
        only = known[0] if len(known) == 1 else ""
        return next((name for name in named if name in known), only)
