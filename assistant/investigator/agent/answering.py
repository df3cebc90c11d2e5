"""Whether a model's last message is an answer: read, sent back once, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from langchain.agents.middleware import AgentMiddleware, hook_config
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, ValidationError

from assistant.investigator.answer.reading import json_in
from assistant.investigator.answer.schema import problems_of

Schema = TypeVar("Schema", bound=BaseModel)

_CUT_OFF = "it was cut off before its end; answer again, in fewer words"
_NO_JSON = "it is not in the form asked for"


class Answering(AgentMiddleware[Any, Any], Generic[Schema]):
    """Collects the typed answer into `parsed`. What cannot be read, or was cut off, is sent back
    once with what is wrong; `problem` says why there is no answer, or only a part of one."""

    def __init__(self, schema: type[Schema]) -> None:
        super().__init__()
        self._schema = schema
        self._sent_back = False
        self.parsed: Schema | None = None
        self.problem = ""

    def told(self, error: Exception) -> str:
        """For LangChain's ToolStrategy: what the model hears of arguments that do not fit."""
        self.problem = _problem(error)
        return f"This is no valid answer: {self.problem}. Correct it and answer again."

    @hook_config(can_jump_to=["model", "end"])
    def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        messages: Sequence[AnyMessage] = state["messages"]
        said = next(m for m in reversed(messages) if isinstance(m, AIMessage))
        if self._asks_tools(said):
            return None
        answer = state.get("structured_response") or self._read(said)
        cut = _was_cut_off(said)
        if answer is not None:
            self.parsed = answer
            self.problem = _CUT_OFF if cut else ""
            if not cut:
                return {"structured_response": answer, "jump_to": "end"}
        elif cut:
            self.problem = _CUT_OFF
        if self._sent_back:
            return {"jump_to": "end"}
        self._sent_back = True
        if isinstance(messages[-1], ToolMessage) and messages[-1].text.startswith("This is no"):
            return None  # the tool strategy has told it already
        again = HumanMessage(f"That is no answer yet: {self.problem}. Use the form {self._name}.")
        return {"messages": [again], "jump_to": "model", "structured_response": None}

    @property
    def _name(self) -> str:
        return self._schema.__name__

    def _asks_tools(self, said: AIMessage) -> bool:
        return any(call["name"] != self._name for call in said.tool_calls)

    def _read(self, said: AIMessage) -> Schema | None:
        """The answer in a text, or in arguments that are nearly JSON."""
        if said.tool_calls:
            return None  # the tool strategy has looked at these
        self.problem = _NO_JSON
        arguments = [str(call.get("args") or "") for call in said.invalid_tool_calls]
        for text in (*arguments, said.text):
            found = json_in(text)
            # Some models write the call they should have made as text.
            if isinstance(found, dict) and found.get("name") == self._name:
                found = found.get("arguments") or found.get("parameters")
            if not isinstance(found, dict):
                continue
            try:
                return self._schema.model_validate(found)
            except ValidationError as error:
                self.problem = problems_of(error.errors())
        return None


def _was_cut_off(said: AIMessage) -> bool:
    metadata = said.response_metadata
    reason = metadata.get("finish_reason") or metadata.get("stop_reason")
    return reason in ("length", "max_tokens")


def _problem(error: Exception) -> str:
    """What is wrong, from underneath LangChain's wrappings."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ValidationError):
            return problems_of(cause.errors())
        cause = cause.source if hasattr(cause, "source") else cause.__cause__
    return " ".join(str(error).split())[:200]
