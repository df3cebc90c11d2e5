"""What a scripted model answers, and every way in which a server may misbehave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call that the model asks for. `arguments` may be a str, to be as malformed as wished."""

    name: str
    arguments: Mapping[str, Any] | str
    id: str = ""  # '': numbered by the server

    @property
    def arguments_json(self) -> str:
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Everything beyond `text` and `tools` has a default that behaves well.

    Tokens that are None are counted (o200k): the prompt over what was really sent.
    """

    text: str = ""
    tools: tuple[ToolUse, ...] = ()
    finish: str = ""  # '': stop, or tool_calls; 'length': cut off by the limit of tokens
    model: str = ""  # '': the one that was asked for
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    tells_usage: bool = True
    pieces: tuple[str, ...] = ()  # how the text is streamed; (): some words at a time
    status: int = 200
    error_code: str = ""  # of an error's body, such as model_not_found
    retry_after_s: float | None = None
    location: str = ""  # where a status of 307 points to
    delay_s: float = 0.0  # before the first byte
    pause_s: float = 0.0  # before each streamed chunk but the first
    cut_after: int | None = None  # chunks (bytes when not streamed) until the connection breaks
    raw: bytes | None = None  # sent as the body instead of an answer


def says(text: str) -> Reply:
    return Reply(text=text)


def answers(value: Any) -> Reply:
    """JSON, as a model does that obeys a schema."""
    return Reply(text=json.dumps(value))


def calls(name: str, arguments: Mapping[str, Any] | str | None = None, *, text: str = "") -> Reply:
    """One tool call; for several at once: Reply(tools=(ToolUse(…), ToolUse(…)))."""
    return Reply(text=text, tools=(ToolUse(name, {} if arguments is None else arguments),))


def fails(
    status: int, text: str = "", *, code: str = "", retry_after_s: float | None = None
) -> Reply:
    """An error of the server, with the body that OpenAI's has."""
    return Reply(
        text=text or f"scripted failure {status}",
        status=status,
        error_code=code,
        retry_after_s=retry_after_s,
    )


GARBAGE = Reply(raw=b"\x00\xff<html>this is no JSON\x1b[2J")
"""Bytes with status 200 that are neither JSON nor a stream of events."""
