"""JSON of conversations, their events, and feedback."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant.domain.conversation import Conversation, Event, EventKind, Feedback

_CONVERSATION = TypeAdapter(Conversation)
_EVENT = TypeAdapter(Event)
_FEEDBACK = TypeAdapter(Feedback)


class ChatJson(BaseModel):
    """A new conversation; `report_id` is the investigation that it is about, if any."""

    model_config = ConfigDict(extra="forbid")

    report_id: str = Field("", max_length=200)
    channel: str = Field("api", max_length=40)
    user: str = Field("", max_length=200)


class MessageJson(BaseModel):
    """What a person says; longer texts are cut, and that is told."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=20_000)


class FeedbackJson(BaseModel):
    """What a person thinks of a report, or of one of its sentences (`claim`); `outcome` is what it
    was in the end."""

    model_config = ConfigDict(extra="forbid")

    helpful: bool
    claim: str = Field("", max_length=2_000)
    reason: str = Field("", max_length=2_000)
    outcome: str = Field("", max_length=2_000)
    channel: str = Field("api", max_length=40)
    user: str = Field("", max_length=200)

    def value(self, report_id: str, at: datetime) -> Feedback:
        return Feedback(id=uuid.uuid4().hex[:12], at=at, report_id=report_id, **self.model_dump())


def conversation_to_dict(conversation: Conversation) -> dict[str, Any]:
    return dict(_CONVERSATION.dump_python(conversation, mode="json"))


def conversation_from_dict(document: object) -> Conversation:
    return _CONVERSATION.validate_python(document)


def feedback_to_dict(feedback: Feedback) -> dict[str, Any]:
    return dict(_FEEDBACK.dump_python(feedback, mode="json"))


def event_to_dict(event: Event) -> dict[str, Any]:
    return dict(_EVENT.dump_python(event, mode="json"))


def event_from_dict(document: object) -> Event:
    return _EVENT.validate_python(document)


def server_sent(event: Event) -> bytes:
    """An event as server-sent events have it: its number is the id, its kind the name."""
    body = orjson.dumps(event_to_dict(event)).decode()
    return f"id: {event.number}\nevent: {event.kind.value}\ndata: {body}\n\n".encode()


def failure_of(event: Event) -> dict[str, Any]:
    """The problem document that a failed answer stands for."""
    assert event.kind is EventKind.FAILED
    kind = str(event.data.get("error") or "CausewayError")
    hint = str(event.data.get("hint", ""))
    near = event.data.get("near") or ()
    return {
        "type": f"urn:causeway:problem:{kind}",
        "detail": event.text,
        "hint": hint,
        "near": near,
    }
