"""The contract of Knowledge: small texts found by a question, within filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.knowledge import Document, DocumentKind
from assistant.domain.ports import Knowledge
from retrievers.knowledge import ChromaKnowledge
from retrievers.knowledge.word_llama import WordLlama
from retrievers.memory import MemoryKnowledge
from tests.builders import a_window, at_ns

KNOWLEDGE: dict[str, Callable[[Path], Knowledge]] = {
    "memory": lambda folder: MemoryKnowledge(),
    "chroma": lambda folder: ChromaKnowledge(folder, WordLlama()),
}


@pytest.fixture(params=KNOWLEDGE)
def knowledge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Knowledge]:
    store = KNOWLEDGE[request.param](tmp_path)
    yield store
    store.close()


def a_document(text: str, **changes: Any) -> Document:
    values: dict[str, Any] = {
        "id": text,
        "kind": DocumentKind.HUNK,
        "text": text,
        "service": "checkout",
        "first_ns": at_ns(-30),
        "last_ns": at_ns(-20),
        "reference": "c0ffee",
    }
    return Document(**(values | changes))


POOL = a_document("connection pool size lowered from forty to four")
CACHE = a_document("cache keys without a lifetime", kind=DocumentKind.LOG_TEMPLATE, service="cart")
RETRY = a_document("retry without any pause", first_ns=at_ns(5), last_ns=at_ns(9), reference="bea7")
EVERYTHING = (POOL, CACHE, RETRY)


def texts(knowledge: Knowledge, query: str, **filters: Any) -> list[str]:
    return [hit.document.text for hit in knowledge.search(query, **filters)]


def test_an_empty_store_answers_nothing(knowledge: Knowledge) -> None:
    assert list(knowledge.search("connection pool")) == []


def test_what_is_remembered_is_found_at_once(knowledge: Knowledge) -> None:
    knowledge.remember(EVERYTHING)
    assert texts(knowledge, "connection pool")[0] == POOL.text


def test_the_closest_comes_first_and_scores_are_between_0_and_1(knowledge: Knowledge) -> None:
    knowledge.remember(EVERYTHING)
    assert knowledge.settle(60)
    assert knowledge.ready()
    hits = knowledge.search("cache lifetime")
    assert hits[0].document == CACHE
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kinds": [DocumentKind.LOG_TEMPLATE]}, {CACHE}),
        ({"kinds": [DocumentKind.LOG_TEMPLATE, DocumentKind.HUNK]}, {POOL, CACHE, RETRY}),
        ({"services": ["cart", "somewhere"]}, {CACHE}),
        ({"references": ["bea7"]}, {RETRY}),
        ({"services": ["checkout"], "references": ["c0ffee"]}, {POOL}),
        ({"services": ["nowhere"]}, set()),
        # Half open: last_ns may equal the start, first_ns may not equal the end.
        ({"window": a_window(-20, 5)}, {POOL, CACHE}),
        ({"window": a_window(-19, 6)}, {RETRY}),
        ({"window": a_window(-40, -30)}, set()),
        ({"window": a_window(-60, 60), "services": ["checkout"]}, {POOL, RETRY}),
    ],
)
def test_filters(knowledge: Knowledge, filters: dict[str, Any], expected: set[Document]) -> None:
    knowledge.remember(EVERYTHING)
    assert knowledge.settle(60)
    query = "connection pool, cache lifetime, retry pause"
    assert set(texts(knowledge, query, **filters)) == {each.text for each in expected}


def test_at_most_limit(knowledge: Knowledge) -> None:
    knowledge.remember([a_document(f"retry number {n}") for n in range(30)])
    assert len(texts(knowledge, "retry")) == 10
    assert len(texts(knowledge, "retry", limit=3)) == 3
    assert texts(knowledge, "retry", limit=0) == []


def test_remembering_again_changes_only_the_times(knowledge: Knowledge) -> None:
    for first, last in ((-30, -20), (-25, 7), (-40, -35)):
        knowledge.remember([replace(POOL, first_ns=at_ns(first), last_ns=at_ns(last))])
    assert knowledge.settle(60)
    (hit,) = knowledge.search("connection pool")
    assert hit.document == replace(POOL, first_ns=at_ns(-40), last_ns=at_ns(7))


def test_searches_and_remembering_may_overlap(knowledge: Knowledge) -> None:
    batches = [[a_document(f"retry number {n}") for n in range(b, b + 10)] for b in (0, 10, 20)]
    with ThreadPoolExecutor(6) as threads:
        writing = [threads.submit(knowledge.remember, batch) for batch in batches]
        searching = [threads.submit(texts, knowledge, "retry", limit=50) for _ in range(30)]
        for write in writing:
            write.result()
        everything = {each.text for batch in batches for each in batch}
        assert all(set(search.result()) <= everything for search in searching)
    assert set(texts(knowledge, "retry", limit=50)) == everything
