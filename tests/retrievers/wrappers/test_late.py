"""Records that open with their first use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from assistant.domain.conversation import Conversation, Feedback
from assistant.domain.errors import StoreInUse
from retrievers.memory import (
    MemoryChangeLog,
    MemoryConversations,
    MemoryFeedback,
    MemoryLedger,
    MemoryReports,
)
from retrievers.wrappers.late import LateRecords
from tests.builders import a_flag, a_window, at
from tests.builders.usage import a_model_call


@dataclass
class Opened:
    changes: MemoryChangeLog = field(default_factory=MemoryChangeLog)
    reports: MemoryReports = field(default_factory=MemoryReports)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    conversations: MemoryConversations = field(default_factory=MemoryConversations)
    feedback: MemoryFeedback = field(default_factory=MemoryFeedback)
    closed: bool = False

    def close(self) -> None:
        self.closed = True


def test_the_first_use_opens_them_and_the_second_finds_them_open() -> None:
    openings: list[Opened] = []

    def opening() -> Opened:
        openings.append(Opened())
        return openings[-1]

    records = LateRecords(opening)
    assert openings == []

    flag = a_flag()
    records.changes.record([flag])
    assert list(records.changes.changes(a_window())) == [flag]
    assert list(records.reports.latest()) == []
    records.ledger.record(call := a_model_call())
    assert list(records.ledger.calls(a_window())) == [call]
    records.conversations.save(chat := Conversation("c-1", at()))
    assert list(records.conversations.latest()) == [chat]
    records.feedback.record(said := Feedback("f-1", at(), "r-1", helpful=True))
    assert list(records.feedback.of("r-1")) == [said]
    assert len(openings) == 1

    records.close()
    assert openings[0].closed


def test_an_opening_that_failed_is_tried_again() -> None:
    attempts: Iterator[StoreInUse | Opened] = iter((StoreInUse("locked"), Opened()))

    def opening() -> Opened:
        outcome = next(attempts)
        if isinstance(outcome, StoreInUse):
            raise outcome
        return outcome

    records = LateRecords(opening)
    with pytest.raises(StoreInUse):
        records.reports.latest()
    assert list(records.reports.latest()) == []


def test_what_was_never_used_is_never_opened() -> None:
    def opening() -> Opened:
        raise AssertionError

    LateRecords(opening).close()
