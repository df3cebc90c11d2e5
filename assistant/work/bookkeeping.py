"""The ledger, off the path of whoever calls a model: a database waits for its disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from assistant.domain.ports import Ledger
from assistant.domain.usage import ModelCall, Score
from assistant.llmops.changed import ChangeWatch
from assistant.work.background import Background

logger = logging.getLogger(__name__)

_QUEUED = 10_000
_SETTLE_S = 10.0


class Bookkeeper:
    """Takes rows at once and writes them in order. `failed` is told of each row that could not be
    kept; the log says why."""

    def __init__(self, ledger: Ledger, watch: ChangeWatch, failed: Callable[[], None]) -> None:
        self._ledger = ledger
        self._watch = watch
        self._failed = failed
        self._work: Background[ModelCall | Sequence[Score]] = Background(
            "ledger", self._write, capacity=_QUEUED
        )

    def record(self, call: ModelCall) -> None:
        if not self._work.offer(call):
            self._failed()

    def judge(self, scores: Sequence[Score]) -> None:
        if not self._work.offer(scores):
            self._failed()

    def settle(self) -> None:
        """Everything taken so far is durable on return, unless it failed or the disk stalls."""
        self._work.settle(_SETTLE_S)

    def close(self) -> None:
        self.settle()
        self._work.close()

    def _write(self, told: ModelCall | Sequence[Score]) -> None:
        try:
            if isinstance(told, ModelCall):
                self._noticed(told)
                self._ledger.record(told)
            else:
                self._ledger.judge(told)
        except Exception:
            self._failed()
            raise

    def _noticed(self, call: ModelCall) -> None:
        """What was spent is kept also where it cannot be told that a prompt or a model changed."""
        try:
            self._watch.saw(call)
        except Exception:
            logger.exception("It cannot be told whether a prompt or a model has changed")
