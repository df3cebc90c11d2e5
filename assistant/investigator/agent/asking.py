"""One question to a model that may use tools and must answer in a typed form.

LangChain's agent runs the loop; the middleware around it holds the limits, waits and retries,
falls back, notices repetition and sends back what is no answer. Whatever the model or its provider
does, the caller gets an Outcome.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ClearToolUsesEdit,
    ContextEditingMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
)
from langchain.agents.structured_output import ToolStrategy
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.tools import BaseTool
from langsmith import tracing_context
from pydantic import BaseModel

from assistant.domain.conversation import EventKind
from assistant.domain.errors import CausewayError
from assistant.investigator.agent.answering import Answering
from assistant.investigator.agent.failures import retry_after_s, too_long, transient
from assistant.investigator.agent.limits import LimitReached, Limits
from assistant.investigator.agent.listening import Listener
from assistant.investigator.agent.middleware import (
    LONGEST_WAIT_S,
    AsEachCan,
    Attempts,
    Guard,
    tokens_of,
)
from assistant.investigator.agent.tool_calls import KEPT_IN_VIEW, ToolCalls
from assistant.investigator.events import EventStream
from assistant.investigator.models import ConfiguredModel, ModelChain

Schema = TypeVar("Schema", bound=BaseModel)

_ROOM_FOR_RESULTS = 4_000  # prompt tokens beyond the question, until old results are left out
_GRACE_S = 2.0  # for a call that is running at the last second to end by itself
_SHORT = 160  # characters of a tool's answer that a person sees at once


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a busy or broken model is asked again, and after how many seconds (doubling, with
    jitter)."""

    retries: int = 2
    first_delay_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Schema]):
    """`parsed` is the answer, None without one. `ended` is '' when the model ended by itself with
    a whole answer, otherwise says in plain words why not; `too_long` when the prompt did not fit
    into the context. `tools` were called, in order; `model` is the one that spoke last."""

    parsed: Schema | None
    ended: str = ""
    tools: tuple[str, ...] = ()
    model: str = ""
    too_long: bool = False


def ask_model(
    chain: ModelChain,
    system: str,
    user: str,
    tools: Sequence[BaseTool],
    schema: type[Schema],
    *,
    limits: Limits,
    callbacks: Sequence[BaseCallbackHandler],
    emit: EventStream,
    patience: Patience = Patience(),
) -> Outcome[Schema]:
    """Ask the first model of the chain, or the others when it fails. The meter belongs among the
    callbacks. Events (tokens, tools, their results) reach `emit` in the calling thread. Ctrl-C
    ends the run, not the caller."""
    try:
        models = _usable(chain)
    except CausewayError as error:
        return Outcome(None, f"{error} {error.hint}".strip())
    run = _Run(models, schema, tools, limits, patience, user)
    problem = ""
    try:
        for mode, chunk in run.stream(system, user, callbacks):
            if mode == "failed":
                problem = run.why(chunk)
            else:
                run.tell(mode, chunk, emit)
    except KeyboardInterrupt:
        problem = "it was interrupted"
        limits.stop(problem)
    except BaseException:  # whoever listens wants no more: the thread of the agent ends as well
        limits.stop("it was stopped")
        raise
    return run.outcome(problem)


def _usable(chain: ModelChain) -> tuple[ConfiguredModel, ...]:
    """Those that can be built. Raises the first one's InvalidSettings when none can."""
    usable, first = [], None
    for model in chain.models:
        try:
            model.chat  # noqa: B018  built at first use
        except CausewayError as error:
            first = first or error
        else:
            usable.append(model)
    if first and not usable:
        raise first
    return tuple(usable)


