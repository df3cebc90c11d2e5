"""Commits read before: a commit never changes, so what was read whole once need not be again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from assistant.domain.changes import Commit

MAX_LINES = 200_000  # about 30 MB


class KeptCommits:
    """The most recently used commits with their hunks, bounded by lines of diff."""

    def __init__(self, max_lines: int = MAX_LINES) -> None:
        self._max_lines = max_lines
        self._lines = 0
        self._kept: OrderedDict[str, Commit] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Commit | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def keep(self, commits: Iterable[Commit]) -> None:
        """Takes only what is whole: missing objects may arrive, and time may suffice next time."""
        with self._lock:
            for commit in commits:
                if commit.hunks is None or any(h.note == "missing" for h in commit.hunks):
                    continue
                if commit.hash not in self._kept:
                    self._kept[commit.hash] = commit
                    self._lines += _weight(commit)
            while self._lines > self._max_lines and self._kept:
                _, oldest = self._kept.popitem(last=False)
                self._lines -= _weight(oldest)


def _weight(commit: Commit) -> int:
    return 1 + sum(1 + len(hunk.lines) for hunk in commit.hunks or ())
