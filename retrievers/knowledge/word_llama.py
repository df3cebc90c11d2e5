"""WordLlama: token vectors averaged, without attention. Small and fast, and finds less."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from retrievers.knowledge.embedding import Vectors, unit_rows


class WordLlama:
    """Sentence embeddings of 256 dimensions from the weights inside the package `wordllama`."""

    name = "wordllama-l2-256"
    dimensions = 256

    def __init__(self) -> None:
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._loading:  # also while embedding: the tokenizer's padding is shared state
            return unit_rows(self._model.embed(list(texts)).reshape(len(texts), self.dimensions))

    @cached_property
    def _model(self) -> Any:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        import wordllama

        # Importing it configures the root logger; that is not a library's to decide.
        root.handlers[:], root.level = handlers, level
        folder = Path(str(wordllama.__file__)).parent
        return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
