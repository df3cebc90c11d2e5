"""Model calls and scores in memory."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain.usage import ModelCall, QualityRow, Score, SpendRow, Usage
from assistant.domain.window import TimeWindow
from retrievers import spending


class MemoryLedger:
    """Implements `domain.ports.Ledger`."""

    def __init__(self) -> None:
        self._calls: dict[str, ModelCall] = {}
        self._scores: list[Score] = []

    def record(self, call: ModelCall) -> None:
        self._calls.setdefault(call.id, call)

    def judge(self, scores: Sequence[Score]) -> None:
        self._scores.extend(scores)

    def calls(self, window: TimeWindow, *, investigation: str = "") -> Sequence[ModelCall]:
        found = [
            call
            for call in list(self._calls.values())
            if call.at in window and investigation in ("", call.context.investigation)
        ]
        return sorted(found, key=lambda call: (call.at, call.id))

    def scores(self, window: TimeWindow, *, investigation: str = "") -> Sequence[Score]:
        found = [
            score
            for score in list(self._scores)
            if score.at in window and investigation in ("", score.context.investigation)
        ]
        return sorted(found, key=lambda score: score.at)

    def latest(self, step: str, prompt: str) -> ModelCall | None:
        found = [
            call
            for call in list(self._calls.values())
            if call.attempt == 1 and call.context.step == step
            if call.context.prompt and call.context.prompt.name == prompt
        ]
        return max(found, key=lambda call: (call.at, call.id), default=None)

    def spent(self, window: TimeWindow, *, user: str | None = None) -> Usage:
        return Usage.of(call for call in self.calls(window) if user in (None, call.context.user))

    def spending(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[SpendRow]:
        return spending.spending(self.calls(window), by)

    def quality(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[QualityRow]:
        return spending.quality(self.scores(window), by)
