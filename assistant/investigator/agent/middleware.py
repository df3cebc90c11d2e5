"""What stands around each call of a model, as middleware of LangChain's agent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from assistant.investigator.agent.failures import in_words, retry_after_s
from assistant.investigator.agent.limits import LimitReached, Limits
from assistant.investigator.agent.tool_calls import ToolCalls
from assistant.investigator.models import ConfiguredModel
from assistant.llmops.tokens import count
from prompts import prompt

Handler: TypeAlias = Callable[[ModelRequest], ModelResponse[Any]]

LONGEST_WAIT_S = 30.0  # a provider that asks for more is as good as down
_PER_MESSAGE = 4  # tokens that a chat template adds around each message, about
_LAST_CALL = (
    "No further tool call is possible ({why}). Answer now with what is known; what you could not "
    "check belongs into the gaps."
)


def compact_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def tokens_of(messages: Iterable[BaseMessage]) -> int:
    """Prompt tokens (o200k) of messages, with their tool calls."""
    total = 0
    for message in messages:
        calls = message.tool_calls if isinstance(message, AIMessage) else []
        said = [{"name": call["name"], "arguments": call["args"]} for call in calls]
        total += _PER_MESSAGE + count(message.text + (compact_json(said) if said else ""))
    return total


def prompt_tokens(request: ModelRequest, schema: type[BaseModel]) -> int:
    """Prompt tokens of a request: system text, messages, schemas of the tools and the answer."""
    head = [request.system_message] if request.system_message else []
    schemas = [convert_to_openai_tool(tool)["function"] for tool in request.tools]
    return (
        tokens_of([*head, *request.messages])
        + count(compact_json(schemas))
        + count(compact_json(schema.model_json_schema()))
    )


class AsEachCan(AgentMiddleware[Any, Any]):
    """Asks each model of the chain in the way it can answer: through the schema of a tool, under
    a JSON schema (which many servers refuse beside tools), or with the schema in words."""

    def __init__(self, models: Sequence[ConfiguredModel], schema: type[BaseModel]) -> None:
        super().__init__()
        self._models = {id(model.chat): model for model in models}
        self._schema = schema

    def wrap_model_call(self, request: ModelRequest, handler: Handler) -> ModelResponse[Any]:
        model = self._models[id(request.model)]
        constrained = model.structured == "json_schema" and not request.tools
        if model.supports_tools and model.structured != "prompt" and not constrained:
            return handler(request)
        schema = self._schema.model_json_schema()
        if constrained:
            form = {"name": self._schema.__name__, "schema": schema}
            settings = {**request.model_settings, **_held_to(form, request.model)}
            request = request.override(model_settings=settings)
        else:
            told = prompt("answer_as_json").render(schema=compact_json(schema))
            system = SystemMessage(f"{request.system_prompt}\n\n{told}")
            request = request.override(system_message=system)
        return handler(request.override(response_format=None))


class Guard(AgentMiddleware[Any, Any]):
    """Looks at the limits before each attempt. When no other call would fit after this one, the
    tools are withdrawn and the model is asked for its answer; `shortened` then says why. A model
    that cannot call tools is offered none."""

    def __init__(
        self,
        limits: Limits,
        models: Sequence[ConfiguredModel],
        schema: type[BaseModel],
        tool_calls: ToolCalls,
    ) -> None:
        super().__init__()
        self._limits = limits
        self._models = {id(model.chat): model for model in models}
        self._schema = schema
        self._tool_calls = tool_calls
        self._asked_for_answer = False
        self.shortened = ""

    def wrap_model_call(self, request: ModelRequest, handler: Handler) -> ModelResponse[Any]:
        model = self._models[id(request.model)]
        if not model.supports_tools:
            request = request.override(tools=[], messages=_without_tools(request.messages))
        room = self._limits.room(model.model, prompt_tokens(request, self._schema))
        if room.refused:
            raise LimitReached(room.refused)
        enough = self._tool_calls.enough
        if enough and self._asked_for_answer:
            raise LimitReached(enough)
        why = room.last or enough
        if why and request.tools:
            self.shortened = why
            asked = HumanMessage(_LAST_CALL.format(why=why))
            request = request.override(tools=[], messages=[*request.messages, asked])
        answer = handler(self._timed(request, model))
        self._asked_for_answer = bool(enough)  # not for an attempt that failed
        return answer

    def _timed(self, request: ModelRequest, model: ConfiguredModel) -> ModelRequest:
        """A call does not outlast the last second, nor the model's own time limit."""
        left = self._limits.remaining_s
        if left is None or left > model.settings.timeout_s or not _takes_timeout(request.model):
            return request
        settings = {**request.model_settings, "timeout": max(left, 0.1)}
        return request.override(model_settings=settings)


class Attempts(AgentMiddleware[Any, Any]):
    """Remembers what went wrong with each model, and waits as long as the provider asked before
    the same model is asked again."""

    def __init__(self, limits: Limits, models: Sequence[ConfiguredModel]) -> None:
        super().__init__()
        self._limits = limits
        self._models = {id(model.chat): model for model in models}
        self._not_before: dict[int, float] = {}
        self._failed: dict[int, tuple[int, Exception]] = {}

    def wrap_model_call(self, request: ModelRequest, handler: Handler) -> ModelResponse[Any]:
        key = id(request.model)
        if (wait_s := self._not_before.pop(key, 0.0) - time.monotonic()) > 0:
            self._limits.wait(wait_s)
        try:
            answer = handler(request)
        except LimitReached:
            raise
        except Exception as error:
            attempts = self._failed.get(key, (0, error))[0] + 1
            self._failed[key] = (attempts, error)
            self._not_before[key] = time.monotonic() + retry_after_s(error)
            raise
        self._failed.pop(key, None)
        return answer

    def told(self) -> str:
        """'a: the key is refused (401); b: the server failed (500) (3 attempts)', or ''."""
        failed = self._failed.items()
        return "; ".join(
            in_words(error, self._models[key], attempts) for key, (attempts, error) in failed
        )


def _without_tools(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """For a model that knows no tools: what they found, as text."""
    kept: list[AnyMessage] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            kept.append(HumanMessage(f"{message.name} answered:\n{message.text}"))
        elif not (isinstance(message, AIMessage) and message.tool_calls):
            kept.append(message)
    return kept


def _held_to(form: dict[str, Any], model: Any) -> dict[str, Any]:
    """Settings of a call whose answer must fit a schema."""
    wanted = {"response_format": {"type": "json_schema", "json_schema": form}}
    if "extra_body" not in type(model).model_fields:
        return wanted
    # OpenAI's client would parse the answer itself, and raise for one that was cut off.
    return {"extra_body": {**(model.extra_body or {}), **wanted}}


def _takes_timeout(model: Any) -> bool:
    """Whether the class of this model lets one call have a time limit of its own."""
    return any(field.alias == "timeout" for field in type(model).model_fields.values())
