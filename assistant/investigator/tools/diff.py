"""What a commit changed, and who wrote a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.domain.changes import Commit, Hunk
from assistant.domain.errors import InvalidRevision, NotFound, RepositoryError
from assistant.domain.evidence import EvidenceKind
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting import words
from assistant.investigator.prompting.framing import line
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_HASH = re.compile(r"[0-9a-f]{7,40}")
_ROWS = 120  # lines of one hunk
_TOKENS = 700  # code is what a verdict on a change rests on


def diff(desk: Desk, notebook: Notebook, commit: str, path: str = "") -> Finding:
    """The hunks of a commit, of one file if asked. `commit` is its hash, shortened or not."""
    found = _commit(desk, commit)
    wanted = path.strip().strip("/")
    hunks = [h for h in found.hunks or () if not wanted or _ends(h.path, wanted)]
    author = line(found.author, 60)
    head = f"commit {found.hash[: words.HASH]} “{line(found.subject, 120)}” by {author}"
    others = ", ".join(line(p, 100) for p in found.paths[:8])
    unread = "" if found.hunks is not None else "Its content cannot be read. "
    asked = Asked(
        head + (f", in {path}" if path else ""),
        f"git show {found.hash}" + (f" -- {path}" if path else ""),
        desk.report.window,
        EvidenceKind.COMMIT,
        "",
        f"{unread}It touches: {others or 'no file'}.",
        f"name one of its files: {others}",
        {"hash": found.hash, "repository": found.repository, "paths": list(found.paths[:50])},
        timed=False,
    )
    return finding(asked, _rows(hunks), desk, notebook, max_tokens=_TOKENS)


def _rows(hunks: list[Hunk]) -> list[str]:
    return [row for hunk in hunks for row in words.hunk(hunk, _ROWS)]


def _commit(desk: Desk, commit: str) -> Commit:
    """Raises InvalidRevision for what is no hash, NotFound where no repository knows it."""
    wanted = commit.strip().lower().removeprefix("commit ").strip()
    if not _HASH.fullmatch(wanted):
        raise InvalidRevision(
            f"{line(commit, 80)!r} is no hash of a commit.",
            hint="Give 7 or more of its hexadecimal digits; `changes` lists commits.",
        )
    for repository in desk.repositories():
        try:
            current = desk.sources.code.resolve(repository, wanted)
        except InvalidRevision:
            continue
        for found in desk.sources.code.delivered(repository, "", current, limit=1):
            return found
    raise NotFound(f"No repository has a commit {wanted}.", hint="`changes` lists commits.")


def blame(desk: Desk, notebook: Notebook, path: str, number: int, commit: str = "") -> Finding:
    """Who last wrote a line of a file, as of a commit (the newest, where none is named). `path`
    may be the end of a path, or one as a stack frame shows it. Raises NotFound for what cannot be
    a line, RepositoryError where the history is not there to be read."""
    wanted = path.strip().strip("/")
    if number < 1 or not wanted:
        raise NotFound(
            f"There is no line {number} of {line(path, 80)!r}.", hint="Lines count from 1."
        )
    revisions = {r: found for r in desk.repositories() if (found := _revision(desk, r, commit))}
    files = {r: desk.sources.code.paths(r, revision) for r, revision in revisions.items()}
    meant = {r: full for r, paths in files.items() if (full := _meant(wanted, paths))}
    written = (_blamed(desk, r, revisions[r], full, number) for r, full in meant.items())
    base = wanted.rpartition("/")[2]
    near = [p for paths in files.values() for p in paths if p.rpartition("/")[2] == base][:5]
    asked = Asked(
        f"who wrote line {number} of {line(wanted, 160)}",
        f"git blame -L {number},{number} {commit} -- {wanted}",
        desk.report.window,
        EvidenceKind.COMMIT,
        "",
        f"Files of that name: {', '.join(near) or 'none'}; or the line is beyond the end.",
        timed=False,
    )
    return finding(asked, [row for row in written if row][:1], desk, notebook)


def _blamed(desk: Desk, repository: str, revision: str, path: str, number: int) -> str:
    """'' for a line that the file does not have."""
    try:
        found = desk.sources.code.blame(repository, revision, path, number)
    except RepositoryError as error:
        # Its words may hold names out of the repository, and an error stands outside of the frame.
        raise RepositoryError(
            f"Who wrote line {number} cannot be read from {repository}."
        ) from error
    if found is None:
        return ""
    by = f"{found.commit[: words.HASH]} ({line(found.author, 60)}, {found.at:%F %H:%M} UTC)"
    return f"{line(path, 160)}:{number} was last written by {by}: {line(found.text, 160)}"


def _revision(desk: Desk, repository: str, commit: str) -> str:
    """'' where this repository does not know the commit."""
    try:
        return desk.sources.code.resolve(repository, commit.strip() or "HEAD")
    except InvalidRevision:
        return ""


def _meant(wanted: str, paths: Sequence[str]) -> str:
    """The path that is meant: a stack frame knows more folders than the repository, a person
    fewer."""
    return next((p for p in paths if _ends(p, wanted) or _ends(wanted, p)), "")


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith(f"/{end}")
