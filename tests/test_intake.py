"""The first half of the straight line: what comes in is redacted, shaped, stored, then learned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.changes import ConfigChange
from assistant.domain.errors import Overloaded
from assistant.domain.signals import SignalBatch
from assistant.intake import Intake, ingest
from retrievers.memory import MemoryChangeLog, MemoryTelemetry
from tests.builders import a_batch, a_deploy, a_log, a_span, a_window, at

REDACTOR = RuleRedactor()
SECRET = REDACTOR.text("password=tiger").removeprefix("password=")


def intake(learned: list[SignalBatch] | None = None) -> Intake:
    learn = (lambda batch: None) if learned is None else learned.append
    return Intake(MemoryTelemetry(), MemoryChangeLog(), REDACTOR, learn)


def test_signals_are_stored_without_secrets_and_with_their_shape() -> None:
    store = MemoryTelemetry()
    ingest(
        replace(intake(), telemetry=store),
        a_batch(a_log("order 7 of bob@example.com placed"), a_span(operation="POST /pay")),
    )

    (record,) = store.records(a_window())
    assert record.body == f"order 7 of {REDACTOR.text('bob@example.com')} placed"
    assert record.shape == "order <num> of <email:<hex>> placed"
    (trace,) = store.traces(a_window())
    assert trace.spans[0].operation == "POST /pay"


def test_a_configuration_value_is_secret_when_its_key_says_so() -> None:
    parts = intake()
    password = ConfigChange("c1", "db.password", at(-5), before="tiger", after="lion")
    pool = ConfigChange("c2", "db.pool_size", at(-4), before="20", after="5", actor="a@b.example")
    deploy = a_deploy(minutes=-3, actor="ada", url="https://bob:tiger@ci.example/7")

    ingest(parts, SignalBatch(), [password, pool, deploy])

    stored = parts.changes.changes(a_window())
    lion = REDACTOR.text("db.password=lion").removeprefix("db.password=")
    assert stored[0] == replace(password, before=SECRET, after=lion)
    assert stored[1] == replace(pool, actor=REDACTOR.text("a@b.example"))
    assert stored[2] == replace(deploy, url=REDACTOR.text(deploy.url))
    assert "tiger" not in repr(stored)


def test_only_what_was_stored_is_learned() -> None:
    class Full(MemoryTelemetry):
        def append(self, batch: SignalBatch) -> None:
            raise Overloaded("full")

    learned: list[SignalBatch] = []
    with pytest.raises(Overloaded):
        ingest(replace(intake(learned), telemetry=Full()), a_batch(a_log()))
    assert learned == []

    ingest(intake(learned), a_batch(a_log()))
    assert [batch.log_count for batch in learned] == [1]


def test_changes_alone_touch_no_signals() -> None:
    learned: list[SignalBatch] = []
    ingest(intake(learned), SignalBatch(), [a_deploy()])
    assert learned == []
