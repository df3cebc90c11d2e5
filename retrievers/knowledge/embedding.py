"""What an embedder is, and the vectors it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]  # shape (dimensions,)
Vectors: TypeAlias = npt.NDArray[np.float32]  # shape (texts, dimensions)


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product says how close they are in meaning."""

    @property
    def name(self) -> str:
        """Model and variant; vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), rows of length 1. Safe to call from several threads;
        slow imports and loading happen at the first call. Raises InvalidPayload when a text is
        refused for good, any other CausewayError when trying again later may help."""
        ...


def unit_rows(vectors: npt.ArrayLike) -> Vectors:
    """Rows scaled to length 1; a row of zeros (a text without any known token) stays zero."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
