"""Runbooks: a folder of Markdown whose sections the vector store holds, as they are now."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from assistant.analysis.code.documents import runbook_documents
from assistant.domain.ports import Knowledge, Redactor

logger = logging.getLogger(__name__)

_MOST_FILES = 1_000
_LARGEST = 1 << 20  # bytes; what is longer is no runbook that anybody reads


class Runbooks:
    """Learns each file of a folder once, and again when its content changed.

    The vector store forgets nothing, so the reference of a passage carries the digest of its file:
    who searches with the `current` references never meets what a file no longer says.
    """

    def __init__(self, folder: Path | None, knowledge: Knowledge, redactor: Redactor) -> None:
        self._folder = folder
        self._knowledge = knowledge
        self._redactor = redactor
        self._known: dict[tuple[str, int, int], str] = {}  # path, time and size → reference
        self._lock = Lock()

    def current(self) -> Sequence[str]:
        """References of all runbooks as they are, learning what is new. A file that cannot be read
        is logged and left out."""
        with self._lock:
            found: dict[tuple[str, int, int], str] = {}
            for file in self._files():
                try:
                    status = file.stat()
                    key = (str(file), status.st_mtime_ns, status.st_size)
                    found[key] = self._known.get(key) or self._learn(file)
                except (OSError, UnicodeDecodeError) as error:
                    logger.warning("the runbook %s cannot be read: %s", file, error)
            self._known = found
            return sorted(found.values())

    def _files(self) -> list[Path]:
        if self._folder is None:
            return []
        root = self._folder.resolve()
        files = sorted(root.rglob("*.md"))
        readable = [f for f in files if f.is_file() and f.resolve().is_relative_to(root)]
        if len(readable) > _MOST_FILES:
            logger.warning("only the first %d of %d runbooks are read", _MOST_FILES, len(readable))
        return [f for f in readable[:_MOST_FILES] if f.stat().st_size <= _LARGEST]

    def _learn(self, file: Path) -> str:
        text = file.read_text("utf-8")
        name = file.relative_to((self._folder or file).resolve()).as_posix()
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        reference = f"{name}@{digest}"
        self._knowledge.remember(
            [
                replace(passage, id=f"{passage.id}-{digest}", reference=reference)
                for passage in runbook_documents(name, self._redactor.text(text))
            ]
        )
        return reference
