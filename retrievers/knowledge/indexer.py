"""The thread that embeds what was remembered, off the path of whoever remembers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import numpy as np

from assistant.domain.errors import CausewayError, InvalidPayload
from retrievers.knowledge.backlog import Backlog, Waiting
from retrievers.knowledge.embedding import Embedder, Vector
from retrievers.knowledge.vectors import VectorIndex

_BATCH = 64  # small, so that closing and the first answers by meaning come soon
_LONGEST_PAUSE_S = 60.0

logger = logging.getLogger(__name__)


class Indexer:
    """Once begun, opens the vector index, then works through the backlog whenever there is one. A
    failure is logged and tried again after a pause that doubles; the search stays lexical
    meanwhile."""

    def __init__(
        self, backlog: Backlog, embedder: Embedder, open_index: Callable[[], VectorIndex]
    ) -> None:
        self.index: VectorIndex | None = None
        self._backlog = backlog
        self._embedder = embedder
        self._open_index = open_index
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="knowledge-indexer", daemon=True)

    def begin(self) -> None:
        """Start if it has not, or tell that there is something new. Not at the opening: loading
        takes seconds of a processor that whoever never searches should not wait for."""
        with self._changed:
            if self._thread.ident is None and not self._stopping:
                self._thread.start()
            self._changed.notify_all()

    def ready(self) -> bool:
        return self.index is not None and self._backlog.empty()

    def settle(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(self.ready, timeout_s)

    def close(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()
        if self.index is not None:
            self.index.close()

    def _run(self) -> None:
        pause_s = 1.0
        while not self._stopping:
            try:
                self._step()
                pause_s = 1.0
            except CausewayError as error:
                logger.warning("Search by meaning waits: %s %s", error, error.hint)
                self._pause(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            except Exception:  # the edge of the thread: record, never die silently
                logger.exception("Search by meaning waits for an unexpected failure")
                self._pause(_LONGEST_PAUSE_S)

    def _step(self) -> None:
        if self.index is None:
            self._embedder.embed(["ready?"])  # loads the model before anyone has to wait for it
            index = self._open_index()
            if index.count() < self._backlog.indexed():
                self._backlog.restart()
            self.index = index
        batch = self._backlog.next(_BATCH)
        if batch:
            self._learn(self.index, batch)
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopping or not self._backlog.empty())

    def _learn(self, index: VectorIndex, batch: Sequence[Waiting]) -> None:
        texts = {each.content: each.document.text for each in batch}
        vectors = self._backlog.known(texts)
        missing = {content: text for content, text in texts.items() if content not in vectors}
        if missing:
            vectors |= self._embedded(missing)
        learnt = [each for each in batch if each.content in vectors]
        if learnt:
            index.put(
                [each.document for each in learnt],
                np.stack([vectors[each.content] for each in learnt]),
            )
        self._backlog.done(learnt)

    def _embedded(self, texts: dict[str, str]) -> dict[str, Vector]:
        """Vectors by hash of the text. A text that the embedder refuses is found by halving,
        set aside, and holds up no other."""
        contents = list(texts)
        try:
            vectors = self._embedder.embed(list(texts.values()))
        except InvalidPayload as error:
            if len(contents) == 1:
                logger.warning("A text stays without its meaning: %s", error)
                self._backlog.refuse(contents[0])
                return {}
            half = len(contents) // 2
            parts = contents[:half], contents[half:]
            first, second = ({content: texts[content] for content in part} for part in parts)
            return self._embedded(first) | self._embedded(second)
        self._backlog.keep(contents, vectors)
        return dict(zip(contents, vectors, strict=True))

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)
