"""An asyncio event loop whose time is virtual: where it would wait, it moves the clock instead.

Nothing outside the process can wake it, so a run depends on its inputs alone.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

Result = TypeVar("Result")


class _NoWaiting(selectors.BaseSelector):
    """Waits for no file; tells the loop's clock how long the wait would have been."""

    def __init__(self) -> None:
        self._files: dict[Any, selectors.SelectorKey] = {}
        self.elapsed_s = 0.0

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, 0, events, data)
        self._files[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._files.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._files

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("every task waits for another one: nothing will ever happen")
        self.elapsed_s += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._waiting = _NoWaiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.elapsed_s


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """The result of `main`; cancels whatever it left running."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        while left := asyncio.all_tasks(loop):
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()
