"""Answers that are being written: each in a thread of its own, heard through its stream."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.domain.conversation import Event, EventKind
from assistant.domain.errors import (
    CausewayError,
    InvalidPayload,
    NotFound,
    Overloaded,
    UnknownService,
)
from assistant.investigator.chat.chat import Chat, next_number
from assistant.investigator.chat.stream import Broadcast, Stopped
from assistant.investigator.events import EventStream

logger = logging.getLogger(__name__)

_SOON_S, _AT_LAST_S = 2.0, 10.0
_KEPT = 200  # streams of conversations, for readers that come back


@dataclass(slots=True)
class _Running:
    stream: Broadcast
    thread: threading.Thread
    unaware: bool = False  # it was stopped, and whoever writes had not noticed in time

    @property
    def busy(self) -> bool:
        """Two that write into one conversation would take each other's numbers."""
        return not self.stream.closed or (self.unaware and self.thread.is_alive())


class Turns:
    """At most one answer at a time in each conversation, and `at_once` in all."""

    def __init__(self, chat: Chat, *, at_once: int = 4) -> None:
        self.chat = chat
        self._at_once = at_once
        self._running: OrderedDict[str, _Running] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, conversation_id: str, message: str) -> Broadcast:
        """Start an answer. Raises InvalidPayload for nothing but blanks, NotFound, Overloaded when
        one is being written already or too many are."""
        if not message.strip():
            raise InvalidPayload("There is no question.", hint="`help` says what can be asked.")
        with self._lock:
            conversation = self.chat.conversations.conversation(conversation_id)
            busy = [name for name, one in self._running.items() if one.busy]
            if conversation_id in busy:
                raise Overloaded("An answer is being written in this conversation.")
            if len(busy) >= self._at_once:
                raise Overloaded(f"{self._at_once} answers are being written.", retry_after_s=10)
            stream = Broadcast(next_number(conversation))
            thread = threading.Thread(
                target=self._write,
                args=(conversation_id, message, stream),
                name="answer",
                daemon=True,
            )
            self._running[conversation_id] = _Running(stream, thread)
            self._running.move_to_end(conversation_id)
            while len(self._running) > _KEPT:
                self._forget_one()
            thread.start()  # within the lock: a stop waits for threads that were started
        return stream

    def stream(self, conversation_id: str) -> Broadcast:
        """The latest answer of a conversation, running or done. Raises NotFound."""
        with self._lock:
            running = self._running.get(conversation_id)
        if running is None:
            raise NotFound(
                f"No answer of conversation {conversation_id!r} is being written.",
                hint="Its turns tell what was answered.",
            )
        return running.stream

    def stop(self, conversation_id: str) -> None:
        """End the answer that is being written. Its readers hear so at once; whoever writes it
        ends at its next step."""
        with self._lock:
            running = self._running.get(conversation_id)
        if running is not None:
            running.stream.stop()
            running.thread.join(_SOON_S)
            running.unaware = running.thread.is_alive()
            self._end(running.stream)

    def close(self) -> None:
        """Stop everything, before the stores close."""
        with self._lock:
            running = list(self._running.values())
        for one in running:
            one.stream.stop()
        for one in running:
            one.thread.join(_AT_LAST_S)

    def _end(self, stream: Broadcast) -> None:
        at = self.chat.clock()
        stream.close(Event(0, at, EventKind.STOPPED, "The answer was stopped."))

    def _forget_one(self) -> None:
        """The oldest that is done."""
        done = next((name for name, one in self._running.items() if not one.busy), None)
        self._running.pop(done or next(iter(self._running)))

    def _write(self, conversation_id: str, message: str, stream: Broadcast) -> None:
        def answer(emit: EventStream) -> None:
            self.chat.turn(conversation_id, message, emit, stream.on_stop)

        written(stream, self.chat.clock, answer)


def written(
    stream: Broadcast, clock: Callable[[], datetime], work: Callable[[EventStream], None]
) -> None:
    """Have `work` speak into the stream until it is done; what ends it early is the last event."""
    try:
        work(EventStream(stream, clock))
        stream.close()
    except Stopped:
        stream.close(Event(0, clock(), EventKind.STOPPED, "The answer was stopped."))
    except CausewayError as error:
        data: dict[str, Any] = {"hint": error.hint, "error": type(error).__name__}
        if isinstance(error, UnknownService):
            data["near"] = list(error.near)
        stream.close(Event(0, clock(), EventKind.FAILED, str(error), data))
    except Exception:
        logger.exception("an answer failed")
        text = "Causeway made a mistake; its log has the details."
        stream.close(Event(0, clock(), EventKind.FAILED, text, {"hint": ""}))
