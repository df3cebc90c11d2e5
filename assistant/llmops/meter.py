"""Measures every call of a model while it happens: a ledger row, a span and metrics for each."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from opentelemetry import trace
from opentelemetry.trace import Span

from assistant.domain.usage import CallContext, ModelCall, PromptRef, Usage
from assistant.domain.window import to_ns
from assistant.llmops import names
from assistant.llmops.attempt import Attempt, ended_span, started_span
from assistant.llmops.instruments import Instruments, Value, about_context, end, fail
from assistant.llmops.prices import Prices, Tokens
from assistant.llmops.reading import Answer, answer_of, outcome_of
from assistant.llmops.retrieval import listening
from assistant.llmops.tools import ToolSpans
from assistant.telemetry import OwnTelemetry

log = logging.getLogger(__name__)


class Recorder(Protocol):
    """Where calls go: a Ledger, or what stands before one."""

    def record(self, call: ModelCall) -> None: ...


@dataclass(slots=True)
class _Tally:
    """What the meters of one investigation share."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    calls: list[ModelCall] = field(default_factory=list)
    running: dict[UUID, Attempt] = field(default_factory=dict)
    failed: dict[int, int] = field(default_factory=dict)  # attempts by what was asked
    tools: int = 0
    retrievals: list[float] = field(default_factory=list)
    agent: Span | None = None
    unrecorded: int = 0

    def next_attempt(self, asked: Sequence[BaseMessage]) -> int:
        with self.lock:
            return self.failed.get(_key(asked), 0) + 1

    def finished(self, attempt: Attempt, call: ModelCall) -> None:
        with self.lock:
            self.calls.append(call)
            if call.outcome == "ok":
                self.failed.pop(_key(attempt.messages), None)
            else:
                self.failed[_key(attempt.messages)] = attempt.number


def _key(asked: Sequence[BaseMessage]) -> int:
    """The same messages again are the next attempt at the same call."""
    return hash(tuple((message.type, message.text) for message in asked))


class Meter(BaseCallbackHandler):
    """A callback of LangChain for one investigation, one chat or one check.

    Every attempt is a call of its own: a retry or a fallback that asks the same again counts as
    the next attempt. Tokens are those the server told; where it told none they are counted here
    and marked as estimated. A ledger that fails is logged and counted, never raised.
    """

    def __init__(
        self,
        ledger: Recorder,
        context: CallContext,
        prices: Prices,
        clock: Callable[[], datetime],
        *,
        instruments: Instruments | None = None,
    ) -> None:
        self.context = context
        self._ledger = ledger
        self._prices = prices
        self._clock = clock
        self._instruments = instruments or Instruments(OwnTelemetry())
        self._tally = _Tally()
        self._tools = ToolSpans(self._instruments)

    def with_step(self, step: str, prompt: PromptRef | None = None, **context: str) -> Meter:
        """The same meter for another step: it adds to the same usage."""
        told = replace(self.context, step=step, prompt=prompt, **context)
        other = Meter(
            self._ledger,
            told,
            self._prices,
            self._clock,
            instruments=self._instruments,
        )
        other._tally = self._tally
        return other

    @property
    def usage(self) -> Usage:
        """Of all steps so far, failed attempts included."""
        return Usage.of(self.calls)

    @property
    def calls(self) -> Sequence[ModelCall]:
        with self._tally.lock:
            return tuple(self._tally.calls)

    @property
    def retrievals(self) -> Sequence[float]:
        """Seconds of each search while an agent ran."""
        return tuple(self._tally.retrievals)

    @property
    def judged(self) -> Span | None:
        """The span that scores are given to: the last agent."""
        return self._tally.agent

    @property
    def unrecorded(self) -> int:
        """Calls that the ledger refused."""
        return self._tally.unrecorded

    def price(self, model: str, input_tokens: int, output_tokens: int) -> float | None:
        """US dollars of a call that is about to be made; None when unknown."""
        return self._prices.cost(model, "", Tokens(input_tokens, output_tokens), self._clock())

    @contextmanager
    def agent(self, name: str) -> Iterator[None]:
        """The span `invoke_agent {name}`: calls, tools and searches inside are its children."""
        about: dict[str, Value | None] = {names.AGENT: name}
        started, calls, tools = time.perf_counter(), len(self.calls), self._tally.tools
        span = self._instruments.start(
            names.INVOKE_AGENT,
            name,
            {**about, **about_context(self.context)},
            start_ns=to_ns(self._clock()),
        )
        self._tally.agent = span
        try:
            with trace.use_span(span), listening(self._tally.retrievals):
                yield
        except Exception as error:
            fail(span, outcome_of(error))
            raise
        finally:
            for hanging in list(self._tally.running):  # nobody waits for these any more
                self._finish(hanging, Answer(None, None), TimeoutError())
            seconds = time.perf_counter() - started
            end(span, seconds)
            about = {names.OPERATION: names.INVOKE_AGENT, **about}
            observe = self._instruments.observe
            observe(names.AGENT_DURATION, seconds, about)
            observe(names.AGENT_CALLS, len(self.calls) - calls, about)
            observe(names.AGENT_TOOLS, self._tally.tools - tools, about)

    # What LangChain calls.

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        asked = [message for batch in messages for message in batch]
        parameters: dict[str, Any] = kwargs.get("invocation_params") or {}
        at, number, told = self._clock(), self._tally.next_attempt(asked), metadata or {}
        span = started_span(self._instruments, self.context, at, number, told, parameters)
        attempt = Attempt(at, self.context, number, asked, parameters, told, span)
        with self._tally.lock:
            self._tally.running[run_id] = attempt

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        if attempt := self._tally.running.get(run_id):
            attempt.ticks.append(time.perf_counter())

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        self._finish(run_id, answer_of(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._finish(run_id, answer_of(kwargs.get("response")), error)

    def on_tool_start(
        self, serialized: dict[str, Any], input_str: str, *, run_id: UUID, **kwargs: Any
    ) -> None:
        name = str((serialized or {}).get("name") or kwargs.get("name") or "tool")
        with self._tally.lock:
            self._tally.tools += 1
        call_id, at_ns = kwargs.get("tool_call_id"), to_ns(self._clock())
        self._tools.start(run_id, name, input_str, call_id, at_ns, self.context)

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self._tools.end(run_id, said=str(getattr(output, "content", output)))

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._tools.end(run_id, failure=type(error).__name__)

    def _finish(self, run_id: UUID, answer: Answer, error: BaseException | None = None) -> None:
        with self._tally.lock:
            attempt = self._tally.running.pop(run_id, None)
        if attempt is None:
            return
        call = attempt.call(answer, error, self._prices)  # under the step that it began in
        self._tally.finished(attempt, call)
        ended_span(self._instruments, attempt, call, answer)
        self._instruments.called(call, [b - a for a, b in pairwise(attempt.ticks)])
        self._record(call)

    def _record(self, call: ModelCall) -> None:
        try:
            self._ledger.record(call)
        except Exception:
            # A bookkeeper's trouble must not end an investigation; it is told, and counted.
            log.exception("A call of %s could not be recorded in the ledger", call.model)
            self._instruments.count(names.LEDGER_FAILURES, 1, {})
            with self._tally.lock:
                self._tally.unrecorded += 1
