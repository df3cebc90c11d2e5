"""Events as they happen, over HTTP: server-sent events of an answer that is being written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.responses import StreamingResponse

from assistant.api.chat_schemas import server_sent
from assistant.investigator.chat.stream import Broadcast

EVENTS = "text/event-stream"
_ALIVE_S = 15.0  # proxies close what is silent for longer


def streamed(
    stream: Broadcast, after: int = 0, on_leave: Callable[[], None] = lambda: None
) -> StreamingResponse:
    """Those after that number, up to the last one; `on_leave` once nobody reads any more."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_chunks(stream, after, on_leave), media_type=EVENTS, headers=headers)


def _chunks(stream: Broadcast, after: int, on_leave: Callable[[], None]) -> Iterator[bytes]:
    try:
        for event in stream.after(after, patience_s=_ALIVE_S):
            yield server_sent(event) if event is not None else b": still working\n\n"
    finally:
        on_leave()
