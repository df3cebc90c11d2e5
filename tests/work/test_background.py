"""A bounded queue with one thread behind it."""

from __future__ import annotations

import threading

import pytest

from assistant.domain.errors import RepositoryError
from assistant.work.background import Background


def test_a_failing_item_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def handle(item: str) -> None:
        if item == "expected":
            raise RepositoryError("the repository is missing")
        if item == "bug":
            raise ZeroDivisionError
        done.append(item)

    work = Background("learning", handle, capacity=10)
    for item in ("first", "expected", "bug", "last"):
        assert work.offer(item)
    assert work.settle(5)
    work.close()

    assert done == ["first", "last"]
    assert "the repository is missing" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_full_queue_refuses_and_never_waits() -> None:
    gate = threading.Event()
    started = threading.Event()

    def handle(item: int) -> None:
        started.set()
        gate.wait(5)

    work = Background("slow", handle, capacity=1)
    assert work.offer(1)
    assert started.wait(5)
    assert work.offer(2)
    assert not work.offer(3)
    assert work.refused == 1
    assert not work.settle(0.01)
    gate.set()
    assert work.settle(5)
    work.close()
