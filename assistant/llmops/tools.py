"""Tools that an agent runs, as spans."""

# OpenTelemetry is a namespace package, which mypy is told not to follow.
# mypy: disable-error-code="attr-defined,import-not-found"

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import Span

from assistant.domain.usage import CallContext
from assistant.llmops import names
from assistant.llmops.instruments import Instruments, Value, end, fail


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    span: Span
    started: float
    token: Any
    thread: int


class ToolSpans:
    """Those that run now, by LangChain's id of the run; several at once, in several threads."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._running: dict[UUID, _Tool] = {}
        self._lock = threading.Lock()

    def start(
        self, run_id: UUID, name: str, said: str, call_id: str | None, at_ns: int, who: CallContext
    ) -> None:
        """Also makes the span the current one: what the tool searches is its child."""
        span = self._instruments.start(
            names.EXECUTE_TOOL,
            name,
            {
                names.TOOL: name,
                names.TOOL_TYPE: "function",
                names.TOOL_CALL: call_id,
                names.INVESTIGATION: who.investigation or None,
            },
            start_ns=at_ns,
        )
        if self._instruments.content.in_span:
            span.set_attribute(names.TOOL_ARGUMENTS, self._instruments.clean(said))
        token = otel.attach(trace.set_span_in_context(span))
        tool = _Tool(name, span, time.perf_counter(), token, threading.get_ident())
        with self._lock:
            self._running[run_id] = tool

    def end(self, run_id: UUID, *, said: str = "", failure: str = "") -> None:
        with self._lock:
            tool = self._running.pop(run_id, None)
        if tool is None:
            return
        if tool.thread == threading.get_ident():  # a token is worth nothing elsewhere
            otel.detach(tool.token)
        if said and self._instruments.content.in_span:
            tool.span.set_attribute(names.TOOL_RESULT, self._instruments.clean(said))
        if failure:
            fail(tool.span, failure)
        seconds = time.perf_counter() - tool.started
        end(tool.span, seconds)
        about: dict[str, Value | None] = {
            names.OPERATION: names.EXECUTE_TOOL,
            names.TOOL: tool.name,
            names.ERROR_TYPE: failure or None,
        }
        self._instruments.observe(names.TOOL_DURATION, seconds, about)
