"""Many callers, few transactions, and a bad batch fails alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from assistant.domain.errors import InvalidPayload, Overloaded
from assistant.domain.signals import SignalBatch
from retrievers.telemetry import DuckDbTelemetry
from retrievers.wrappers.group_commit import GroupCommit
from tests.builders import a_batch, a_log, a_point, a_span, a_window


class HeldWriter:
    """Writes only while its gate is open; refuses batches with a log that says `bad`."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.transactions: list[list[str]] = []

    def append(self, batch: SignalBatch) -> None:
        self.entered.set()
        assert self.gate.wait(10)
        if "bad" in batch.logs["body"]:
            raise InvalidPayload("bad")
        self.transactions.append(list(batch.logs["body"]))


@pytest.fixture
def writer() -> HeldWriter:
    return HeldWriter()


def hold_first(group: GroupCommit, writer: HeldWriter) -> Future[None]:
    """A transaction that is being written, so that what comes next has to wait."""
    first = group.submit(a_batch(a_log("first")))
    assert writer.entered.wait(10)
    return first


@pytest.fixture
def group(writer: HeldWriter) -> Iterator[GroupCommit]:
    opened = GroupCommit(writer, max_group_rows=3, max_waiting_rows=5, max_waiting_bytes=1000)
    yield opened
    writer.gate.set()
    opened.close()


def test_what_waits_together_is_stored_together(group: GroupCommit, writer: HeldWriter) -> None:
    hold_first(group, writer)
    waiting = [group.submit(a_batch(a_log(body))) for body in ("a", "b", "c", "d")]
    writer.gate.set()
    for stored in waiting:
        assert stored.result(10) is None

    assert writer.transactions == [["first"], ["a", "b", "c"], ["d"]]


def test_a_bad_batch_fails_alone(group: GroupCommit, writer: HeldWriter) -> None:
    hold_first(group, writer)
    good, bad, also_good = (group.submit(a_batch(a_log(body))) for body in ("a", "bad", "b"))
    writer.gate.set()

    with pytest.raises(InvalidPayload):
        bad.result(10)
    assert good.result(10) is None
    assert also_good.result(10) is None
    assert writer.transactions == [["first"], ["a"], ["b"]]


def test_a_full_queue_says_when_to_come_back(group: GroupCommit, writer: HeldWriter) -> None:
    hold_first(group, writer)
    group.submit(a_batch(*(a_log(str(i)) for i in range(5))))

    with pytest.raises(Overloaded) as refused:
        group.append(a_batch(a_log("one too many")))
    assert refused.value.retry_after_s == 1.0

    writer.gate.set()
    group.close()
    assert writer.transactions == [["first"], ["0", "1", "2", "3", "4"]]


def test_the_queue_is_bounded_by_bytes_too(group: GroupCommit, writer: HeldWriter) -> None:
    hold_first(group, writer)
    group.submit(a_batch(a_log("x" * 900)))

    with pytest.raises(Overloaded):
        group.submit(a_batch(a_log("x" * 200)))


def test_a_batch_larger_than_the_queue_is_taken_when_nothing_waits(
    group: GroupCommit, writer: HeldWriter
) -> None:
    writer.gate.set()

    group.append(a_batch(*(a_log(str(i)) for i in range(9))))

    assert len(writer.transactions[0]) == 9


def test_closing_stores_what_waits_and_takes_nothing_more(
    group: GroupCommit, writer: HeldWriter
) -> None:
    hold_first(group, writer)
    waiting = group.submit(a_batch(a_log("a")))
    writer.gate.set()
    group.close()

    assert waiting.result(0) is None
    with pytest.raises(Overloaded, match="closing"):
        group.append(a_batch(a_log("late")))


def test_every_caller_finds_its_rows_in_the_store(tmp_path: Path) -> None:
    store = DuckDbTelemetry(tmp_path / "telemetry.duckdb")
    group = GroupCommit(store)

    def deliver(name: str) -> None:
        for number in range(10):
            group.append(a_batch(a_log(f"{name}/{number}"), a_span(), a_point()))
            found = {r.body for r in store.records(a_window(0, 1), limit=1000)}
            assert f"{name}/{number}" in found

    threads = [threading.Thread(target=deliver, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {r.body for r in store.records(a_window(0, 1), limit=1000)}
    group.close()
    store.close()

    assert stored == {f"{name}/{number}" for name in "abcd" for number in range(10)}
