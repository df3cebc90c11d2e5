"""Limits in money, tokens, calls and seconds, looked at before each call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.domain.usage import Budget, Usage

_ANSWER_TOKENS = 800  # what an answer takes, about; measured on the typed report
_GROWTH_TOKENS = 600  # by how much a prompt grows until the next call: tool calls, their results

Price = Callable[[str, int, int], float | None]
"""(model, input tokens, output tokens) -> US dollars; None when unknown."""

Left = Callable[[], float | None]
"""US dollars that may still be spent today, by everything that runs; None without such a limit."""


def no_limit() -> None:
    """A Left without a limit of the day."""


class LimitReached(Exception):
    """No further call fits; the message says which limit, in plain words."""


@dataclass(frozen=True, slots=True)
class Room:
    """Whether the next call fits (`refused` is '' or why not), and whether it has to be the last
    one because no other would fit after it (`last` is '' or why)."""

    refused: str = ""
    last: str = ""


class Limits:
    """The budget of one investigation, over all of its steps and attempts. The clock starts with
    it. `stop` ends it early, from any thread. Calls of unknown price count as free."""

    def __init__(
        self,
        budget: Budget,
        usage: Callable[[], Usage],
        price: Price = lambda model, read, written: None,
        clock: Callable[[], float] = time.monotonic,
        today: Left = no_limit,
    ) -> None:
        self._budget = budget
        self._usage = usage
        self._price = price
        self._clock = clock
        self._today = today
        self._started = clock()
        self._stopped = threading.Event()
        self._reason = ""
        self._listeners: list[Callable[[], None]] = []

    @property
    def remaining_s(self) -> float | None:
        """Seconds left, not below 0; None without such a limit."""
        if self._budget.seconds is None:
            return None
        return max(self._budget.seconds - (self._clock() - self._started), 0.0)

    def stop(self, reason: str) -> None:
        self._reason = self._reason or reason
        self._stopped.set()
        for tell in tuple(self._listeners):
            tell()

    def on_stop(self, tell: Callable[[], None]) -> None:
        """Have `tell` called at a stop, in the thread that stops."""
        self._listeners.append(tell)
        if self._stopped.is_set():
            tell()

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond a stop or the last second."""
        left = self.remaining_s
        self._stopped.wait(seconds if left is None else min(seconds, left))

    @property
    def refusal(self) -> str:
        """Why nothing may go on: a stop, or the last second; '' if it may."""
        if self._stopped.is_set():
            return self._reason
        if self.remaining_s == 0:
            return f"the limit of {self._budget.seconds:g} s was reached"
        return ""

    def room(self, model: str, prompt_tokens: int) -> Room:
        """Whether a call to `model` with so long a prompt fits, and another one after it."""
        if refusal := self.refusal:
            return Room(refused=refusal)
        last = ""
        for left, once, again, name in self._needs(model, prompt_tokens):
            if once > left:
                return Room(refused=f"the {name} was reached")
            if once + again > left:
                last = last or f"the {name} was near"
        return Room(last=last)

    def _needs(self, model: str, prompt: int) -> Iterator[tuple[float, float, float, str]]:
        """Per limit: what is left, what one call takes at least, what one more would, its name."""
        budget, used = self._budget, self._usage()
        longer = prompt + _GROWTH_TOKENS
        if budget.calls is not None:
            yield budget.calls - used.calls, 1, 1, f"limit of {budget.calls} calls"
        if budget.tokens is not None:
            once, again = prompt + _ANSWER_TOKENS, longer + _ANSWER_TOKENS
            yield budget.tokens - used.tokens, once, again, f"limit of {budget.tokens:,} tokens"
        cost = self._price(model, prompt, _ANSWER_TOKENS) or 0.0
        more = self._price(model, longer, _ANSWER_TOKENS) or 0.0
        if budget.usd is not None:
            yield budget.usd - used.cost_usd, cost, more, f"limit of ${budget.usd:.4g}"
        if (today := self._today()) is not None:
            yield today, cost, more, "limit in dollars of the day"
        if (left := self.remaining_s) is not None and used.calls:
            usual = used.seconds / used.calls
            yield left, 0, 2 * usual, f"limit of {budget.seconds:g} s"
