"""The events of one answer: produced once, read by any number of channels, from any point."""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace

from assistant.domain.conversation import Event, EventKind

PER_TURN = 100_000  # numbers of one turn: those of the next are higher, also after a restart


class Stopped(Exception):
    """Whoever asked wants no more of the answer."""


class Broadcast:
    """A sink of events for several readers and threads. Numbers begin after those of every earlier
    turn of the conversation."""

    def __init__(self, turn: int) -> None:
        self._numbers = itertools.count(turn * PER_TURN + 1)
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
        """No more events but `last`: readers come to their end. The pieces in which the answer
        was written are forgotten, and who was to hear of a stop: streams are kept for long."""
        with self._news:
            if not self._closed and last is not None:
                self._append(last)
            self._closed = True
            self._events = [e for e in self._events if e.kind is not EventKind.TOKEN]
            self._on_stop.clear()
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
            if not self._closed:
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
        while True:
            with self._news:
                if not self._later(number) and not self._closed:
                    self._news.wait(patience_s)
                ready, closed = self._later(number), self._closed
            if not ready and not closed and patience_s is not None:
                yield None
            yield from ready
            number = ready[-1].number if ready else number
            if closed and not ready:
                return

    def _later(self, number: int) -> list[Event]:
        return self._events[bisect_right(self._events, number, key=lambda e: e.number) :]

    def _append(self, event: Event) -> None:
        self._events.append(replace(event, number=next(self._numbers)))
        self._news.notify_all()
