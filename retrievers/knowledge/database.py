"""The SQLite file of the knowledge store: texts, their BM25 index (FTS5), the vectors computed so
far, and which documents still wait for theirs. The vector index can be rebuilt from it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.domain.errors import OperatorError, StorageFull

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL DEFAULT '',
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    service TEXT NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    reference TEXT NOT NULL,
    path TEXT NOT NULL,
    content TEXT NOT NULL,  -- hash of the text, the key of its vector
    -- Changes that the vector index has not seen; 0: none, -1: the embedder refused the text.
    waiting INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS documents_waiting ON documents (number) WHERE waiting > 0;
CREATE VIRTUAL TABLE IF NOT EXISTS inverted USING fts5 (
    words, names, tokenize = "unicode61 remove_diacritics 2 tokenchars '_'"
);
CREATE TABLE IF NOT EXISTS vectors (
    embedder TEXT NOT NULL,
    content TEXT NOT NULL,
    vector BLOB NOT NULL,  -- float32, little endian, of length 1
    PRIMARY KEY (embedder, content)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Database:
    """One connection for all threads, which take turns: SQLite before 3.51.3 can damage its
    write-ahead log when two connections write or checkpoint at once."""

    def __init__(self, path: Path) -> None:
        self._turn = threading.RLock()
        with _translated(path):
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_SCHEMA)
        self._path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Raises StorageFull, OperatorError."""
        with self._turn, _translated(self._path):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block ends. Raises StorageFull, OperatorError."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        with self._turn:
            self._connection.close()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        # Errors that Python itself raises, about a closed connection say, carry no code.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StorageFull(f"No space left for {path}.", hint="Free some disk.") from error
        raise OperatorError(f"The knowledge store {path} failed: {error}") from error