class _Run(Generic[Schema]):
    """One agent with its middleware, and what has been heard of it."""

    def __init__(
        self,
        models: tuple[ConfiguredModel, ...],
        schema: type[Schema],
        tools: Sequence[BaseTool],
        limits: Limits,
        patience: Patience,
        user: str,
    ) -> None:
        self.answering = Answering(schema)
        self.attempts = Attempts(limits, models)
        self.tool_calls = ToolCalls(tool.name for tool in tools)
        self.guard = Guard(limits, models, schema, self.tool_calls)
        self.called: list[str] = []
        self.too_long = False
        self._models, self._schema, self._tools, self._limits = models, schema, tools, limits
        self._middleware = self._around(patience, user)
        self._listener = Listener(limits, lambda said: None)

    def _around(self, patience: Patience, user: str) -> list[AgentMiddleware[Any, Any]]:
        """Outermost first."""
        kept_in_view = ClearToolUsesEdit(
            trigger=tokens_of([HumanMessage(user)]) + _ROOM_FOR_RESULTS,
            keep=KEPT_IN_VIEW,
            placeholder="(left out to save room; ask again if it is needed)",
        )
        fallbacks = [model.chat for model in self._models[1:]]
        return [
            self.answering,
            self.tool_calls,
            ContextEditingMiddleware(edits=[kept_in_view], token_counter=tokens_of),
            *([ModelFallbackMiddleware(*fallbacks)] if fallbacks else []),
            ModelRetryMiddleware(
                max_retries=patience.retries,
                initial_delay=patience.first_delay_s,
                max_delay=LONGEST_WAIT_S,
                retry_on=_worth_another_try,
                on_failure="error",
            ),
            self.attempts,
            self.guard,
            AsEachCan(self._models, self._schema),
        ]

    def stream(
        self, system: str, user: str, callbacks: Sequence[BaseCallbackHandler]
    ) -> Iterator[tuple[str, Any]]:
        """('token', text), ('update', chunk of the agent) and, if it fails, ('failed', error) last.
        It runs in a thread of its own: a provider that hangs holds up neither the last second,
        nor a stop, nor Ctrl-C, nor the end of the process."""
        agent = create_agent(
            self._models[0].chat,
            self._tools,
            system_prompt=system,
            middleware=self._middleware,
            response_format=ToolStrategy(
                self._schema, handle_errors=self.answering.told, tool_message_content="Received."
            ),
        )
        heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._listener = Listener(self._limits, lambda said: heard.put(("token", said)))

        def work() -> None:
            try:
                # The mode "messages" would run the model in a thread that outlives the process.
                # Nor does LangSmith hear of it, whatever stands in the environment: telemetry
                # leaves only to where the settings say.
                with tracing_context(enabled=False):
                    for chunk in agent.stream(
                        {"messages": [HumanMessage(user)]},
                        {"callbacks": [*callbacks, self._listener]},
                        stream_mode="updates",
                    ):
                        heard.put(("update", chunk))
                heard.put(("end", None))
            except BaseException as error:  # noqa: BLE001  the outermost edge of a provider
                heard.put(("failed", error))

        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), name="model", daemon=True).start()
        self._limits.on_stop(lambda: heard.put(("failed", LimitReached(self._limits.refusal))))
        while True:
            left = self._limits.remaining_s
            try:
                mode, chunk = heard.get(timeout=None if left is None else left + _GRACE_S)
            except queue.Empty:
                mode, chunk = "failed", LimitReached(self._limits.refusal)
            if mode != "end":
                yield mode, chunk
            if mode in ("end", "failed"):
                return

    def tell(self, mode: str, chunk: Any, emit: EventStream) -> None:
        """Turn what is heard of the agent into events."""
        if mode == "token":
            emit(EventKind.TOKEN, chunk)
            return
        for update in chunk.values():
            for message in (update or {}).get("messages", ()):
                self._tell_message(message, emit)

    def _tell_message(self, message: BaseMessage, emit: EventStream) -> None:
        name = self._schema.__name__
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                # What does not exist does not run, and its name may be anything at all.
                if call["name"] in {tool.name for tool in self._tools}:
                    self.called.append(call["name"])
                    emit(EventKind.TOOL, call["name"], tool=call["name"], arguments=call["args"])
        elif isinstance(message, ToolMessage) and message.name != name:
            found = dict(message.artifact) if isinstance(message.artifact, dict) else {}
            short = (found.pop("title", "") or " ".join(message.text.split()))[:_SHORT]
            emit(EventKind.RESULT, short, tool=message.name or "", **found)

    def why(self, error: BaseException) -> str:
        """The agent's end in plain words."""
        self.too_long = too_long(error)
        if isinstance(error, LimitReached):
            return str(error)
        return self.attempts.told() or f"{type(error).__name__}: {error}"

    def outcome(self, problem: str) -> Outcome[Schema]:
        parsed = self.answering.parsed
        ended = problem or self._unread() or self.guard.shortened
        model = self._listener.model or self._models[0].model
        return Outcome(parsed, ended, tuple(self.called), model, self.too_long)

    def _unread(self) -> str:
        problem = self.answering.problem
        return f"the answer could not be used, twice: {problem}" if problem else ""


def _worth_another_try(error: Exception) -> bool:
    return transient(error) and retry_after_s(error) <= LONGEST_WAIT_S
