"""OpenAI's chat completions on the wire: a reply as one body, or as a stream of chunks.

Source: OpenAI's API reference, "Chat completions" (object, chunk object, errors).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.llmops import tokens
from benchmarks.scripted_model.reply import Reply

_PER_MESSAGE = 4  # what a chat template adds around each message, about
_PIECE = re.compile(r"\s*\S+(?:\s+\S+){0,3}\s*|\s+")  # four words at a time


def prompt_tokens(request: Mapping[str, Any]) -> int:
    """Tokens (o200k) of what a model would read: messages, tool schemas, answer schema."""
    return sum(prompt_parts(request).values())


def prompt_parts(request: Mapping[str, Any]) -> dict[str, int]:
    """{part: tokens}: one entry per role, `tools` (their schemas) and `schema` (the answer's)."""
    parts: dict[str, int] = {}
    for message in request.get("messages", ()):
        role = str(message.get("role", ""))
        parts[role] = parts.get(role, 0) + _PER_MESSAGE + tokens.count(_read(message))
    if tools := request.get("tools"):
        parts["tools"] = tokens.count(_compact([tool.get("function", tool) for tool in tools]))
    form = request.get("response_format") or {}
    if schema := form.get("json_schema"):
        parts["schema"] = tokens.count(_compact(schema))
    return parts


def _read(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "".join(str(part.get("text", "")) for part in content)
    uses = message.get("tool_calls") or ()
    return content + "".join(_compact(use.get("function", use)) for use in uses)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def usage(request: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    read = prompt_tokens(request) if reply.prompt_tokens is None else reply.prompt_tokens
    written = reply.completion_tokens
    if written is None:
        uses = "".join(use.name + use.arguments_json for use in reply.tools)
        written = tokens.count(reply.text + uses) + reply.reasoning_tokens
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
    }


def completion(request: Mapping[str, Any], reply: Reply, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tools:
        message["tool_calls"] = [
            {
                "id": use.id or f"call_{number}_{index}",
                "type": "function",
                "function": {"name": use.name, "arguments": use.arguments_json},
            }
            for index, use in enumerate(reply.tools)
        ]
    body = _envelope(request, reply, number, "chat.completion")
    body["choices"] = [{"index": 0, "message": message, "finish_reason": _finish(reply)}]
    if reply.tells_usage:
        body["usage"] = usage(request, reply)
    return body


def chunks(request: Mapping[str, Any], reply: Reply, number: int) -> Iterator[dict[str, Any]]:
    """The same answer in pieces; usage comes last, when `stream_options` asked for it."""
    head = _envelope(request, reply, number, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in reply.pieces or _PIECE.findall(reply.text):
        yield chunk({"content": piece})
    for delta in _tool_deltas(reply, number):
        yield chunk({"tool_calls": [delta]})
    yield chunk({}, _finish(reply))
    options = request.get("stream_options") or {}
    if reply.tells_usage and options.get("include_usage"):
        yield {**head, "choices": [], "usage": usage(request, reply)}


def _tool_deltas(reply: Reply, number: int) -> Iterator[dict[str, Any]]:
    """A call's name comes first, its arguments follow in two pieces."""
    for index, use in enumerate(reply.tools):
        arguments = use.arguments_json
        half = len(arguments) // 2
        yield {
            "index": index,
            "id": use.id or f"call_{number}_{index}",
            "type": "function",
            "function": {"name": use.name, "arguments": ""},
        }
        for piece in (arguments[:half], arguments[half:]):
            yield {"index": index, "function": {"arguments": piece}}


def error_body(reply: Reply) -> dict[str, Any]:
    kind = "invalid_request_error" if reply.status < 500 else "server_error"
    return {"error": {"message": reply.text, "type": kind, "code": reply.error_code or None}}


def _envelope(request: Mapping[str, Any], reply: Reply, number: int, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{number}",
        "object": kind,
        "created": 0,
        "model": reply.model or str(request.get("model") or "scripted"),
    }


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.tools else "stop")
