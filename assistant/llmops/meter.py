"""Measures every call of a model while it happens: a ledger row, a span and metrics for each."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from assistant.domain.usage import CallContext, ModelCall, PromptRef, Usage
from assistant.domain.window import to_ns
from assistant.llmops import names
from assistant.llmops.changed import ChangeWatch
from assistant.llmops.instruments import Instruments, Said, Value, about_context, fail
from assistant.llmops.prices import Prices, Tokens
from assistant.llmops.reading import (
    Answer,
    answer_of,
    estimated,
    messages_of,
    outcome_of,
    refused,
)
from assistant.llmops.retrieval import listening
from assistant.telemetry import OwnTelemetry

log = logging.getLogger(__name__)


class Recorder(Protocol):
    """Where calls go: a Ledger, or what stands before one."""

    def record(self, call: ModelCall) -> None: ...


@dataclass(slots=True)
class _Pending:
    """A call under way. `ticks` are the moments at which chunks arrived."""

    at: datetime
    started: float
    span: Span
    model: str
    provider: str
    attempt: int
    messages: Sequence[BaseMessage]
    parameters: Mapping[str, Any]
    ticks: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Tool:
    name: str
    started: float
    span: Span
    token: Any
    thread: int


@dataclass(slots=True)
class _Tally:
    """What the meters of one investigation share."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    calls: list[ModelCall] = field(default_factory=list)
    failed: dict[int, int] = field(default_factory=dict)  # attempts by what was asked
    tools: int = 0
    retrievals: list[float] = field(default_factory=list)
    agent: Span | None = None
    unrecorded: int = 0


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
        watch: ChangeWatch | None = None,
    ) -> None:
        self.context = context
        self._ledger = ledger
        self._prices = prices
        self._clock = clock
        self._instruments = instruments or Instruments(OwnTelemetry())
        self._watch = watch
        self._tally = _Tally()
        self._pending: dict[UUID, _Pending] = {}
        self._tools: dict[UUID, _Tool] = {}

    def with_step(self, step: str, prompt: PromptRef | None = None, **context: str) -> Meter:
        """The same meter for another step: it adds to the same usage."""
        told = replace(self.context, step=step, prompt=prompt, **context)
        other = Meter(
            self._ledger,
            told,
            self._prices,
            self._clock,
            instruments=self._instruments,
            watch=self._watch,
        )
        other._tally = self._tally
        return other

    @property
    def usage(self) -> Usage:
        """Of all steps so far, failed attempts included."""
        with self._tally.lock:
            return Usage.of(self._tally.calls)

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
            seconds = time.perf_counter() - started
            _end(span, seconds)
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
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        told = metadata or {}
        parameters: dict[str, Any] = kwargs.get("invocation_params") or {}
        model = str(told.get("ls_model_name") or parameters.get("model") or "unknown")
        provider = str(told.get("ls_provider") or "")
        asked = [message for batch in messages for message in batch]
        at = self._clock()
        attempt = self._attempt(asked)
        span = self._instruments.start(
            names.CHAT,
            model,
            {
                names.PROVIDER: names.provider(provider),
                names.REQUEST_MODEL: model,
                names.REQUEST_TEMPERATURE: told.get("ls_temperature"),
                names.REQUEST_MAX_TOKENS: told.get("ls_max_tokens"),
                names.ATTEMPT: attempt,
                **about_context(self.context),
            },
            kind=SpanKind.CLIENT,
            start_ns=to_ns(at),
        )
        pending = _Pending(
            at, time.perf_counter(), span, model, provider, attempt, asked, parameters
        )
        with self._tally.lock:
            self._pending[run_id] = pending

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        if pending := self._pending.get(run_id):
            pending.ticks.append(time.perf_counter())

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        self._finish(run_id, answer_of(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._finish(run_id, answer_of(kwargs.get("response")), error)

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        *,
        run_id: UUID,
        **kwargs: Any,
    ) -> None:
        name = str((serialized or {}).get("name") or kwargs.get("name") or "tool")
        span = self._instruments.start(
            names.EXECUTE_TOOL,
            name,
            {
                names.TOOL: name,
                names.TOOL_TYPE: "function",
                names.TOOL_CALL: kwargs.get("tool_call_id"),
                names.INVESTIGATION: self.context.investigation or None,
            },
            start_ns=to_ns(self._clock()),
        )
        if self._instruments.content.in_span:
            span.set_attribute(names.TOOL_ARGUMENTS, self._instruments.clean(input_str))
        token = otel.attach(trace.set_span_in_context(span))
        tool = _Tool(name, time.perf_counter(), span, token, threading.get_ident())
        with self._tally.lock:
            self._tally.tools += 1
            self._tools[run_id] = tool

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        if self._instruments.content.in_span and (tool := self._tools.get(run_id)):
            said = str(getattr(output, "content", output))
            tool.span.set_attribute(names.TOOL_RESULT, self._instruments.clean(said))
        self._end_tool(run_id, "")

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._end_tool(run_id, type(error).__name__)

    def _attempt(self, asked: Sequence[BaseMessage]) -> int:
        with self._tally.lock:
            return self._tally.failed.get(_key(asked), 0) + 1

    def _finish(self, run_id: UUID, answer: Answer, error: BaseException | None = None) -> None:
        with self._tally.lock:
            pending = self._pending.pop(run_id, None)
        if pending is None:
            return
        call = self._call(pending, answer, error)
        with self._tally.lock:
            self._tally.calls.append(call)
            key = _key(pending.messages)
            if error is None:
                self._tally.failed.pop(key, None)
            else:
                self._tally.failed[key] = pending.attempt
        self._annotate(pending, call, answer)
        self._instruments.called(call, [b - a for a, b in pairwise(pending.ticks)])
        self._record(call)

    def _call(self, pending: _Pending, answer: Answer, error: BaseException | None) -> ModelCall:
        tokens = answer.tokens
        rejected = error is not None and refused(error)
        if told := tokens is not None or rejected:
            tokens = tokens or Tokens()
        else:
            tokens = estimated(pending.messages, pending.parameters, answer.message)
        assert tokens is not None
        cost = self._prices.cost(pending.model, pending.provider, tokens, pending.at)
        return ModelCall(
            id=uuid.uuid4().hex,
            at=pending.at,
            context=self.context,
            model=pending.model,
            provider=pending.provider,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            seconds=time.perf_counter() - pending.started,
            cost_usd=0.0 if rejected else cost,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write,
            reasoning_tokens=tokens.reasoning,
            first_chunk_s=pending.ticks[0] - pending.started if pending.ticks else None,
            attempt=pending.attempt,
            outcome=outcome_of(error) if error is not None else "ok",
            estimated=not told,
        )

    def _annotate(self, pending: _Pending, call: ModelCall, answer: Answer) -> None:
        """Everything that is known only at the end; then the span is over."""
        span, said = pending.span, answer.message
        metadata: Mapping[str, Any] = said.response_metadata if said else {}
        reason = metadata.get("finish_reason") or metadata.get("stop_reason")
        self._instruments.annotate(
            span,
            {
                names.INPUT_TOKENS: call.input_tokens,
                names.OUTPUT_TOKENS: call.output_tokens,
                names.CACHE_READ_TOKENS: call.cache_read_tokens or None,
                names.CACHE_WRITE_TOKENS: call.cache_write_tokens or None,
                names.REASONING_TOKENS: call.reasoning_tokens or None,
                names.RESPONSE_FIRST_CHUNK: call.first_chunk_s,
                names.REQUEST_STREAM: True if pending.ticks else None,
                names.RESPONSE_ID: metadata.get("id") or None,
                names.RESPONSE_MODEL: metadata.get("model_name") or None,
                names.FINISH_REASONS: [reason] if reason else None,
                names.COST: call.cost_usd,
                names.ESTIMATED: call.estimated or None,
            },
        )
        if call.outcome != "ok":
            fail(span, call.outcome)
        self._capture(pending, answer)
        _end(span, call.seconds)

    def _capture(self, pending: _Pending, answer: Answer) -> None:
        content = self._instruments.content
        if not (content.in_span or content.in_event):
            return
        output = messages_of([answer.message] if answer.message else [])
        told = self._instruments.messages(Said(messages_of(pending.messages), output))
        if content.in_span:
            self._instruments.annotate(pending.span, told)
        if content.in_event:
            about = {names.OPERATION: names.CHAT, names.REQUEST_MODEL: pending.model}
            self._instruments.event(
                names.INFERENCE_DETAILS,
                {**about, **told},
                at_ns=to_ns(pending.at),
                span=pending.span,
            )

    def _record(self, call: ModelCall) -> None:
        try:
            if self._watch:
                self._watch.saw(call)
            self._ledger.record(call)
        except Exception:
            # A bookkeeper's trouble must not end an investigation; it is told, and counted.
            log.exception("A call of %s could not be recorded in the ledger", call.model)
            self._instruments.count(names.LEDGER_FAILURES, 1, {})
            with self._tally.lock:
                self._tally.unrecorded += 1

    def _end_tool(self, run_id: UUID, failure: str) -> None:
        with self._tally.lock:
            tool = self._tools.pop(run_id, None)
        if tool is None:
            return
        if tool.thread == threading.get_ident():
            otel.detach(tool.token)
        seconds = time.perf_counter() - tool.started
        about: dict[str, Value | None] = {
            names.OPERATION: names.EXECUTE_TOOL,
            names.TOOL: tool.name,
            names.ERROR_TYPE: failure or None,
        }
        if failure:
            fail(tool.span, failure)
        _end(tool.span, seconds)
        self._instruments.observe(names.TOOL_DURATION, seconds, about)


def _key(asked: Sequence[BaseMessage]) -> int:
    """The same messages again are the next attempt at the same call."""
    return hash(tuple((message.type, message.text) for message in asked))


def _end(span: Span, seconds: float) -> None:
    """By the clock that never jumps, counted from the start."""
    start_ns = getattr(span, "start_time", None)
    span.end(start_ns + int(seconds * 1e9) if start_ns else None)
