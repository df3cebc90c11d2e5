"""Chats and feedback in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.domain.conversation import Conversation, Feedback, Turn
from assistant.domain.errors import InvalidPayload, NotFound


class MemoryConversations:
    """Implements `domain.ports.Conversations`."""

    def __init__(self) -> None:
        self._heads: dict[str, Conversation] = {}
        self._turns: dict[str, dict[int, Turn]] = {}

    def save(self, conversation: Conversation) -> None:
        self._heads[conversation.id] = replace(conversation, turns=())
        self._turns.setdefault(conversation.id, {})

    def add(self, conversation_id: str, turn: Turn) -> None:
        turns = self._turns_of(conversation_id)
        if turns.setdefault(turn.number, turn) is not turn:
            raise InvalidPayload(f"Turn {turn.number} of {conversation_id} is written already.")

    def conversation(self, conversation_id: str) -> Conversation:
        turns = self._turns_of(conversation_id)
        ordered = tuple(turns[number] for number in sorted(turns))
        return replace(self._heads[conversation_id], turns=ordered)

    def latest(self, limit: int = 20, *, user: str = "") -> Sequence[Conversation]:
        found = [head for head in self._heads.values() if not user or head.user == user]
        found.sort(key=lambda head: (head.started, head.id), reverse=True)
        return found[: max(limit, 0)]

    def _turns_of(self, conversation_id: str) -> dict[int, Turn]:
        try:
            return self._turns[conversation_id]
        except KeyError:
            raise NotFound(f"There is no conversation {conversation_id!r}.") from None


class MemoryFeedback:
    """Implements `domain.ports.FeedbackLog`."""

    def __init__(self) -> None:
        self._given: dict[str, Feedback] = {}

    def record(self, feedback: Feedback) -> None:
        self._given[feedback.id] = feedback

    def of(self, report_id: str) -> Sequence[Feedback]:
        found = [given for given in self._given.values() if given.report_id == report_id]
        return sorted(found, key=lambda given: (given.at, given.id))
