"""Small texts in memory, found by the words they share with a question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.domain.knowledge import Document, DocumentKind, Hit
from assistant.domain.window import TimeWindow

_WORD = re.compile(r"[a-z]+|[0-9]+")


class MemoryKnowledge:
    """Implements `domain.ports.Knowledge` with a lexical score alone: the share of the question's
    words, rare ones counting more, that a document contains."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def remember(self, documents: Sequence[Document]) -> None:
        for document in documents:
            known = self._documents.get(document.id)
            self._documents[document.id] = _widened(known, document) if known else document

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
        candidates = [
            d
            for d in self._documents.values()
            if (not kinds or d.kind in kinds)
            and (not services or d.service in services)
            and (not references or d.reference in references)
            and (window is None or (d.last_ns >= window.start_ns and d.first_ns < window.end_ns))
        ]
        words = {document.id: _words(document.text) for document in candidates}
        seen = Counter(word for found in words.values() for word in found)
        asked = {word: math.log(1 + len(words) / (1 + seen[word])) for word in _words(query)}
        hits = [_hit(document, asked, words[document.id]) for document in candidates]
        hits.sort(key=lambda hit: (-hit.score, hit.document.id))
        return hits[: max(limit, 0)]

    def ready(self) -> bool:
        return True

    def settle(self, timeout_s: float) -> bool:
        return True

    def close(self) -> None:
        self._documents.clear()


def _hit(document: Document, asked: dict[str, float], words: frozenset[str]) -> Hit:
    shared = sum(weight for word, weight in asked.items() if word in words)
    score = shared / sum(asked.values()) if asked else 0.0
    return Hit(document, score=score, lexical=score, semantic=None)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _widened(known: Document, again: Document) -> Document:
    first_ns = min(known.first_ns, again.first_ns)
    return replace(again, first_ns=first_ns, last_ns=max(known.last_ns, again.last_ns))
