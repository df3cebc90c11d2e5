"""Which embedding and which mix with words find the right hunk or template for a symptom.

    python -m benchmarks.knowledge [--cache DIRECTORY] [--markdown]

Prints recall@1, recall@10, MRR and nDCG@10 over `knowledge_pairs.toml`, all targets being each
other's distractors, and how many texts per second each model embeds. docs/adr/0002-embedding.md
holds a printed table and the decision.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.analysis.code.documents import hunk_documents, template_document
from assistant.domain.changes import Commit, Hunk, Line
from assistant.domain.knowledge import Document
from assistant.domain.signals import LogRecord, LogShape
from retrievers.knowledge.database import Database
from retrievers.knowledge.embedding import Embedder
from retrievers.knowledge.hybrid import hybrid_score, lexical_score
from retrievers.knowledge.lexicon import Lexicon, match_expression
from retrievers.knowledge.minilm import MiniLm
from retrievers.knowledge.word_llama import WordLlama

PAIRS = Path(__file__).with_name("knowledge_pairs.toml")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

Matrix = npt.NDArray[np.float64]  # one row a symptom, one column a target; higher is closer


@dataclass(frozen=True)
class Pair:
    symptom: str
    by: str  # 'meaning' or 'name'
    target: Document


@dataclass(frozen=True)
class Quality:
    recall_1: float
    recall_10: float
    mrr: float
    ndcg_10: float

    @classmethod
    def of(cls, scores: Matrix, rows: npt.NDArray[np.bool_]) -> Quality:
        """Row i is right about column i. A tie counts as if the target came last of it."""
        own = np.diag(scores)[:, None]
        ranks = (scores >= own).sum(axis=1)[rows]
        within = ranks <= 10
        return cls(
            recall_1=float((ranks == 1).mean()),
            recall_10=float(within.mean()),
            mrr=float((1 / ranks).mean()),
            ndcg_10=float(np.where(within, 1 / np.log2(ranks + 1), 0).mean()),
        )


def pairs() -> list[Pair]:
    entries = tomllib.loads(PAIRS.read_text())["pair"]
    return [
        Pair(entry["symptom"], entry["by"], _target(entry, number))
        for number, entry in enumerate(entries, 1)
    ]


def _target(entry: dict[str, Any], number: int) -> Document:
    if "template" in entry:
        return template_document(_shape(entry["service"], entry["template"]))
    lines = [Line(text[:1], 0, text[1:]) for text in entry["diff"].strip("\n").splitlines()]
    revision = f"{number:040x}"
    hunk = Hunk(revision, entry["path"], tuple(lines), symbol=entry.get("symbol", ""))
    commit = Commit("shop", revision, "Ada", NOON, NOON, entry["subject"], hunks=(hunk,))
    return hunk_documents(commit)[0]


def _shape(service: str, template: str) -> LogShape:
    exemplar = LogRecord(service, 0, template, shape=template)
    return LogShape(service, template, 17, np.zeros(1), 0, 1, 0, 0, exemplar)


def bm25(queries: Sequence[str], targets: Sequence[Document]) -> Matrix:
    """As the product computes it; 0 where nothing is in common."""
    with tempfile.TemporaryDirectory() as folder:
        lexicon = Lexicon(Database(Path(folder) / "words.sqlite3"))
        lexicon.remember(targets)
        ids = [target.id for target in targets]
        found = [lexicon.scores(match_expression(query), ids) for query in queries]
        lexicon.database.close()
    return np.array([[scores.get(each, 0.0) for each in ids] for scores in found])


def cosine(embedder: Embedder, queries: Sequence[str], targets: Sequence[Document]) -> Matrix:
    texts = [target.text for target in targets]
    return (embedder.embed(queries) @ embedder.embed(texts).T).astype(np.float64)


def reciprocal_rank_fusion(*rankings: Matrix) -> Matrix:
    """Equal weights, k = 60 (Cormack, Clarke & Buettcher, SIGIR 2009)."""
    ranks = [(-scores).argsort(axis=1, kind="stable").argsort(axis=1) + 1 for scores in rankings]
    return np.asarray(sum(1 / (60 + each) for each in ranks), dtype=np.float64)


def texts_per_second(embedder: Embedder, targets: Sequence[Document]) -> float:
    texts = [f"{target.text} {copy}" for copy in range(4) for target in targets]
    started = time.perf_counter()
    embedder.embed(texts)
    return len(texts) / (time.perf_counter() - started)


def contenders(cache: Path, table: Sequence[Pair]) -> Iterator[tuple[str, Matrix, float | None]]:
    """(name, scores, texts per second where a model is measured)."""
    queries, targets = [pair.symptom for pair in table], [pair.target for pair in table]
    words = bm25(queries, targets)
    yield "BM25", words, None
    mix: Callable[..., Matrix] = np.vectorize(
        lambda lexical, semantic: hybrid_score(lexical_score(lexical), semantic)
    )
    for embedder in (WordLlama(), MiniLm(cache, precision="fp32"), MiniLm(cache)):
        meaning = cosine(embedder, queries, targets)
        yield embedder.name, meaning, texts_per_second(embedder, targets)
        yield f"{embedder.name}, RRF with BM25", reciprocal_rank_fusion(meaning, words), None
        yield f"{embedder.name}, hybrid", mix(words, meaning), None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, help="folder of the converted model")
    arguments = parser.parse_args()
    table = pairs()
    by_name = np.array([pair.by == "name" for pair in table])
    print(f"{len(table)} pairs: {(~by_name).sum()} by meaning, {by_name.sum()} by name\n")
    print("| | R@1 | R@10 | MRR | nDCG@10 | MRR by meaning | MRR by name | texts/s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, scores, speed in contenders(arguments.cache or Path(folder), table):
            whole = Quality.of(scores, np.full(len(table), True))
            parts = [Quality.of(scores, rows).mrr for rows in (~by_name, by_name)]
            figures = [whole.recall_1, whole.recall_10, whole.mrr, whole.ndcg_10, *parts]
            cells = [f"{figure:.3f}" for figure in figures] + [f"{speed:,.0f}" if speed else ""]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
