"""The events of one answer: produced once, read by any number of channels, from any point."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.domain.conversation import Event

PER_TURN = 100_000  # numbers of one turn: those of the next are higher, also after a restart


class Stopped(Exception):
    """Whoever asked wants no more of the answer."""


class Broadcast:
    """A sink of events for several readers and threads. Numbers begin after those of every earlier
    turn of the conversation."""

    def __init__(self, turn: int) -> None:
        self._first = turn * PER_TURN + 1
        self._events: list[Event] = []
        self._news = threading.Condition()
        self._closed = self._stopped = False
        self._on_stop: list[Callable[[], None]] = []

    def __call__(self, event: Event) -> None:
        """Take an event in, under a number of this stream. Raises Stopped once it was stopped."""
        with self._news:
            if self._stopped:
                raise Stopped
            self._append(event)

    def close(self, last: Event | None = None) -> None:
        """No more events but `last`: readers come to their end."""
        with self._news:
            if not self._closed and last is not None:
                self._append(last)
            self._closed = True
            self._news.notify_all()

    def stop(self) -> None:
        """The next event raises Stopped in whoever produces it; what hangs is told through
        `on_stop`."""
        with self._news:
            self._stopped = True
            told = list(self._on_stop)
        for tell in told:
            tell()

    def on_stop(self, tell: Callable[[], None]) -> None:
        with self._news:
            self._on_stop.append(tell)
            late = self._stopped
        if late:
            tell()

    @property
    def closed(self) -> bool:
        with self._news:
            return self._closed

    def after(self, number: int = 0, *, patience_s: float | None = None) -> Iterator[Event | None]:
        """Events after that number, those to come included, until the stream is closed. None
        after `patience_s` without one, for a reader who has to show that it is alive."""
        at = max(0, number - self._first + 1)
        while True:
            with self._news:
                if at >= len(self._events) and not self._closed:
                    self._news.wait(patience_s)
                ready, closed = self._events[at:], self._closed
            if not ready and not closed and patience_s is not None:
                yield None
            yield from ready
            at += len(ready)
            if closed and not ready:
                return

    def _append(self, event: Event) -> None:
        self._events.append(replace(event, number=self._first + len(self._events)))
        self._news.notify_all()
