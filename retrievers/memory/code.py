"""Git history in memory: the commits are given, the questions are answered as git would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from assistant.domain.changes import BlameLine, Commit
from assistant.domain.errors import InvalidRevision, NotFound
from assistant.domain.window import TimeWindow

_SHORTEST_ABBREVIATION = 4


class MemoryCodeHistory:
    """Implements `domain.ports.CodeHistory` over given commits. The order in which they are
    given is the history: commits without `parents` follow the one before them in their
    repository."""

    def __init__(self, commits: Sequence[Commit] = (), tags: Mapping[str, str] | None = None):
        self._tags = dict(tags or {})
        self._commits: dict[str, dict[str, Commit]] = {}
        self._parents: dict[str, tuple[str, ...]] = {}
        for commit in commits:
            known = self._commits.setdefault(commit.repository, {})
            before = list(known)[-1:]
            self._parents[commit.hash] = commit.parents or tuple(before)
            known[commit.hash] = commit

    def repositories(self) -> Sequence[str]:
        return sorted(self._commits)

    def delivered(
        self, repository: str, last_good: str, current: str, *, limit: int = 500
    ) -> Sequence[Commit]:
        known = self._known(repository)
        head = known[self.resolve(repository, current)]
        if last_good:
            old = self._reachable(repository, self.resolve(repository, last_good))
            brought = [h for h in self._reachable(repository, head.hash) if h not in old]
        else:
            since = head.committed_at - timedelta(hours=24)
            line = self._first_parents(repository, head.hash)
            brought = [h for h in line if h == head.hash or known[h].committed_at >= since]
        return _newest_first([known[h] for h in brought])[:limit]

    def commits(
        self, repository: str, window: TimeWindow, *, limit: int = 2000
    ) -> Sequence[Commit]:
        found = [c for c in self._known(repository).values() if c.committed_at in window]
        return _newest_first(found)[:limit]

    def blame(self, repository: str, revision: str, path: str, line: int) -> BlameLine | None:
        """The latest commit reachable from the revision that added that line of the path, as if
        no later commit had moved it."""
        known = self._known(repository)
        reachable = self._reachable(repository, self.resolve(repository, revision))
        for commit in _newest_first([known[h] for h in reachable]):
            for hunk in commit.hunks or ():
                for added in hunk.added:
                    if hunk.path == path and added.number == line:
                        author, at = commit.author, commit.authored_at
                        return BlameLine(commit.hash, path, line, author, at, added.text)
        return None

    def paths(self, repository: str, revision: str) -> Sequence[str]:
        known = self._known(repository)
        reachable = self._reachable(repository, self.resolve(repository, revision))
        return sorted({path for h in reachable for path in known[h].paths})

    def resolve(self, repository: str, revision: str) -> str:
        known = self._known(repository)
        newest = next(reversed(known)) if revision == "HEAD" else revision
        name = self._tags.get(revision, newest)
        found = [h for h in known if h == name] or [
            h for h in known if len(name) >= _SHORTEST_ABBREVIATION and h.startswith(name)
        ]
        if len(found) != 1:
            why = "is ambiguous" if found else "names no commit"
            raise InvalidRevision(f"{revision!r} {why} in {repository}.")
        return found[0]

    def _known(self, repository: str) -> dict[str, Commit]:
        try:
            return self._commits[repository]
        except KeyError:
            hint = f"Known: {', '.join(self.repositories()) or 'none'}."
            raise NotFound(f"There is no repository {repository!r}.", hint=hint) from None

    def _reachable(self, repository: str, start: str) -> set[str]:
        known = self._known(repository)
        found: set[str] = set()
        waiting = [start]
        while waiting:
            commit = waiting.pop()
            if commit in known and commit not in found:
                found.add(commit)
                waiting.extend(self._parents[commit])
        return found

    def _first_parents(self, repository: str, start: str) -> list[str]:
        known = self._known(repository)
        line = [start]
        while parents := [p for p in self._parents[line[-1]][:1] if p in known]:
            line += parents
        return line


def _newest_first(commits: Sequence[Commit]) -> list[Commit]:
    given_last_first = list(reversed(commits))
    return sorted(given_last_first, key=lambda c: (c.committed_at, c.hash), reverse=True)
