"""Which documents the vector index has yet to learn, and every vector computed so far."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assistant.domain.knowledge import Document
from retrievers.knowledge.database import Database
from retrievers.knowledge.embedding import Vector, Vectors
from retrievers.knowledge.lexicon import as_document

_BY_CONTENT = """
SELECT content, vector FROM vectors
WHERE content IN (SELECT value FROM json_each(?)) AND embedder = ?
"""
_BY_ID = """
SELECT id, vector FROM documents JOIN vectors USING (content)
WHERE id IN (SELECT value FROM json_each(?)) AND embedder = ?
"""


class Waiting(NamedTuple):
    document: Document
    content: str  # hash of the text
    changes: int  # how many the vector index has not seen


@dataclass(frozen=True)
class Backlog:
    database: Database
    embedder: str

    def open(self) -> None:
        """After a change of the embedder everything waits again."""
        with self.database.writing() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
            if row is None or row["value"] != self.embedder:
                connection.execute("UPDATE documents SET waiting = 1")
                connection.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", [self.embedder]
                )

    def restart(self) -> None:
        """The vector index was lost: everything goes in again, from the vectors kept here."""
        with self.database.writing() as connection:
            connection.execute("UPDATE documents SET waiting = 1 WHERE waiting = 0")

    def next(self, limit: int) -> Sequence[Waiting]:
        """The oldest that wait."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM documents WHERE waiting > 0 ORDER BY number LIMIT ?", [limit]
            ).fetchall()
        return [Waiting(as_document(row), row["content"], row["waiting"]) for row in rows]

    def empty(self) -> bool:
        return not self.next(1)

    def indexed(self) -> int:
        """How many documents the vector index should hold, at least."""
        with self.database.reading() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM documents WHERE waiting = 0"
            ).fetchone()
        return int(count)

    def done(self, batch: Iterable[Waiting]) -> None:
        """The vector index holds these; one that changed meanwhile keeps waiting."""
        with self.database.writing() as connection:
            connection.executemany(
                "UPDATE documents SET waiting = 0 WHERE id = ? AND waiting = ?",
                [(each.document.id, each.changes) for each in batch],
            )

    def refuse(self, content: str) -> None:
        """The embedder will never take this text; it stays findable lexically."""
        with self.database.writing() as connection:
            connection.execute("UPDATE documents SET waiting = -1 WHERE content = ?", [content])

    def keep(self, contents: Sequence[str], vectors: Vectors) -> None:
        rows = zip(contents, vectors.astype("<f4"), strict=True)
        with self.database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(self.embedder, content, vector.tobytes()) for content, vector in rows],
            )

    def known(self, contents: Collection[str]) -> dict[str, Vector]:
        """The vectors of these texts that were computed before, by hash of the text."""
        return self._vectors(_BY_CONTENT, contents)

    def of_documents(self, ids: Collection[str]) -> dict[str, Vector]:
        """The vectors of these documents, by id; those without one are left out."""
        return self._vectors(_BY_ID, ids)

    def _vectors(self, select: str, keys: Collection[str]) -> dict[str, Vector]:
        with self.database.reading() as connection:
            rows = connection.execute(select, [json.dumps(list(keys)), self.embedder]).fetchall()
        return {key: np.frombuffer(vector, dtype="<f4") for key, vector in rows}
