"""Embedders that tests can count, slow down and break; stores in a folder of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.domain.errors import CausewayError, InvalidPayload
from assistant.domain.knowledge import Document, DocumentKind
from retrievers.knowledge import ChromaKnowledge
from retrievers.knowledge.embedding import Embedder, Vectors, unit_rows

TOPICS = ("pool", "cache", "certificate", "memory", "retry", "clock")
# Words that mean a topic without naming it.
MEANS = {"connections": "pool", "redis": "cache", "tls": "certificate", "heap": "memory"}


class Topics:
    """An embedder whose meaning is plain: one dimension a topic. Counts each text."""

    name = "topics"
    dimensions = len(TOPICS) + 1

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.open = threading.Event()
        self.open.set()
        self.failures: list[CausewayError] = []
        self.refused: str | None = None  # a text that contains it is refused for good

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.open.wait()
        if self.failures:
            raise self.failures.pop()
        if self.refused and any(self.refused in text for text in texts):
            raise InvalidPayload("one of the texts is refused")
        self.seen += texts
        return unit_rows([self._vector(text.lower()) for text in texts])

    def _vector(self, text: str) -> list[float]:
        text += "".join(f" {topic}" for word, topic in MEANS.items() if word in text)
        return [float(topic in text) for topic in TOPICS] + [0.1]


@pytest.fixture
def topics() -> Topics:
    return Topics()


Opens = Callable[..., ChromaKnowledge]


@pytest.fixture
def opened(tmp_path: Path, topics: Topics) -> Iterator[Opens]:
    """Opens the store of this test; whatever is still open at the end is closed."""
    stores: list[ChromaKnowledge] = []

    def open_(embedder: Embedder = topics, chroma_url: str = "") -> ChromaKnowledge:
        stores.append(ChromaKnowledge(tmp_path / "store", embedder, chroma_url=chroma_url))
        return stores[-1]

    yield open_
    topics.open.set()
    for store in stores:
        store.close()


def hunk(text: str, **changes: object) -> Document:
    values: dict[str, object] = {"id": text, "kind": DocumentKind.HUNK, "text": text}
    return Document(**(values | changes))  # type: ignore[arg-type]


def near(first: Vectors, second: Vectors) -> float:
    """The mean cosine of rows that belong together."""
    return float(np.mean(np.sum(first * second, axis=1)))
