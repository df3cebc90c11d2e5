"""One attempt at a call: what is known when it starts, and the row and span that come of it."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from langchain_core.messages import BaseMessage
from opentelemetry.trace import Span, SpanKind

from assistant.domain.usage import CallContext, ModelCall
from assistant.domain.window import to_ns
from assistant.llmops import names
from assistant.llmops.instruments import Instruments, Said, about_context, end, fail
from assistant.llmops.prices import Prices, Tokens
from assistant.llmops.reading import Answer, estimated, messages_of, outcome_of, refused


@dataclass(slots=True)
class Attempt:
    """A call under way. `number` counts from 1; `ticks` are the moments at which chunks arrived."""

    at: datetime
    context: CallContext
    number: int
    messages: Sequence[BaseMessage]
    parameters: Mapping[str, Any]
    metadata: Mapping[str, Any]
    span: Span
    started: float = field(default_factory=time.perf_counter)
    ticks: list[float] = field(default_factory=list)

    @property
    def model(self) -> str:
        return model_of(self.metadata, self.parameters)

    @property
    def provider(self) -> str:
        return str(self.metadata.get("ls_provider") or "")

    def call(self, answer: Answer, error: BaseException | None, prices: Prices) -> ModelCall:
        """Its row, once it is over."""
        tokens = answer.tokens
        rejected = error is not None and refused(error)
        told = tokens is not None or rejected
        if not told:
            tokens = estimated(self.messages, self.parameters, answer.message)
        tokens = tokens or Tokens()
        cost = prices.cost(self.model, self.provider, tokens, self.at)
        return ModelCall(
            id=uuid.uuid4().hex,
            at=self.at,
            context=self.context,
            model=self.model,
            provider=self.provider,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            seconds=time.perf_counter() - self.started,
            cost_usd=0.0 if rejected else cost,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write,
            reasoning_tokens=tokens.reasoning,
            first_chunk_s=self.ticks[0] - self.started if self.ticks else None,
            attempt=self.number,
            outcome=outcome_of(error) if error is not None else "ok",
            estimated=not told,
        )


def model_of(metadata: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    return str(metadata.get("ls_model_name") or parameters.get("model") or "unknown")


def started_span(
    instruments: Instruments,
    context: CallContext,
    at: datetime,
    number: int,
    metadata: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> Span:
    """The span `chat {model}`, with what is known before the call."""
    model = model_of(metadata, parameters)
    return instruments.start(
        names.CHAT,
        model,
        {
            names.PROVIDER: names.provider(str(metadata.get("ls_provider") or "")),
            names.REQUEST_MODEL: model,
            names.REQUEST_TEMPERATURE: metadata.get("ls_temperature"),
            names.REQUEST_MAX_TOKENS: metadata.get("ls_max_tokens"),
            names.ATTEMPT: number,
            **about_context(context),
        },
        kind=SpanKind.CLIENT,
        start_ns=to_ns(at),
    )


def ended_span(instruments: Instruments, attempt: Attempt, call: ModelCall, answer: Answer) -> None:
    """Everything that is known only at the end; then the span is over."""
    span, said = attempt.span, answer.message
    metadata: Mapping[str, Any] = said.response_metadata if said else {}
    reason = metadata.get("finish_reason") or metadata.get("stop_reason")
    instruments.annotate(
        span,
        {
            names.INPUT_TOKENS: call.input_tokens,
            names.OUTPUT_TOKENS: call.output_tokens,
            names.CACHE_READ_TOKENS: call.cache_read_tokens or None,
            names.CACHE_WRITE_TOKENS: call.cache_write_tokens or None,
            names.REASONING_TOKENS: call.reasoning_tokens or None,
            names.RESPONSE_FIRST_CHUNK: call.first_chunk_s,
            names.REQUEST_STREAM: True if attempt.ticks else None,
            names.RESPONSE_ID: metadata.get("id") or None,
            names.RESPONSE_MODEL: metadata.get("model_name") or None,
            names.FINISH_REASONS: [reason] if reason else None,
            names.COST: call.cost_usd,
            names.ESTIMATED: call.estimated or None,
        },
    )
    if call.outcome != "ok":
        fail(span, call.outcome)
    _capture(instruments, attempt, answer)
    end(span, call.seconds)


def _capture(instruments: Instruments, attempt: Attempt, answer: Answer) -> None:
    """What was said, redacted, where somebody asked for it."""
    content = instruments.content
    if not (content.in_span or content.in_event):
        return
    output = messages_of([answer.message] if answer.message else [])
    told = instruments.messages(Said(messages_of(attempt.messages), output))
    if content.in_span:
        instruments.annotate(attempt.span, told)
    if content.in_event:
        about = {names.OPERATION: names.CHAT, names.REQUEST_MODEL: attempt.model}
        instruments.event(
            names.INFERENCE_DETAILS,
            {**about, **told},
            at_ns=to_ns(attempt.at),
            span=attempt.span,
        )
