"""The labelled table and its arithmetic; the models themselves are measured by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.knowledge import Quality, bm25, cosine, pairs, reciprocal_rank_fusion
from retrievers.knowledge.hybrid import hybrid_score, lexical_score
from retrievers.knowledge.word_llama import WordLlama


def test_the_table_is_large_and_has_no_target_twice() -> None:
    table = pairs()
    assert len(table) >= 100
    assert {pair.by for pair in table} == {"meaning", "name"}
    assert len({pair.target.id for pair in table}) == len(table)


def test_quality_of_a_ranking() -> None:
    scores = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0]])  # ranks 1, 2, 3 (tie)
    quality = Quality.of(scores, np.full(3, True))
    assert quality.recall_1 == pytest.approx(1 / 3)
    assert quality.recall_10 == 1.0
    assert quality.mrr == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert quality.ndcg_10 == pytest.approx((1 + 1 / np.log2(3) + 1 / 2) / 3)


def test_the_hybrid_is_no_worse_than_either_side_and_better_than_fused_ranks() -> None:
    table = pairs()
    queries, targets = [pair.symptom for pair in table], [pair.target for pair in table]
    words, meaning = bm25(queries, targets), cosine(WordLlama(), queries, targets)
    hybrid = np.vectorize(lambda w, m: hybrid_score(lexical_score(w), m))(words, meaning)
    everything = np.full(len(table), True)

    def mrr(scores: np.ndarray) -> float:
        return Quality.of(scores, everything).mrr

    assert mrr(hybrid) > max(mrr(words), mrr(meaning))
    assert mrr(hybrid) > mrr(reciprocal_rank_fusion(words, meaning))
