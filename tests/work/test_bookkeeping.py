"""Calls and scores are written in order, by somebody else's thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from assistant.domain.changes import ConfigChange, RecordedChange
from assistant.domain.usage import ModelCall, PromptRef
from assistant.llmops.changed import ChangeWatch
from assistant.work.bookkeeping import Bookkeeper
from retrievers.memory import MemoryChangeLog, MemoryLedger
from tests.builders import a_window
from tests.builders.usage import a_model_call, a_score


class StallingLedger(MemoryLedger):
    """Waits for `go` before each row; fails for a call that is called 'bad'."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def record(self, call: ModelCall) -> None:
        self.go.wait(10)
        if call.id == "bad":
            raise OSError("the disk is gone")
        super().record(call)


def test_nobody_waits_for_the_disk_and_nothing_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    ledger, log, failures = StallingLedger(), MemoryChangeLog(), list[str]()
    books = Bookkeeper(ledger, ChangeWatch(ledger, log), lambda: failures.append("one"))
    books.record(first := a_model_call(-9))
    books.record(a_model_call(-8, id="bad"))
    books.record(last := a_model_call(-7, prompt=PromptRef("investigate", "4", "ff00ff00ff00")))
    books.judge([score := a_score()])
    assert list(ledger.calls(a_window())) == []

    ledger.go.set()
    books.close()

    assert list(ledger.calls(a_window())) == [first, last]
    assert list(ledger.scores(a_window())) == [score]
    assert failures == ["one"]
    assert "the disk is gone" in caplog.text
    [change] = log.changes(a_window())
    assert isinstance(change, ConfigChange)
    assert (change.key, change.after) == ("prompt investigate", "v4 ff00ff00ff00")


def test_what_was_spent_is_kept_where_changes_cannot_be(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryChangeLog):
        def record(self, changes: Sequence[RecordedChange]) -> None:
            if changes:
                raise OSError("no room for changes")

    ledger = MemoryLedger()
    books = Bookkeeper(ledger, ChangeWatch(ledger, Broken()), lambda: pytest.fail("lost"))
    books.record(first := a_model_call(-9))
    books.record(last := a_model_call(-7, prompt=PromptRef("investigate", "4", "ff00ff00ff00")))
    books.close()

    assert list(ledger.calls(a_window())) == [first, last]
    assert "no room for changes" in caplog.text
