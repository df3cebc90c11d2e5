"""Searches and embeddings as parts of an investigation: spans, durations, and who listens."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace

from assistant.llmops import names
from assistant.llmops.instruments import Instruments, Value, fail

# Context variables go along into the threads in which an agent runs its tools.
_heard: ContextVar[list[float] | None] = ContextVar("retrievals", default=None)


@contextmanager
def listening(seconds: list[float]) -> Iterator[None]:
    """Every retrieval inside adds how long it took."""
    token = _heard.set(seconds)
    try:
        yield
    finally:
        _heard.reset(token)


def during_an_investigation() -> bool:
    """What is embedded in the background was taken in, our own signals among it: a span of that
    would be taken in as well, and so on for ever."""
    return bool(trace.get_current_span().is_recording())


@contextmanager
def retrieving(instruments: Instruments, source: str, top_k: int) -> Iterator[None]:
    """The span `retrieval {source}`, and its duration."""
    about: dict[str, Value | None] = {names.DATA_SOURCE: source}
    started = time.perf_counter()
    with _span(instruments, names.RETRIEVAL, source, {**about, names.RETRIEVAL_TOP_K: top_k}):
        yield
    seconds = time.perf_counter() - started
    if (heard := _heard.get()) is not None:
        heard.append(seconds)
    instruments.observe(names.RETRIEVAL_DURATION, seconds, about)


@contextmanager
def embedding(instruments: Instruments, model: str, dimensions: int) -> Iterator[None]:
    """The span `embeddings {model}`."""
    about: dict[str, Value | None] = {
        names.REQUEST_MODEL: model,
        names.EMBEDDINGS_DIMENSIONS: dimensions,
    }
    with _span(instruments, names.EMBEDDINGS, model, about):
        yield


@contextmanager
def _span(
    instruments: Instruments, operation: str, target: str, about: Mapping[str, Value | None]
) -> Iterator[None]:
    span = instruments.start(operation, target, about)
    with trace.use_span(span, end_on_exit=True, record_exception=False):
        try:
            yield
        except Exception as error:
            fail(span, type(error).__name__)
            raise
