"""`CodeHistory` over git repositories on disk."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.domain.changes import BlameLine, Commit
from assistant.domain.errors import InvalidRevision, NotFound, RepositoryError
from assistant.domain.window import TimeWindow
from retrievers.code.contents import with_contents
from retrievers.code.lineage import with_lineage
from retrievers.code.view import Limits, RepositoryView

_FIELDS = ("%H", "%P", "%an", "%at", "%ct", "%B")
_FORMAT = f"--format=format:{'%x00'.join(_FIELDS)}"
_ALONE = timedelta(hours=24)  # how far back an update without a known predecessor reaches
_FULL_HASH = re.compile(r"^[0-9a-f]{40}$")
_KEPT_RANGES = 500
_MAX_TWINS = 200  # commits of the other side that are compared with those delivered


class GitHistory:
    """Reads work trees, bare, partial and shallow clones, and writes to none of them; safe to
    share between threads. See `retrievers.code.view` for how it trusts nothing it reads.

    `timeout_s` and `max_output_bytes` bound each git process; reading the diffs of one call takes
    `timeout_s` at most, and what that leaves unread is reported as opaque."""

    def __init__(
        self,
        repositories: Mapping[str, Path],
        *,
        timeout_s: float = 20,
        max_output_bytes: int = 128 << 20,
    ) -> None:
        self._paths = {name: Path(path) for name, path in repositories.items()}
        self._limits = Limits(timeout_s, max_output_bytes)
        self._views: dict[str, RepositoryView] = {}
        self._ranges: dict[tuple[object, ...], Sequence[Commit]] = {}
        self._lock = threading.Lock()
        self._scratch = Path(tempfile.mkdtemp(prefix="causeway-git-"))
        weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)

    def repositories(self) -> Sequence[str]:
        return tuple(self._paths)

    def delivered(
        self, repository: str, last_good: str, current: str, *, limit: int = 500
    ) -> Sequence[Commit]:
        """See `CodeHistory`. Without a `last_good`, a merge of the last 24 hours also brings the
        commits that came with it. A range between two full hashes never changes, so it is kept
        for as long as no objects are added."""
        view = self._view(repository)
        asked = (repository, last_good, current, limit, view.state())
        if (known := self._ranges.get(asked)) is not None:
            return known
        brought = self._delivered(view, last_good, current, limit)
        if _FULL_HASH.match(current) and (not last_good or _FULL_HASH.match(last_good)):
            with self._lock:
                if len(self._ranges) >= _KEPT_RANGES:
                    self._ranges.pop(next(iter(self._ranges)))
                self._ranges[asked] = brought
        return brought

    def _delivered(
        self, view: RepositoryView, last_good: str, current: str, limit: int
    ) -> Sequence[Commit]:
        tip = view.resolve(current)
        base = _base(view, last_good, tip)
        brought = _log(view, f"--max-count={limit}", tip, *_excluding(base))
        # What the last good revision has and `tip` lacks may hold the same patches, picked over.
        apart = base and not _follows(tip, base, brought)
        others = _log(view, f"--max-count={_MAX_TWINS}", base, *_excluding(tip)) if apart else ()
        read = with_contents(view, (*brought, *others), self._limits.timeout_s)
        return tuple(with_lineage(read[: len(brought)], read[len(brought) :], view.identities))

    def commits(
        self, repository: str, window: TimeWindow, *, limit: int = 2000
    ) -> Sequence[Commit]:
        view = self._view(repository)
        view.refresh()
        since, until = (int(t.timestamp()) for t in (window.start, window.end))
        logged = _log(
            view, "--all", f"--max-count={limit}", f"--since=@{since - 1}", f"--until=@{until}"
        )
        inside = [c for c in logged if c.committed_at in window]
        inside.sort(key=lambda c: c.committed_at, reverse=True)
        read = with_contents(view, inside, self._limits.timeout_s)
        return with_lineage(read, known=view.identities)

    def blame(self, repository: str, revision: str, path: str, line: int) -> BlameLine | None:
        """Who last changed a line; None when the revision has no such file or line."""
        view = self._view(repository)
        commit = view.resolve(revision)
        if line < 1 or not view.checked("ls-tree", "-z", commit, "--", path).data:
            return None
        output = view.run("blame", "--porcelain", "-L", f"{line},{line}", commit, "--", path)
        if output.ok:
            return _blamed(output.text)
        if "has only" in output.error:
            return None
        raise RepositoryError(f"{path} of {repository!r} cannot be blamed: {output.reason}.")

    def resolve(self, repository: str, revision: str) -> str:
        return self._view(repository).resolve(revision)

    def paths(self, repository: str, revision: str = "HEAD") -> Sequence[str]:
        """Every file of a revision, in git's order; empty for a repository without commits."""
        view = self._view(repository)
        view.refresh()
        if revision == "HEAD" and not view.run("rev-parse", "--verify", "--quiet", "HEAD").ok:
            return ()
        commit = view.resolve(revision)
        listing = view.checked("ls-tree", "-r", "-z", "--name-only", commit).text
        return tuple(path for path in listing.split("\0") if path)

    def _view(self, repository: str) -> RepositoryView:
        if repository not in self._paths:
            known = ", ".join(self._paths) or "none is configured"
            raise NotFound(f"No repository is called {repository!r}.", hint=f"Known: {known}.")
        with self._lock:
            if repository not in self._views:
                path = self._paths[repository]
                self._views[repository] = RepositoryView(
                    repository, path, self._scratch, self._limits
                )
            return self._views[repository]


