"""Words of code and of telemetry, made comparable: identifiers split, stems cut, noise dropped."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])|[A-Za-z]+")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[.\-][A-Za-z_][A-Za-z0-9_]*)*")

# Words that every language, log line or commit has: they tell nothing about one failure.
_NOISE = frozenset(
    """a an and any are as at be been but by can did do does for from had has have if in into is it
    its more no not of off on or our out per so some that the their then there this to too under up
    use used uses using was we were when which while will with you
    if else elif for while return def func function class struct type var let const int str string
    bool true false nil none null self this import from package public private static void new
    async await try except catch finally raise throw pass break continue range len print fmt ctx
    context err error errors failed fail failure fails exception warning warn info debug
    service services svc app server client request requests response call calls called handler
    handle path get set add added update updated remove removed fix fixed chore feat refactor docs
    test tests the value values name names data time times num number count id ids key""".split()
)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The English Snowball stem (Porter 2001), lower case."""
    return str(_stemmer().stemWord(word.lower()))


@cache
def _stemmer() -> Any:
    # It imports its 30 languages: a quarter of a second before the first step of an answer.
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=16384)
def words(text: str) -> tuple[str, ...]:
    """Stems of the words of a text; `maxConnIdle` and `max_conn_idle` give the same three."""
    return tuple(stem(w) for w in _WORD.findall(text) if len(w) > 1)


def telling_words(text: str) -> list[str]:
    """`words` without those that tell nothing about one failure."""
    noise = _noise()
    return [w for w in words(text) if w not in noise and len(w) > 2]


@cache
def _noise() -> frozenset[str]:
    return _NOISE | {stem(w) for w in _NOISE}


@lru_cache(maxsize=16384)
def identifiers(text: str) -> frozenset[str]:
    """Compound identifiers as written (snake, camel, dotted, dashed), lower case: these match
    exactly or not at all, so one in common says much."""
    found = (i for i in _IDENTIFIER.findall(text) if _is_compound(i))
    return frozenset(i.lower() for i in found)


def _is_compound(identifier: str) -> bool:
    return len(identifier) > 5 and len(_WORD.findall(identifier)) > 1


def inverse_document_frequency(documents: Sequence[Iterable[str]]) -> dict[str, float]:
    """Robertson & Spärck Jones weights, never negative: ln(1 + (N - n + .5) / (n + .5))."""
    total = len(documents)
    seen = Counter(term for document in documents for term in set(document))
    return {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in seen.items()}


def overlap(query: Mapping[str, float], document: Iterable[str], idf: Mapping[str, float]) -> float:
    """How much of a weighted query a document covers, by IDF: 0 (nothing) to 1 (all of it)."""
    terms = set(document)
    rarest = max(idf.values(), default=1.0)
    total = sum(weight * idf.get(t, rarest) for t, weight in query.items())
    if not total:
        return 0.0
    return sum(weight * idf.get(t, rarest) for t, weight in query.items() if t in terms) / total
