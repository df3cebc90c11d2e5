"""Work that must not hold up a request: a bounded queue with one thread behind it."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from assistant.domain.errors import CausewayError

Item = TypeVar("Item")
logger = logging.getLogger(__name__)


class Background(Generic[Item]):
    """Handles items one after another. A failing item is logged and does not stop the next.

    `offer` never waits: when the queue is full it refuses, and `refused` counts how often.
    """

    def __init__(self, name: str, handle: Callable[[Item], None], *, capacity: int) -> None:
        self.refused = 0
        self._handle = handle
        self._items: queue.Queue[Item] = queue.Queue(capacity)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def offer(self, item: Item) -> bool:
        try:
            self._items.put_nowait(item)
        except queue.Full:
            self.refused += 1
            return False
        return True

    def settle(self, timeout_s: float) -> bool:
        """Wait until everything offered so far is handled; False when the time ran out."""
        deadline = time.monotonic() + timeout_s
        with self._items.all_tasks_done:
            while self._items.unfinished_tasks:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return False
                self._items.all_tasks_done.wait(remaining)
        return True

    def close(self, timeout_s: float = 5.0) -> None:
        """Finish the item in hand; what still waits is dropped (it can be learned again)."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                item = self._items.get(timeout=0.2)
            except queue.Empty:
                continue
            try:
                self._handle(item)
            except CausewayError as error:
                logger.warning("%s: %s %s", self._thread.name, error, error.hint)
            except Exception:
                logger.exception("%s failed on one item", self._thread.name)
            finally:
                self._items.task_done()


class Timer:
    """Calls `action` every `interval_s`, first after one interval, until closed."""

    def __init__(self, name: str, action: Callable[[], None], *, interval_s: float) -> None:
        self._action = action
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self, timeout_s: float = 5.0) -> None:
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval_s):
            try:
                self._action()
            except CausewayError as error:
                logger.warning("%s: %s %s", self._thread.name, error, error.hint)
            except Exception:
                logger.exception("%s failed once", self._thread.name)
