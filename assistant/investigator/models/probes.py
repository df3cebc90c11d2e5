"""The few requests by which a model is checked: as its own client sends them, without an agent."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.investigator.models import ConfiguredModel
from prompts import prompt

TOOL = "changes_of"
_TOOL_SCHEMA: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": TOOL,
        "description": "What changed in a service.",
        "parameters": {
            "type": "object",
            "properties": {"service": {"type": "string"}},
            "required": ["service"],
        },
    },
}
_MOST_TOKENS = 1024  # room for the reasoning of those that reason before a word


@dataclass(frozen=True, slots=True)
class Told:
    """What came back. `tool` and `arguments` are those of the first call; `usage` is (input,
    output) tokens, None when the server told none; `first_s` seconds to the first piece."""

    text: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] | None = None
    usage: tuple[int, int] | None = None
    pieces: int = 0
    first_s: float = 0.0
    cut_off: bool = False


class Probe(Protocol):
    """Each raises what the client raises: an HTTP error, a timeout, or a body that is no answer."""

    def answer(self) -> Told: ...
    def stream(self) -> Told: ...
    def tool(self) -> Told: ...
    def schema(self, schema: Mapping[str, Any]) -> Told: ...
    def listed(self) -> tuple[str, ...]:
        """Names of the server's models; empty when it tells none."""


def probe(model: ConfiguredModel) -> Probe:
    """Raises InvalidSettings when the model cannot be set up."""
    if model.provider in ("openai", "azure"):
        return OpenAiProbe(model)
    return LangChainProbe(model)


class OpenAiProbe:
    """By the very `openai` client that investigations use: same address, key, proxy, timeouts."""

    def __init__(self, model: ConfiguredModel) -> None:
        chat: Any = model.chat
        limit = min(_MOST_TOKENS, model.settings.max_output_tokens)
        compatible = model.provider == "openai" and model.settings.base_url
        name = "max_tokens" if compatible else "max_completion_tokens"
        self._client = chat.root_client
        self._given: dict[str, Any] = {"model": model.model, name: limit}
        if model.settings.temperature is not None:
            self._given["temperature"] = model.settings.temperature

    def answer(self) -> Told:
        return self._asked("answer")

    def tool(self) -> Told:
        return self._asked("tool", tools=[_TOOL_SCHEMA])

    def schema(self, schema: Mapping[str, Any]) -> Told:
        named = {"name": "report", "strict": True, "schema": schema}
        form = {"type": "json_schema", "json_schema": named}
        return self._asked("schema", response_format=form)

    def stream(self) -> Told:
        begun = time.monotonic()
        texts: list[str] = []
        first_s, usage = 0.0, None
        with self._create("answer", stream=True, stream_options={"include_usage": True}) as chunks:
            for chunk in chunks:
                text = chunk.choices[0].delta.content if chunk.choices else None
                if text:
                    first_s = first_s or time.monotonic() - begun
                    texts.append(text)
                usage = _openai_usage(chunk.usage) or usage
        return Told(text="".join(texts), usage=usage, pieces=len(texts), first_s=first_s)

    def listed(self) -> tuple[str, ...]:
        return tuple(listed.id for listed in self._client.models.list())

    def _asked(self, task: str, **more: Any) -> Told:
        answer = self._create(task, **more)
        if not getattr(answer, "choices", None):  # a page, or JSON of another kind
            raise ValueError("what came back is no chat completion")
        choice = answer.choices[0]
        calls = choice.message.tool_calls or [None]
        called = getattr(calls[0], "function", None)
        return Told(
            text=choice.message.content or "",
            tool=called.name if called else "",
            arguments=_arguments(called.arguments) if called else None,
            usage=_openai_usage(answer.usage),
            cut_off=choice.finish_reason == "length",
        )

    def _create(self, task: str, **more: Any) -> Any:
        messages = [{"role": "user", "content": prompt("check").render(task=task)}]
        return self._client.chat.completions.create(messages=messages, **self._given, **more)


class LangChainProbe:
    """For every other provider: by its LangChain class."""

    def __init__(self, model: ConfiguredModel) -> None:
        self._chat: Any = model.chat

    def answer(self) -> Told:
        return _message(self._chat.invoke(prompt("check").render(task="answer")))

    def tool(self) -> Told:
        bound = self._chat.bind_tools([_TOOL_SCHEMA])
        return _message(bound.invoke(prompt("check").render(task="tool")))

    def schema(self, schema: Mapping[str, Any]) -> Told:
        titled = {"title": "report", "description": "The report.", **schema}
        bound = self._chat.with_structured_output(titled, method="json_schema", include_raw=True)
        return _message(bound.invoke(prompt("check").render(task="schema"))["raw"])

    def stream(self) -> Told:
        begun = time.monotonic()
        first_s, pieces, whole = 0.0, 0, None
        for chunk in self._chat.stream(prompt("check").render(task="answer")):
            if chunk.text:
                first_s = first_s or time.monotonic() - begun
                pieces += 1
            whole = chunk if whole is None else whole + chunk
        told = _message(whole)
        return Told(text=told.text, usage=told.usage, pieces=pieces, first_s=first_s)

    def listed(self) -> tuple[str, ...]:
        return ()


def _message(message: Any) -> Told:
    usage = message.usage_metadata
    calls: Iterable[Mapping[str, Any]] = message.tool_calls
    called = next(iter(calls), None)
    return Told(
        text=message.text,
        tool=called["name"] if called else "",
        arguments=called["args"] if called else None,
        usage=(usage["input_tokens"], usage["output_tokens"]) if usage else None,
        cut_off=message.response_metadata.get("stop_reason") == "max_tokens",
    )


def _openai_usage(usage: Any) -> tuple[int, int] | None:
    return (usage.prompt_tokens, usage.completion_tokens) if usage else None


def _arguments(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
