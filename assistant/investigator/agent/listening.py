"""What is heard of a model while it answers, and what ends its call in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessageChunk

from assistant.investigator.agent.limits import LimitReached, Limits
from assistant.investigator.events import Spoken


class Listener(BaseCallbackHandler):
    """A callback of LangChain. What a person can read of the answer goes to `say`, piece by piece;
    a call that is streaming ends at a stop or at the last second. `model` is who spoke last, as
    the server calls it."""

    raise_error = True
    run_inline = True

    def __init__(self, limits: Limits, say: Callable[[str], None]) -> None:
        self._limits = limits
        self._say = say
        self._spoken = Spoken()
        self._said = False
        self.model = ""

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        """Another attempt may say the same again: on a line of its own."""
        self._spoken = Spoken()
        if self._said:
            self._say("\n")
        self._said = False

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **kwargs: Any) -> None:
        if refusal := self._limits.refusal:
            raise LimitReached(refusal)
        message = getattr(chunk, "message", None)
        if not isinstance(message, AIMessageChunk):
            return
        self.model = message.response_metadata.get("model_name") or self.model
        pieces = [str(call.get("args") or "") for call in message.tool_call_chunks]
        if said := self._spoken.heard("".join([message.text, *pieces])):
            self._said = True
            self._say(said)

    # LangChain has a model stream when a handler has these two.

    def tap_output_iter(self, run_id: UUID, output: Iterator[Any]) -> Iterator[Any]:
        return output

    def tap_output_aiter(self, run_id: UUID, output: AsyncIterator[Any]) -> AsyncIterator[Any]:
        return output
