"""Analysis in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain.errors import InvalidWindow
from assistant.work.compute import ProcessCompute


@pytest.fixture(scope="module")
def compute() -> Iterator[ProcessCompute]:
    pool = ProcessCompute(workers=1)
    yield pool
    pool.close()


def process_id() -> int:
    return os.getpid()


def dies_once(marker: Path) -> str:
    """Kills its own process the first time, as the kernel does when memory runs out."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def fails() -> None:
    raise InvalidWindow("ends before it starts", hint="turn it round")


def test_it_runs_elsewhere_and_returns_the_result(compute: ProcessCompute) -> None:
    assert compute(process_id) != os.getpid()
    assert compute(max, 3, 4) == 4


def test_errors_come_back_as_they_were(compute: ProcessCompute) -> None:
    with pytest.raises(InvalidWindow, match="ends before it starts"):
        compute(fails)


def test_a_worker_that_is_killed_is_replaced(compute: ProcessCompute, tmp_path: Path) -> None:
    assert compute(dies_once, tmp_path / "marker") == "survived"
