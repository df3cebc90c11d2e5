"""What stands around each call of a tool, as middleware of LangChain's agent."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from assistant.domain.errors import CausewayError

log = logging.getLogger(__name__)

ToolAnswer: TypeAlias = ToolMessage | Command

KEPT_IN_VIEW = 3  # results of tools that are never taken out of the prompt
_MOST_CALLS = 12
_MOST_REPEATS = 3


class ToolCalls(AgentMiddleware[Any, Any]):
    """Runs each question once. A repeated one is answered with a note, or with what was found
    when that has left the prompt; a tool that fails says so to the model. `enough` says why no
    further tool call is worth a model's call."""

    def __init__(self, offered: Iterable[str]) -> None:
        super().__init__()
        self._offered = frozenset(offered)
        self._lock = threading.Lock()
        self._asked: list[str] = []
        self._found: dict[str, str] = {}
        self._repeats = 0

    @property
    def enough(self) -> str:
        if self._repeats >= (_MOST_REPEATS if self._offered else 1):
            return "it asked the same again and again, or for tools that do not exist"
        if len(self._asked) >= _MOST_CALLS:
            return f"{_MOST_CALLS} tool calls were made"
        return ""

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolAnswer]
    ) -> ToolAnswer:
        call = request.tool_call
        key = call["name"] + json.dumps(call["args"], sort_keys=True, default=str)
        if note := self._note(call["name"], key):
            return ToolMessage(note, tool_call_id=call["id"], name=call["name"])
        try:
            answer = handler(request)
        except CausewayError as error:
            return _failed(call, f"{error} {error.hint}".strip())
        except Exception:
            log.exception("The tool %s failed", call["name"])
            return _failed(call, "It failed for a reason of its own; go on without it.")
        if isinstance(answer, ToolMessage):
            self._found[key] = answer.text
        return answer

    def _note(self, name: str, key: str) -> str:
        with self._lock:
            if name not in self._offered:
                self._repeats += 1
                return f"There is no tool {name!r}."
            if key in self._asked:
                self._repeats += 1
                if key in self._asked[-KEPT_IN_VIEW:] or key not in self._found:
                    return "Asked before with the same arguments; its answer stands above."
                return self._found[key]
            if len(self._asked) >= _MOST_CALLS:
                return f"Not run: {_MOST_CALLS} tool calls are the limit."
            self._asked.append(key)
            return ""


def _failed(call: Any, text: str) -> ToolMessage:
    return ToolMessage(text, tool_call_id=call["id"], name=call["name"], status="error")
