"""Searches and embeddings of an investigation as spans; the background leaves none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.domain.knowledge import Document, DocumentKind, Hit
from assistant.domain.ports import Knowledge
from assistant.domain.window import TimeWindow
from assistant.llmops.instruments import Instruments
from assistant.llmops.retrieval import during_an_investigation, embedding, retrieving
from retrievers.knowledge.embedding import Embedder, Vectors

_SOURCE = "knowledge"


class TracedKnowledge:
    """A Knowledge whose searches are spans. `instruments` are fetched when the first is needed."""

    def __init__(self, knowledge: Knowledge, instruments: Callable[[], Instruments]) -> None:
        self._knowledge = knowledge
        self._instruments = instruments

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
        def found() -> Sequence[Hit]:
            return self._knowledge.search(
                query,
                kinds=kinds,
                services=services,
                window=window,
                references=references,
                limit=limit,
            )

        if not during_an_investigation():
            return found()
        with retrieving(self._instruments(), _SOURCE, limit):
            return found()

    def remember(self, documents: Sequence[Document]) -> None:
        self._knowledge.remember(documents)

    def ready(self) -> bool:
        return self._knowledge.ready()

    def settle(self, timeout_s: float) -> bool:
        return self._knowledge.settle(timeout_s)

    def close(self) -> None:
        self._knowledge.close()


class TracedEmbedder:
    """An Embedder whose work for a search is a span."""

    def __init__(self, embedder: Embedder, instruments: Callable[[], Instruments]) -> None:
        self._embedder = embedder
        self._instruments = instruments

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not during_an_investigation():
            return self._embedder.embed(texts)
        with embedding(self._instruments(), self.name, self.dimensions):
            return self._embedder.embed(texts)
