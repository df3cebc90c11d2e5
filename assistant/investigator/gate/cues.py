"""Finds cue phrases in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Cue:
    start: int
    end: int
    phrase: str


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One alternation of literal phrases, longest first; `*` ends a word or, between blanks, spans
    up to three words."""
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(map(_literal, ordered))})(?![\w'-])")


def _literal(phrase: str) -> str:
    escaped = re.escape(phrase).replace(r"\ \*\ ", r" (?:\S+ ){0,3}").replace(r"\*", r"\w*")
    return escaped.replace(r"\ ", " ")


@lru_cache(maxsize=2048)
def cues(text: str, phrases: Sequence[str]) -> tuple[Cue, ...]:
    """Every place where one of the phrases stands, in order; the longest wins."""
    return tuple(
        Cue(m.start(), m.end(), m[0]) for m in _pattern(tuple(phrases)).finditer(text.lower())
    )