def _base(view: RepositoryView, last_good: str, tip: str) -> str:
    """The commit that was there before; '' when everything up to `tip` is new."""
    if last_good:
        try:
            return view.resolve(last_good)
        except InvalidRevision as error:
            if view.shallow_boundary():
                raise RepositoryError(str(error), hint=error.hint) from error
            raise
    at = int(view.checked("log", "-1", "--format=%ct", tip).text)
    before = f"--until=@{at - int(_ALONE.total_seconds())}"
    return view.checked("rev-list", "--first-parent", "-n1", before, tip).text.strip()


def _follows(tip: str, base: str, brought: Sequence[Commit]) -> bool:
    """Whether `tip` descends from `base`, as far as the commits between them tell: then `base`
    has nothing that `tip` lacks, and git need not be asked."""
    return tip == base or any(base in commit.parents for commit in brought)


def _log(view: RepositoryView, *arguments: str) -> tuple[Commit, ...]:
    found = tuple(_commits(view, view.checked("log", "-z", _FORMAT, *arguments, "--").text))
    view.recognise(commit.hash for commit in found)
    return found


def _commits(view: RepositoryView, text: str) -> Iterator[Commit]:
    fields = text.split("\0")
    for i in range(0, len(fields) - len(_FIELDS) + 1, len(_FIELDS)):
        commit, parents, author, authored, committed, message = fields[i : i + len(_FIELDS)]
        yield Commit(
            repository=view.name,
            hash=commit,
            author=author,
            authored_at=_moment(authored),
            committed_at=_moment(committed),
            message=message.strip(),
            parents=tuple(parents.split()),
        )


def _moment(seconds: str) -> datetime:
    """Commit times are whatever the author's machine said; absurd ones become the epoch."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _excluding(commit: str) -> tuple[str, ...]:
    return (f"^{commit}",) if commit else ()


def _blamed(porcelain: str) -> BlameLine:
    """Read one entry of `git blame --porcelain`."""
    lines = porcelain.split("\n")
    commit, number = lines[0].split()[:2]
    named = dict(line.partition(" ")[::2] for line in lines[1:])
    text = next((line[1:] for line in lines[1:] if line.startswith("\t")), "")
    return BlameLine(
        commit=commit,
        path=named.get("filename", ""),
        number=int(number),
        author=named.get("author", ""),
        at=_moment(named.get("author-time", "")),
        text=text,
    )
