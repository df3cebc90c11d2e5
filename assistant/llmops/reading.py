"""What LangChain tells of a call, in our words: tokens, outcome, messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from assistant.llmops.prices import Tokens
from assistant.llmops.tokens import count

_PER_MESSAGE = 4  # tokens that a chat template adds around each message, about
_ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}


class Answer(NamedTuple):
    """`tokens` is None when the server told no usage."""

    message: AIMessage | None
    tokens: Tokens | None


def answer_of(response: LLMResult | None) -> Answer:
    """The first generation that is a message; of a broken stream, what had arrived."""
    for generations in response.generations if response else ():
        for generation in generations:
            message = getattr(generation, "message", None)
            if isinstance(generation, ChatGeneration) and isinstance(message, AIMessage):
                return Answer(message, _told(message))
    return Answer(None, None)


def _told(message: AIMessage) -> Tokens | None:
    usage = message.usage_metadata
    if not usage or not usage.get("input_tokens"):
        return None
    read: Mapping[str, Any] = usage.get("input_token_details") or {}
    written: Mapping[str, Any] = usage.get("output_token_details") or {}
    return Tokens(
        input=usage["input_tokens"],
        output=usage["output_tokens"],
        cache_read=read.get("cache_read") or 0,
        cache_write=read.get("cache_creation") or 0,
        reasoning=written.get("reasoning") or 0,
    )


def estimated(
    asked: Sequence[BaseMessage], parameters: Mapping[str, Any], answer: AIMessage | None
) -> Tokens:
    """Counted by us (o200k): messages, tool calls, and the schemas that went with them."""
    schemas = [parameters[key] for key in ("tools", "response_format") if parameters.get(key)]
    schema_tokens = count(_json(schemas)) if schemas else 0
    asked_tokens = sum(_PER_MESSAGE + count(_text(message)) for message in asked)
    return Tokens(asked_tokens + schema_tokens, count(_text(answer)) if answer else 0)


def outcome_of(error: BaseException) -> str:
    """A word of low cardinality: rate_limited, http_500, timeout, connection, cancelled, or the
    name of the exception."""
    status = getattr(error, "status_code", None)
    if status == 429:
        return "rate_limited"
    if isinstance(status, int):
        return f"http_{status}"
    name = type(error).__name__
    if "Timeout" in name:
        return "timeout"
    if any(word in name for word in ("Connection", "Protocol", "ReadError", "NetworkError")):
        return "connection"
    if isinstance(error, GeneratorExit | KeyboardInterrupt) or "Cancelled" in name:
        return "cancelled"
    return name


def refused(error: BaseException) -> bool:
    """Whether the server answered with an error: then nothing was read, written or charged."""
    return isinstance(getattr(error, "status_code", None), int)


def messages_of(messages: Iterable[BaseMessage]) -> list[Mapping[str, object]]:
    """In the form of the conventions: a role and parts."""
    return [
        {"role": _ROLES.get(message.type, message.type), "parts": list(_parts(message))}
        for message in messages
    ]


def _parts(message: BaseMessage) -> Iterable[Mapping[str, object]]:
    if isinstance(message, ToolMessage):
        told = {"id": message.tool_call_id, "response": message.text}
        yield {"type": "tool_call_response", **told}
        return
    if message.text:
        yield {"type": "text", "content": message.text}
    for call in message.tool_calls if isinstance(message, AIMessage) else ():
        told = {"id": call.get("id") or "", "name": call["name"]}
        yield {"type": "tool_call", **told, "arguments": call["args"]}


def _text(message: BaseMessage) -> str:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    told = [{"name": call["name"], "arguments": call["args"]} for call in calls]
    return message.text + (_json(told) if told else "")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
