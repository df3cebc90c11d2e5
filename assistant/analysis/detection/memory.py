"""The last values of a stream, as one array."""

from __future__ import annotations

import numpy as np

from assistant.domain.signals import Floats


class Memory:
    """Keeps the last `size` values; appending costs a constant time on average."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._room = size + max(size // 4, 16)  # the spare cells save a move per value
        self._cells: Floats = np.empty(min(self._room, 256))
        self._end = 0

    def append(self, value: float) -> None:
        if self._end == len(self._cells):
            kept = self.last(self._size).copy()
            if len(self._cells) < self._room:
                self._cells = np.empty(min(self._room, 2 * len(self._cells)))
            self._cells[: len(kept)] = kept
            self._end = len(kept)
        self._cells[self._end] = value
        self._end += 1

    def __len__(self) -> int:
        return min(self._end, self._size)

    def last(self, count: int) -> Floats:
        """The last `count` values or all there are, oldest first; a view until the next append."""
        return self._cells[max(self._end - min(count, self._size), 0) : self._end]
