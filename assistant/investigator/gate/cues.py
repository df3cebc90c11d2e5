"""Finds cue phrases in a text, whatever the inflection of their words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[a-z][a-z']*")
# Derived words mean something else than their stem: 'operational' is no operation.
_DERIVED = ("ly", "al", "ive", "able", "ible", "ful", "less", "ness", "ity", "ment")
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Cue:
    start: int
    end: int
    phrase: str


@lru_cache(maxsize=65536)
def inflected(word: str) -> str:
    """What the forms of a word have in common: 'caus' of 'causes', 'caused' and 'causing'."""
    return word if word.endswith((*_DERIVED, "'s")) else str(_stemmer.stemWord(word))


@lru_cache(maxsize=128)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """One alternation of literal phrases, longest first; ` * ` spans up to three words."""
    if not phrases:
        return None
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(map(_literal, ordered))})(?![\w'-])")


def _literal(phrase: str) -> str:
    return re.escape(phrase).replace(r"\ \*\ ", r" (?:\S+ ){0,3}").replace(r"\ ", " ")


@lru_cache(maxsize=256)
def _stemmed(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """The text by stems; where its pieces begin, and by how much that is before their places in
    the text itself."""
    pieces, starts, shifts = [], [0], [0]
    at = length = 0
    for match in _WORD.finditer(text):
        word = match[0]
        between = text[at : match.start()]
        pieces += [between, inflected(word)]
        length += len(between)
        starts.append(length)
        shifts.append(match.start() - length)
        length += len(pieces[-1])
        at = match.end()
        starts.append(length)
        shifts.append(at - length)
    return "".join((*pieces, text[at:])), tuple(starts), tuple(shifts)


@lru_cache(maxsize=64)
def _split(phrases: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Phrases by stems, and those that are meant in that very form: `ended=`."""
    exact = tuple(p.removesuffix("=") for p in phrases if p.endswith("="))
    return tuple({_stemmed(p)[0] for p in phrases if not p.endswith("=")}), exact


@lru_cache(maxsize=4096)
def cues(text: str, phrases: Sequence[str]) -> tuple[Cue, ...]:
    """Every place where one of the phrases stands, in order; the longest wins."""
    low = text.lower()
    stemmed, starts, shifts = _stemmed(low)

    def place(at: int) -> int:
        return at + shifts[bisect_right(starts, at) - 1]

    by_stem, exact = map(_pattern, _split(phrases))
    spans = [m.span() for m in exact.finditer(low)] if exact else []
    if by_stem:
        spans += [(place(m.start()), place(m.end())) for m in by_stem.finditer(stemmed)]
    return tuple(Cue(start, end, low[start:end]) for start, end in sorted(set(spans)))
