"""Events as they happen, over HTTP: server-sent events of an answer that is being written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

from anyio import CapacityLimiter, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.api.chat_schemas import server_sent
from assistant.domain.conversation import Event
from assistant.investigator.chat.stream import Broadcast

EVENTS = "text/event-stream"
_ALIVE_S = 15.0  # proxies close what is silent for longer
_READERS = CapacityLimiter(200)


def streamed(
    stream: Broadcast, after: int = 0, on_leave: Callable[[], None] = lambda: None
) -> StreamingResponse:
    """Those after that number, up to the last one; `on_leave` once nobody reads any more."""
    return _Followed(stream.after(after, patience_s=_ALIVE_S), on_leave)


class _Followed(StreamingResponse):
    """A reader waits in a thread that answers nothing else: however many follow, requests go on."""

    def __init__(self, events: Iterator[Event | None], on_leave: Callable[[], None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_chunks(events), media_type=EVENTS, headers=headers)
        self._on_leave = on_leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # also for who left before the first event
            self._on_leave()


async def _chunks(events: Iterator[Event | None]) -> AsyncIterator[bytes]:
    over = object()
    while True:
        # Whoever leaves is noticed at once, not when the thread wakes up.
        event = await to_thread.run_sync(
            next, events, over, abandon_on_cancel=True, limiter=_READERS
        )
        if event is over:
            return
        yield server_sent(event) if isinstance(event, Event) else b": still working\n\n"
