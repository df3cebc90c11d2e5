"""One stream of events: what a run says while it works, numbered and timed in one place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from assistant.domain.conversation import Event, EventKind

OnStop: TypeAlias = Callable[[Callable[[], None]], None]
"""Takes what is to be done when whoever asked wants no more, for a call that hangs."""

_TEXT_FIELD = re.compile(r'"text"\s*:\s*"')
_WHOLE = re.compile(r'(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": " ", "t": " ", "r": "", "b": "", "f": ""}


class EventStream:
    """Everything that takes part in one answer speaks into the same stream; `sink` hears it in
    the thread that asked, in order."""

    def __init__(self, sink: Callable[[Event], None], clock: Callable[[], datetime]) -> None:
        self._sink = sink
        self._clock = clock
        self._numbers = itertools.count(1)

    def __call__(self, kind: EventKind, text: str = "", **data: Any) -> None:
        self._sink(Event(next(self._numbers), self._clock(), kind, text, data))


class Spoken:
    """The prose of a JSON answer as it is being written: the values of its "text" fields.

    `heard(piece)` takes what the model just wrote and returns what a person can read of it.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._inside = False
        self._said = False

    def heard(self, piece: str) -> str:
        self._rest += piece
        said = ""
        while True:
            if not self._inside:
                field = _TEXT_FIELD.search(self._rest)
                if field is None:
                    # A field's name may be cut in two by the pieces.
                    self._rest = self._rest[-64:]
                    return said
                self._rest = self._rest[field.end() :]
                self._inside = True
                said += " " if self._said else ""
                self._said = True
            # Up to the end of the string, or to an escape that is cut in two.
            whole = _WHOLE.match(self._rest)
            assert whole is not None
            said += _unescaped(whole[0])
            self._rest = self._rest[whole.end() :]
            if not self._rest.startswith('"'):
                return said
            self._rest = self._rest[1:]
            self._inside = False


def never(tell: Callable[[], None]) -> None:
    """An OnStop without a stop."""


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(character, text)
