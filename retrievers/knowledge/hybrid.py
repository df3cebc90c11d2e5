"""One score from meaning and words (measured in docs/adr/0002-embedding.md)."""

from __future__ import annotations

LEXICAL_WEIGHT = 0.4
_HALF = 20.0  # the BM25 that counts as half a match; a shared identifier brings about as much


def lexical_score(bm25: float) -> float:
    """BM25 has no upper bound; this maps it to 0..1 without asking what else was found."""
    return bm25 / (bm25 + _HALF)


def hybrid_score(lexical: float, semantic: float) -> float:
    """Mostly the meaning, a little the words. A sum of scores rather than of ranks: reciprocal
    rank fusion lets a poor lexical list push a sure semantic hit down."""
    return (max(semantic, 0.0) + LEXICAL_WEIGHT * lexical) / (1 + LEXICAL_WEIGHT)
