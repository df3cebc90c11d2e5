"""Found by words at once, by meaning soon after, and never embedded twice."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.domain.errors import Overloaded, StoreInUse
from assistant.domain.knowledge import DocumentKind
from retrievers.knowledge import ChromaKnowledge
from tests.builders import a_window, at_ns
from tests.retrievers.knowledge.conftest import Opens, Topics, hunk


def found(store: ChromaKnowledge, query: str) -> list[str]:
    return [hit.document.id for hit in store.search(query)]


def test_until_the_model_is_there_words_alone_answer(opened: Opens, topics: Topics) -> None:
    topics.open.clear()  # the model is still loading
    store = opened()
    store.remember([hunk("pool of four"), hunk("cache for a day")])

    (hit,) = store.search("which pool?")
    assert (hit.document.id, hit.semantic) == ("pool of four", None)
    assert hit.score == hit.lexical > 0
    assert not store.ready()
    assert not store.settle(0.01)

    topics.open.set()
    assert store.settle(60)
    hits = store.search("which pool?")
    assert hits[0].document.id == "pool of four"
    assert hits[0].semantic == pytest.approx(1.0)


def test_whoever_never_searches_loads_no_model(opened: Opens, topics: Topics) -> None:
    opened().close()
    assert topics.seen == []


def test_meaning_finds_what_shares_no_word(opened: Opens) -> None:
    store = opened()
    store.remember([hunk("pool of four"), hunk("cache for a day"), hunk("certificate of a day")])
    assert store.settle(60)
    hit = store.search("tls is broken")[0]
    assert (hit.document.id, hit.lexical) == ("certificate of a day", 0.0)


def test_a_text_is_embedded_once_whoever_says_it_and_however_often(
    opened: Opens, topics: Topics
) -> None:
    store = opened()
    for service in ("cart", "checkout", "cart"):
        store.remember([hunk("retry at once", id=service, service=service)])
    assert store.settle(60)
    store.close()
    again = opened()
    again.remember([hunk("retry at once", id="orders"), hunk("retry at once", id="cart")])
    assert again.settle(60)
    assert topics.seen.count("retry at once") == 1
    assert sorted(found(again, "retry")) == ["cart", "checkout", "orders"]


def test_new_times_reach_the_vector_index(opened: Opens) -> None:
    store = opened()
    for minutes in (0, 600):  # ten hours later
        at = at_ns(minutes)
        store.remember([hunk("pool is empty", first_ns=at, last_ns=at)])
        assert store.settle(60)
    hits = store.search("connections", window=a_window(540, 660))
    assert [(hit.document.id, hit.lexical) for hit in hits] == [("pool is empty", 0.0)]
    assert store.search("connections", window=a_window(660, 720)) == []


def test_filters_hold_for_the_semantic_side_too(opened: Opens) -> None:
    store = opened()
    for service in ("cart", "orders"):
        store.remember([hunk(f"pool {service}", service=service, reference=f"r-{service}")])
    store.remember([hunk("pool template", kind=DocumentKind.LOG_TEMPLATE)])
    assert store.settle(60)
    query = "connections"
    assert [h.document.id for h in store.search(query, services=["cart"])] == ["pool cart"]
    assert [h.document.id for h in store.search(query, references=["r-orders"])] == ["pool orders"]
    kinds = [DocumentKind.LOG_TEMPLATE]
    assert [h.document.id for h in store.search(query, kinds=kinds)] == ["pool template"]
    assert store.search(query, kinds=[DocumentKind.RUNBOOK]) == []


def test_a_lost_vector_index_is_rebuilt_without_embedding(
    opened: Opens, topics: Topics, tmp_path: Path
) -> None:
    store = opened()
    store.remember([hunk("pool of four"), hunk("cache for a day")])
    assert store.settle(60)
    store.close()
    shutil.rmtree(tmp_path / "store" / "chroma")

    again = opened()
    assert again.settle(60)
    assert found(again, "connections")[0] == "pool of four"
    assert topics.seen.count("pool of four") == 1


def test_another_model_embeds_everything_anew(opened: Opens) -> None:
    store = opened()
    store.remember([hunk("pool of four")])
    assert store.settle(60)
    store.close()

    class Others(Topics):
        name = "others"

    others = Others()
    again = opened(others)
    assert again.settle(60)
    assert "pool of four" in others.seen
    assert found(again, "connections") == ["pool of four"]


def test_a_refused_text_is_set_aside_and_holds_up_no_other(opened: Opens, topics: Topics) -> None:
    topics.refused = "poison"
    store = opened()
    store.remember([hunk("pool of four"), hunk("poison in the cache"), hunk("retry at once")])
    assert store.settle(60)
    semantic = {hit.document.id: hit.semantic for hit in store.search("pool cache retry")}
    assert semantic.keys() == {"pool of four", "poison in the cache", "retry at once"}
    assert [text for text, closeness in semantic.items() if closeness is None] == [
        "poison in the cache"
    ]


def test_a_model_that_fails_for_a_while_is_asked_again(opened: Opens, topics: Topics) -> None:
    topics.failures = [Overloaded("later")]
    store = opened()
    store.remember([hunk("pool of four")])
    assert store.settle(60)
    assert found(store, "connections") == ["pool of four"]


def test_a_search_whose_question_cannot_be_embedded_goes_by_words(
    opened: Opens, topics: Topics
) -> None:
    store = opened()
    store.remember([hunk("pool of four")])
    assert store.settle(60)
    topics.failures = [Overloaded("later")]
    (hit,) = store.search("pool")
    assert hit.semantic is None


def test_searching_while_remembering(opened: Opens) -> None:
    store = opened()
    stop = threading.Event()

    def search_until_stopped() -> int:
        searches = 0
        while not stop.is_set() or searches == 0:
            hits = store.search("pool and cache", limit=5)
            assert len(hits) <= 5
            searches += 1
        return searches

    with ThreadPoolExecutor(6) as threads:
        searching = [threads.submit(search_until_stopped) for _ in range(3)]
        writing = [
            threads.submit(
                store.remember, [hunk(f"pool {writer} cache {n + start}") for n in range(20)]
            )
            for writer in range(3)
            for start in range(0, 100, 20)
        ]
        for future in writing:
            future.result()
        stop.set()
        assert all(future.result() > 0 for future in searching)
    assert store.settle(60)
    assert len(store.search("pool", limit=1000)) == 300


def test_a_second_owner_gets_a_clear_error(opened: Opens) -> None:
    opened()
    with pytest.raises(StoreInUse, match="Another process has the knowledge store"):
        opened()
