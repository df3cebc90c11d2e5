"""The lexical side: documents and their BM25 scores (Robertson & Zaragoza 2009, as FTS5 has it)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields, replace

from assistant.domain.knowledge import Document, DocumentKind
from retrievers.knowledge.database import Database
from retrievers.knowledge.filters import Filters, metadata
from retrievers.knowledge.tokens import tokenised

# A whole identifier in common says more than a word in common (docs/adr/0002-embedding.md).
NAME_WEIGHT = 4.0
_QUERY_TOKENS = 64

_SCORES = """
SELECT id, -bm25(inverted, 1.0, :name_weight) AS score
FROM inverted JOIN documents ON number = inverted.rowid
WHERE inverted MATCH :expression
    AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
    AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
    AND (:services IS NULL OR service IN (SELECT value FROM json_each(:services)))
    AND (:references IS NULL OR reference IN (SELECT value FROM json_each(:references)))
    AND (:start_ns IS NULL OR last_ns >= :start_ns AND first_ns < :end_ns)
ORDER BY score DESC, id LIMIT :limit
"""
_DOCUMENTS = """
SELECT * FROM documents
WHERE id IN (SELECT value FROM json_each(:ids))
    AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
    AND (:services IS NULL OR service IN (SELECT value FROM json_each(:services)))
    AND (:references IS NULL OR reference IN (SELECT value FROM json_each(:references)))
    AND (:start_ns IS NULL OR last_ns >= :start_ns AND first_ns < :end_ns)
"""
_INSERT = """
INSERT INTO documents
    (id, kind, text, service, first_ns, last_ns, reference, path, content, waiting)
VALUES (:id, :kind, :text, :service, :first_ns, :last_ns, :reference, :path, :content, 1)
"""
_WIDEN = """
UPDATE documents SET first_ns = :first_ns, last_ns = :last_ns,
    waiting = CASE WHEN waiting < 0 THEN waiting ELSE waiting + :moved END
WHERE id = :id
"""
_FIELDS = tuple(field.name for field in fields(Document))


def match_expression(text: str) -> str:
    """The FTS5 query for any document that shares a word or a name with the text; '' when the
    text has neither. Each token is quoted, so nothing in the text is read as syntax."""
    tokens = tokenised(text)
    parts = []
    for column, found in (("names", tokens.names), ("words", tokens.words)):
        distinct = list(dict.fromkeys(found))[:_QUERY_TOKENS]
        if distinct:
            parts.append(f"{column} : (" + " OR ".join(f'"{token}"' for token in distinct) + ")")
    return " OR ".join(parts)


@dataclass(frozen=True)
class Lexicon:
    database: Database

    def remember(self, documents: Iterable[Document]) -> None:
        """New ones become findable; known ones only widen their times."""
        with self.database.writing() as connection:
            for document in documents:
                known = connection.execute(
                    "SELECT * FROM documents WHERE id = ?", [document.id]
                ).fetchone()
                if known is None:
                    _insert(connection, document)
                else:
                    _widen(connection, as_document(known), document)

    def best(self, expression: str, filters: Filters, limit: int) -> dict[str, float]:
        """BM25 by document id, the best first."""
        return self._scores(expression, filters, None, limit)

    def scores(self, expression: str, ids: Collection[str]) -> dict[str, float]:
        """BM25 of these documents; those that share nothing with the query are left out."""
        return self._scores(expression, Filters(), json.dumps(list(ids)), len(ids))

    def documents(self, ids: Collection[str], filters: Filters) -> dict[str, Document]:
        """Those that exist and pass the filters, by id."""
        parameters = filters.parameters() | {"ids": json.dumps(list(ids))}
        with self.database.reading() as connection:
            rows = connection.execute(_DOCUMENTS, parameters).fetchall()
        return {row["id"]: as_document(row) for row in rows}

    def _scores(
        self, expression: str, filters: Filters, ids: str | None, limit: int
    ) -> dict[str, float]:
        if not expression:
            return {}
        parameters = {"expression": expression, "name_weight": NAME_WEIGHT, "limit": limit}
        with self.database.reading() as connection:
            rows = connection.execute(_SCORES, filters.parameters() | parameters | {"ids": ids})
            return {row["id"]: row["score"] for row in rows}


def as_document(row: sqlite3.Row) -> Document:
    values = {name: row[name] for name in _FIELDS}
    return Document(**(values | {"kind": DocumentKind(row["kind"])}))


def _insert(connection: sqlite3.Connection, document: Document) -> None:
    content = hashlib.sha256(document.text.encode()).hexdigest()
    values = asdict(document) | {"kind": document.kind.value, "content": content}
    number = connection.execute(_INSERT, values).lastrowid
    tokens = tokenised(document.text)
    connection.execute(
        "INSERT INTO inverted (rowid, words, names) VALUES (?, ?, ?)",
        [number, " ".join(tokens.words), " ".join(tokens.names)],
    )


def _widen(connection: sqlite3.Connection, known: Document, again: Document) -> None:
    first_ns, last_ns = min(known.first_ns, again.first_ns), max(known.last_ns, again.last_ns)
    wider = replace(known, first_ns=first_ns, last_ns=last_ns)
    if wider != known:
        moved = metadata(wider) != metadata(known)
        values = {"id": known.id, "first_ns": first_ns, "last_ns": last_ns, "moved": int(moved)}
        connection.execute(_WIDEN, values)
