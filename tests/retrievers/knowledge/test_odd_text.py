"""Questions and documents are data: nothing in them is read as a query language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrievers.knowledge.lexicon import match_expression
from tests.retrievers.knowledge.conftest import Opens, hunk

ODD = [
    '"unbalanced',
    "a AND OR NOT NEAR(b, 2)",
    "words : pool",
    "pool* ^cache -retry +clock",
    "'; DROP TABLE documents; --",
    "(((((",
    "nul \0 inside",
    "lone surrogate \ud800 here",
    "кэш промахнулся",
    "接続プールが枯渇しました",
    "e\u0301te\u0301 \u202e\u200b",
    "😀🏳️‍🌈",
    "_ __ ___",
    "x" * 100_000,
    "a.b" * 20_000,
    "retry " * 20_000,
]


def test_the_match_expression_quotes_every_token() -> None:
    assert match_expression('Pool.maxSize NOT "x*') == (
        'names : ("pool_max_size" OR "max_size") OR '
        'words : ("pool" OR "max" OR "size" OR "not" OR "x")'
    )
    assert match_expression("!? ...") == ""


def test_odd_texts_are_kept_and_odd_questions_answered(opened: Opens) -> None:
    store = opened()
    store.remember([hunk(text) for text in ODD])
    for ready in (False, True):
        if ready:
            assert store.settle(60)
        for text in ODD:
            assert len(store.search(text)) <= 10
    assert len(store.search("pool", limit=100)) == len(ODD)


@pytest.mark.parametrize("nothing", ["", " ", "\n\t\u2003"])
def test_a_blank_question_finds_nothing(opened: Opens, nothing: str) -> None:
    store = opened()
    store.remember([hunk("pool of four")])
    assert store.settle(60)
    assert store.search(nothing) == []


def test_words_in_other_scripts_are_found(opened: Opens) -> None:
    store = opened()
    store.remember([hunk("Кэш промахнулся дважды"), hunk("Schlüssel läuft ab")])
    assert store.search("кэш")[0].document.id == "Кэш промахнулся дважды"
    assert store.search("LÄUFT")[0].document.id == "Schlüssel läuft ab"


@pytest.mark.shared
def test_naughty_strings(opened: Opens, shared_data: Path) -> None:
    naughty = json.loads((shared_data / "attacks" / "blns" / "blns.json").read_text())
    store = opened()
    store.remember([hunk(text, id=f"n{n}", service=text) for n, text in enumerate(naughty)])
    assert store.settle(60)
    for text in naughty:
        assert len(store.search(text)) <= 10
        found = store.search("pool", services=[text])
        assert {hit.document.text for hit in found} == {text}
