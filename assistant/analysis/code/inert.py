"""What cannot change how software runs: documentation, tests, comments, the same put otherwise."""

from __future__ import annotations

from pathlib import PurePosixPath

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.sameness import does_the_same
from assistant.domain.changes import Hunk


def is_inert(hunk: Hunk) -> bool:
    """Whether a hunk cannot change what runs: documentation, tests, style sheets, comments and
    white space only, or the same put otherwise. A hunk without lines is never inert."""
    if is_inert_path(hunk.path):
        return True
    return bool(hunk.lines) and does_the_same(hunk)


def is_inert_path(path: str) -> bool:
    """Whether a file is documentation, a test, a style sheet or a picture by its place or name."""
    inert = (
        look.INERT_PLACES.search(path) or PurePosixPath(path).suffix.lower() in look.INERT_SUFFIXES
    )
    return bool(inert) and not look.MANIFEST.search(path)
