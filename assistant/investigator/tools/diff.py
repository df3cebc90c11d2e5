"""What a commit changed, and who wrote a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.domain.changes import Commit, Hunk
from assistant.domain.errors import CausewayError, InvalidRevision, NotFound
from assistant.domain.evidence import EvidenceKind
from assistant.investigator import words
from assistant.investigator.framing import line
from assistant.investigator.notebook import Notebook
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding

_HASH = re.compile(r"[0-9a-f]{7,40}")
_ROWS = 120  # lines of one hunk
_TOKENS = 700  # code is what a verdict on a change rests on


def diff(desk: Desk, notebook: Notebook, commit: str, path: str = "") -> Finding:
    """The hunks of a commit, of one file if asked. `commit` is its hash, shortened or not."""
    found = _commit(desk, commit)
    hunks = [h for h in found.hunks or () if not path or h.path.endswith(path.strip().lstrip("/"))]
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
    may be the end of a path, as a stack frame shows it."""
    if number < 1:
        raise NotFound(f"There is no line {number}.", hint="Lines count from 1.")
    wanted = path.strip().lstrip("/")
    row = ""
    nearest: list[str] = []
    for repository in desk.repositories():
        revision = _revision(desk, repository, commit)
        paths = desk.sources.code.paths(repository, revision) if revision else ()
        full = _ending(wanted, paths)
        nearest += [p for p in paths if p.rpartition("/")[2] == wanted.rpartition("/")[2]][:5]
        found = desk.sources.code.blame(repository, revision, full, number) if full else None
        if found is not None:
            text = line(found.text, 160)
            row = (
                f"{full}:{number} was last written by {found.commit[: words.HASH]} "
                f"({line(found.author, 60)}, {found.at:%F %H:%M} UTC): {text}"
            )
            break
    asked = Asked(
        f"who wrote line {number} of {line(wanted, 160)}",
        f"git blame -L {number},{number} {commit} -- {wanted}",
        desk.report.window,
        EvidenceKind.COMMIT,
        "",
        f"Files of that name: {', '.join(nearest) or 'none'}; or the line is beyond the end.",
        timed=False,
    )
    return finding(asked, [row] if row else [], desk, notebook)


def _revision(desk: Desk, repository: str, commit: str) -> str:
    """'' where this repository does not know the commit."""
    try:
        return desk.sources.code.resolve(repository, commit.strip()) if commit.strip() else "HEAD"
    except CausewayError:
        return ""


def _ending(wanted: str, paths: Sequence[str]) -> str:
    """The path that is meant: a stack frame knows more folders than the repository, a person
    fewer."""
    return next((p for p in paths if p.endswith(wanted) or wanted.endswith(f"/{p}")), "")
