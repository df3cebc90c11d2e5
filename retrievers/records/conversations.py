"""Chats in SQL: a head, and turns that are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, Row, insert, select
from sqlalchemy.exc import IntegrityError

from assistant.domain.claim import Claim
from assistant.domain.conversation import Conversation, Role, Turn
from assistant.domain.errors import InvalidPayload, NotFound
from assistant.domain.window import from_ns, to_ns
from retrievers.records import tables
from retrievers.records.failures import translated
from retrievers.records.upsert import clean, upsert

_CLAIMS = TypeAdapter(tuple[Claim, ...])


class SqlConversations:
    """Implements `domain.ports.Conversations`."""

    def __init__(self, engine: Engine, *, tenant: str = "default") -> None:
        self._engine = engine
        self._tenant = tenant

    def save(self, conversation: Conversation) -> None:
        row = {
            "tenant": self._tenant,
            "id": conversation.id,
            "started_ns": to_ns(conversation.started),
            "channel": conversation.channel,
            "user": conversation.user,
            "report_id": conversation.report_id,
        }
        with translated(), self._engine.begin() as connection:
            upsert(connection, tables.conversations, [row])

    def add(self, conversation_id: str, turn: Turn) -> None:
        self._head(conversation_id)
        row = {
            "tenant": self._tenant,
            "conversation_id": conversation_id,
            "number": turn.number,
            "at_ns": to_ns(turn.at),
            "role": turn.role.value,
            "text": turn.text,
            "author": turn.author,
            "report_id": turn.report_id,
            "claims": _CLAIMS.dump_json(turn.claims).decode(),
        }
        with translated():
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(tables.turns), [clean(row)])
            except IntegrityError as error:
                raise InvalidPayload(
                    f"Turn {turn.number} of {conversation_id} is written already."
                ) from error

    def conversation(self, conversation_id: str) -> Conversation:
        table = tables.turns.c
        query = (
            select(tables.turns)
            .where(table.tenant == self._tenant, table.conversation_id == conversation_id)
            .order_by(table.number)
        )
        head = self._head(conversation_id)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return _conversation(head, tuple(map(_turn, rows)))

    def latest(self, limit: int = 20, *, user: str = "") -> Sequence[Conversation]:
        table = tables.conversations.c
        query = (
            select(tables.conversations)
            .where(table.tenant == self._tenant)
            .order_by(table.started_ns.desc(), table.id.desc())
            .limit(max(limit, 0))
        )
        if user:
            query = query.where(table.user == user)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_conversation(row) for row in rows]

    def _head(self, conversation_id: str) -> Row[Any]:
        table = tables.conversations.c
        query = select(tables.conversations).where(
            table.tenant == self._tenant, table.id == conversation_id
        )
        with translated(), self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no conversation {conversation_id!r}.")
        return row


def _conversation(row: Row[Any], turns: tuple[Turn, ...] = ()) -> Conversation:
    return Conversation(
        row.id, from_ns(row.started_ns), row.channel, row.user, row.report_id, turns
    )


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        row.number,
        from_ns(row.at_ns),
        Role(row.role),
        row.text,
        row.author,
        _CLAIMS.validate_json(row.claims),
        row.report_id,
    )
