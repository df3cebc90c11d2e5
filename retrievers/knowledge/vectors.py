"""The vector index: a Chroma collection, embedded or on a server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.domain.errors import OperatorError
from assistant.domain.knowledge import Document
from retrievers.knowledge.embedding import Vector, Vectors
from retrievers.knowledge.filters import Filters, metadata


class VectorIndex:
    """Vectors of length 1 by document id. Opening it imports Chroma, which takes seconds."""

    def __init__(self, directory: Path, embedder: str, *, chroma_url: str = "") -> None:
        """Raises OperatorError when the directory or the server cannot be used."""
        with _translated(chroma_url or str(directory)):
            self._client = _server(chroma_url) if chroma_url else _embedded(directory)
            # Vectors of different models must never meet, so each model has its collection.
            name = hashlib.sha256(embedder.encode()).hexdigest()[:16]
            self._collection = self._client.get_or_create_collection(
                f"evidence-{name}",
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine"}},
            )
        self._where = chroma_url or str(directory)

    def count(self) -> int:
        with _translated(self._where):
            return int(self._collection.count())

    def put(self, documents: Sequence[Document], vectors: Vectors) -> None:
        with _translated(self._where):
            self._collection.upsert(
                ids=[document.id for document in documents],
                embeddings=vectors,
                metadatas=[metadata(document) for document in documents],
            )

    def nearest(self, vector: Vector, filters: Filters, limit: int) -> dict[str, float]:
        """Cosine similarity by document id, the closest first."""
        with _translated(self._where):
            answer = self._collection.query(
                query_embeddings=vector.reshape(1, -1),
                n_results=limit,
                where=filters.where(),
                include=["distances"],
            )
        distances: Any = answer["distances"]
        return {
            document: 1.0 - distance
            for document, distance in zip(answer["ids"][0], distances[0], strict=True)
        }

    def close(self) -> None:
        self._client.close()
        # Chroma leaves the connections to its server open, those of its inner client too.
        for client in (self._client, self._client._admin_client):
            if session := getattr(client._server, "_session", None):
                session.close()


def _embedded(directory: Path) -> Any:
    import chromadb

    directory.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(directory), settings=_quiet())


def _server(url: str) -> Any:
    import chromadb

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 8000),
        ssl=secure,
        settings=_quiet(),
    )


def _quiet() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


@contextmanager
def _translated(where: str) -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    # Chroma reports an unreachable server as ValueError and a damaged file as RuntimeError.
    except (ChromaError, httpx.HTTPError, ValueError, RuntimeError, OSError) as error:
        raise OperatorError(f"The vector index {where} failed: {error}") from error
