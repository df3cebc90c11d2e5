"""Commits without secrets: whoever reads history through this sees what people wrote redacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.domain.changes import BlameLine, Commit, Hunk
from assistant.domain.ports import CodeHistory, Redactor
from assistant.domain.window import TimeWindow

_KEPT_COMMITS = 2000
_GONE = "<secret>"


class RedactedHistory:
    """A CodeHistory whose commit messages and hunks have passed a redactor. Authors stay: who
    wrote a change is what people ask."""

    def __init__(self, code: CodeHistory, redactor: Redactor) -> None:
        self._code = code
        self._redactor = redactor
        # hash → what was read and what came of it; many deployments bring the same commits
        self._cleaned: dict[str, tuple[Commit, Commit]] = {}

    def repositories(self) -> Sequence[str]:
        return self._code.repositories()

    def delivered(
        self, repository: str, last_good: str, current: str, *, limit: int = 500
    ) -> Sequence[Commit]:
        commits = self._code.delivered(repository, last_good, current, limit=limit)
        return [self._clean(commit) for commit in commits]

    def commits(
        self, repository: str, window: TimeWindow, *, limit: int = 2000
    ) -> Sequence[Commit]:
        return [self._clean(c) for c in self._code.commits(repository, window, limit=limit)]

    def blame(self, repository: str, revision: str, path: str, line: int) -> BlameLine | None:
        found = self._code.blame(repository, revision, path, line)
        return found and replace(found, text=self._redactor.text(found.text))

    def paths(self, repository: str, revision: str) -> Sequence[str]:
        return self._code.paths(repository, revision)

    def resolve(self, repository: str, revision: str) -> str:
        return self._code.resolve(repository, revision)

    def _clean(self, commit: Commit) -> Commit:
        read, clean = self._cleaned.get(commit.hash, (None, commit))
        if read is not None and read.hunks is commit.hunks and read.message == commit.message:
            if (clean.picked_from, clean.reverts) == (commit.picked_from, commit.reverts):
                return clean  # shared between deliveries: less to hold and to send to a worker
            return replace(clean, picked_from=commit.picked_from, reverts=commit.reverts)
        hunks = commit.hunks and tuple(self._clean_hunk(hunk) for hunk in commit.hunks)
        clean = replace(commit, message=self._redactor.text(commit.message), hunks=hunks)
        if len(self._cleaned) >= _KEPT_COMMITS:
            self._cleaned.pop(next(iter(self._cleaned)), None)
        self._cleaned[commit.hash] = (commit, clean)
        return clean

    def _clean_hunk(self, hunk: Hunk) -> Hunk:
        """Most hunks hold no secret and are read as one text; the others line by line. A line that
        the whole text lost belongs to a secret of several lines, such as a private key."""
        whole = "\n".join(line.text for line in hunk.lines)
        clean = self._redactor.text(whole)
        if clean == whole:
            return hunk
        left = set(clean.split("\n"))
        cleaned = [self._redactor.text(line.text) for line in hunk.lines]
        lines = tuple(
            replace(line, text=text if text in left else _GONE)
            for line, text in zip(hunk.lines, cleaned, strict=True)
        )
        return replace(hunk, lines=lines)
