"""Pure analysis in processes of its own, so that the server answers while investigations run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeVar

Result = TypeVar("Result")


class ProcessCompute:
    """The Compute port over a small pool, started with its first task.

    Functions and arguments must pickle. A worker that dies (killed, out of memory) is replaced
    and the task runs once more; when that fails too, it runs in this process.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def __call__(self, function: Callable[..., Result], /, *arguments: object) -> Result:
        for _ in range(2):
            pool = self._started()
            try:
                return pool.submit(function, *arguments).result()
            except BrokenProcessPool:
                self._discard(pool)
        return function(*arguments)

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(wait=True, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                # Forking a process with threads and open stores is unsafe: spawn.
                self._pool = ProcessPoolExecutor(
                    self._workers,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_prepare_worker,
                )
            return self._pool

    def _discard(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        broken.shutdown(wait=False, cancel_futures=True)


def _prepare_worker() -> None:
    # Ctrl-C reaches the whole terminal group: the owner decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_owner, daemon=True).start()


def _end_with_owner() -> None:
    """An owner that is killed cannot say goodbye, and a waiting worker would never notice."""
    owner = multiprocessing.parent_process()
    if owner:
        wait([owner.sentinel])
        os._exit(0)
