"""The knowledge store: texts found by their words at once, and by their meaning soon after."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from filelock import FileLock, Timeout

from assistant.domain.errors import CausewayError, StoreInUse
from assistant.domain.knowledge import Document, DocumentKind, Hit
from assistant.domain.window import TimeWindow
from retrievers.knowledge.backlog import Backlog
from retrievers.knowledge.database import Database
from retrievers.knowledge.embedding import Embedder
from retrievers.knowledge.filters import Filters
from retrievers.knowledge.hybrid import hybrid_score, lexical_score
from retrievers.knowledge.indexer import Indexer
from retrievers.knowledge.lexicon import Lexicon, match_expression
from retrievers.knowledge.vectors import VectorIndex

_CANDIDATES = 50  # of each side, at least
_QUERY_CHARS = 2000

logger = logging.getLogger(__name__)


class ChromaKnowledge:
    """Implements `domain.ports.Knowledge` over SQLite FTS5 and Chroma.

    Opening takes milliseconds: Chroma and the model load in a background thread from the first
    call of any method on, and until they are there `search` answers by words alone (`Hit.semantic`
    is None, `ready()` False)."""

    def __init__(self, directory: Path, embedder: Embedder, *, chroma_url: str = "") -> None:
        """`chroma_url` names a Chroma server; else Chroma lives in the directory.
        Raises StoreInUse, StorageFull, OperatorError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = _owned(directory)
        self._embedder = embedder
        self._database = Database(directory / "knowledge.sqlite3")
        self._lexicon = Lexicon(self._database)
        self._backlog = Backlog(self._database, embedder.name)
        self._backlog.open()
        self._indexer = Indexer(
            self._backlog,
            embedder,
            lambda: VectorIndex(directory / "chroma", embedder.name, chroma_url=chroma_url),
        )

    def remember(self, documents: Sequence[Document]) -> None:
        if documents:
            self._lexicon.remember(_storable(document) for document in documents)
            self._indexer.begin()

    def search(
        self,
        query: str,
        *,
        kinds: Sequence[DocumentKind] = (),
        services: Sequence[str] = (),
        window: TimeWindow | None = None,
        references: Sequence[str] = (),
        limit: int = 10,
    ) -> Sequence[Hit]:
        self._indexer.begin()
        query = _unicode(query)[:_QUERY_CHARS]
        if limit < 1 or not query.strip():
            return []
        filters = Filters(
            kinds,
            [_unicode(each) for each in services],
            window,
            [_unicode(each) for each in references],
        )
        depth = max(_CANDIDATES, 4 * limit)
        expression = match_expression(query)
        lexical = self._lexicon.best(expression, filters, depth)
        semantic = self._semantic(query, filters, depth, lexical)
        missing = semantic.keys() - lexical.keys()
        if missing:
            lexical |= self._lexicon.scores(expression, missing)
        documents = self._lexicon.documents(lexical.keys() | semantic.keys(), filters)
        hits = _ranked(documents, lexical, semantic)
        return hits[:limit]

    def ready(self) -> bool:
        self._indexer.begin()
        return self._indexer.ready()

    def settle(self, timeout_s: float) -> bool:
        self._indexer.begin()
        return self._indexer.settle(timeout_s)

    def close(self) -> None:
        self._indexer.close()
        self._database.close()
        self._lock.release()

    def _semantic(
        self, query: str, filters: Filters, depth: int, lexical: Mapping[str, float]
    ) -> dict[str, float]:
        """Cosine similarity of the nearest documents and of those found by their words."""
        index = self._indexer.index
        if index is None:
            return {}
        try:
            vector = self._embedder.embed([query])[0]
            nearest = index.nearest(vector, filters, depth)
        except CausewayError as error:
            logger.warning("This search goes by words alone: %s", error)
            return {}
        vectors = self._backlog.of_documents(lexical.keys() - nearest.keys())
        return nearest | {each: float(vector @ other) for each, other in vectors.items()}


def _ranked(
    documents: Mapping[str, Document], lexical: Mapping[str, float], semantic: Mapping[str, float]
) -> list[Hit]:
    """By score, then id. A text whose embedding still waits counts as close as the average."""
    usual = fmean(semantic.values()) if semantic else None
    hits = []
    for key, document in documents.items():
        words = lexical_score(lexical.get(key, 0.0))
        meaning = semantic.get(key, usual)
        score = words if meaning is None else hybrid_score(words, meaning)
        hits.append(Hit(document, score, words, semantic.get(key)))
    return sorted(hits, key=lambda hit: (-hit.score, hit.document.id))


def _owned(directory: Path) -> FileLock:
    """Two processes on one Chroma path damage it without an error, hence the lock."""
    lock = FileLock(directory / "owner.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreInUse(
            f"Another process has the knowledge store {directory} open.",
            hint="Talk to the running `causeway serve`, or stop it.",
        ) from error
    return lock


def _storable(document: Document) -> Document:
    return replace(
        document,
        id=_unicode(document.id),
        text=_unicode(document.text),
        service=_unicode(document.service),
        reference=_unicode(document.reference),
        path=_unicode(document.path),
    )


def _unicode(text: str) -> str:
    """Without lone surrogates, which no encoding can write, and without NUL, at which SQLite's
    JSON functions stop reading."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
