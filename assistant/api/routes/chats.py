"""Conversations: questions in words, answers as they are written; and what people think of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.responses import JSONResponse

from assistant.api.chat_schemas import (
    ChatJson,
    FeedbackJson,
    MessageJson,
    conversation_to_dict,
    event_to_dict,
    failure_of,
    feedback_to_dict,
)
from assistant.api.problems import error_of
from assistant.api.streams import EVENTS, streamed
from assistant.domain.conversation import Event, EventKind
from assistant.investigator.chat.stream import Broadcast
from assistant.wiring import Causeway

_LAST = (EventKind.ANSWER, EventKind.FAILED, EventKind.STOPPED)


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["chats"])

    @routes.post("/chats", status_code=201)
    def start(chat: ChatJson) -> dict[str, Any]:
        """Start a conversation, about a report if one is named."""
        begun = causeway.turns.chat.start(
            channel=chat.channel, user=chat.user, report_id=chat.report_id
        )
        return conversation_to_dict(begun)

    @routes.get("/chats")
    def latest(limit: int = 20, user: str = "") -> list[dict[str, Any]]:
        """The latest conversations without their turns, newest first; at most 200."""
        most = max(1, min(limit, 200))
        return [conversation_to_dict(c) for c in causeway.conversations.latest(most, user=user)]

    @routes.get("/chats/{chat_id}")
    def conversation(chat_id: str) -> dict[str, Any]:
        """A conversation with all its turns."""
        return conversation_to_dict(causeway.conversations.conversation(chat_id))

    @routes.post("/chats/{chat_id}/messages", response_class=Response)
    def say(chat_id: str, message: MessageJson, request: Request, wait: bool = False) -> Response:
        """Ask something. 202 with where its events are; the events themselves for who accepts
        text/event-stream; with `wait=true` the answer, when it is there."""
        stream = causeway.turns.begin(chat_id, message.text)
        if EVENTS in request.headers.get("accept", ""):
            return streamed(stream, 0)
        if wait:
            return JSONResponse(event_to_dict(_last(stream)))
        events = f"{routes.prefix}/chats/{chat_id}/events"
        return JSONResponse({"events": events}, 202, headers={"Location": events})

    @routes.post("/chats/{chat_id}/stop", status_code=204)
    def stop(chat_id: str) -> None:
        """End the answer that is being written; what was reached is in its report."""
        causeway.turns.stop(chat_id)

    @routes.get("/chats/{chat_id}/events", response_class=Response)
    def events(chat_id: str, last_event_id: Annotated[int, Header()] = 0) -> Response:
        """Server-sent events of the answer that is being written, or of the last one; those after
        the Last-Event-ID."""
        return streamed(causeway.turns.stream(chat_id), last_event_id)

    @routes.post("/reports/{report_id}/feedback", status_code=201)
    def feedback(report_id: str, given: FeedbackJson) -> dict[str, Any]:
        """Say whether a report, or a sentence of it, helped, and what it was in the end."""
        return feedback_to_dict(causeway.give_feedback(given.value(report_id, causeway.clock())))

    @routes.get("/reports/{report_id}/feedback")
    def feedback_of(report_id: str) -> list[dict[str, Any]]:
        """What people said of a report, oldest first."""
        causeway.reports.report(report_id)
        return [feedback_to_dict(one) for one in causeway.feedback.of(report_id)]

    return routes


def _last(stream: Broadcast) -> Event:
    """The answer, or why there is none. Raises what kept it from being answered."""
    events = [e for e in stream.after() if e is not None and e.kind in _LAST]
    if events[-1].kind is EventKind.FAILED:
        raise error_of(failure_of(events[-1]))
    return events[-1]
