"""What is learned from ingested batches."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain.knowledge import Document, DocumentKind
from assistant.domain.signals import LogRecord, SpanStatus
from assistant.work.learning import Learner
from retrievers.memory import MemoryKnowledge
from tests.builders import a_batch, a_log, a_span, a_window, at_ns


class Counting(MemoryKnowledge):
    """Knowledge that counts how many documents it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def remember(self, documents: Sequence[Document]) -> None:
        self.given += len(documents)
        super().remember(documents)


def a_record(minutes: float) -> LogRecord:
    return a_log("pool 7 exhausted", shape="pool <num> exhausted", time_ns=at_ns(minutes))


def test_templates_and_error_spans_can_be_found() -> None:
    knowledge = Counting()
    learner = Learner(knowledge)
    failed = a_span(status=SpanStatus.ERROR, status_message="connection refused", peer="ledger")
    learner(a_batch(a_record(0), failed, a_span()))
    assert learner.settle(5)
    learner.close()

    hits = knowledge.search("pool exhausted", window=a_window(), kinds=[DocumentKind.LOG_TEMPLATE])
    assert [hit.document.service for hit in hits] == ["checkout"]
    hits = knowledge.search("ledger connection refused", kinds=[DocumentKind.ERROR_SPAN])
    assert hits[0].document.reference == failed.trace_id
    assert knowledge.given == 2


def test_what_is_known_is_written_again_only_as_time_moves_on() -> None:
    knowledge = Counting()
    learner = Learner(knowledge)
    for minutes in (0, 0.1, 0.5, 2):  # only the last is a minute or more after the first
        learner(a_batch(*(a_record(minutes) for _ in range(10))))
    assert learner.settle(5)
    learner.close()
    assert knowledge.given == 2
