"""Who follows an answer holds up nobody else, and is missed at once when gone."""

from __future__ import annotations

import anyio
from starlette.types import Message

from assistant.api.streams import streamed
from assistant.domain.conversation import Event, EventKind
from assistant.investigator.chat.stream import Broadcast
from tests.builders import at

SCOPE = {"type": "http", "asgi": {"spec_version": "2.3"}}


async def _stays() -> Message:
    await anyio.sleep_forever()
    raise AssertionError


async def _leaves() -> Message:
    return {"type": "http.disconnect"}


async def _sent(message: Message) -> None:
    pass


def test_any_number_of_readers_leaves_threads_for_requests() -> None:
    async def follow() -> None:
        stream = Broadcast(1)
        async with anyio.create_task_group() as readers:
            for _ in range(50):
                readers.start_soon(streamed(stream), SCOPE, _stays, _sent)
            await anyio.sleep(0.1)
            with anyio.fail_after(5):
                assert await anyio.to_thread.run_sync(lambda: "answered") == "answered"
            stream.close(Event(0, at(), EventKind.STOPPED))

    anyio.run(follow)


def test_who_leaves_before_the_first_event_is_missed_at_once() -> None:
    left: list[bool] = []

    async def leave() -> None:
        stream = Broadcast(1)
        with anyio.fail_after(5):
            await streamed(stream, on_leave=lambda: left.append(True))(SCOPE, _leaves, _sent)
        stream.close()

    anyio.run(leave)
    assert left == [True]
