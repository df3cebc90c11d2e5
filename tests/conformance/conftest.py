"""Every implementation of a port goes through the suite of that port; a new one is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.domain.ports import (
    ChangeLog,
    Conversations,
    FeedbackLog,
    Ledger,
    ReportStore,
    TelemetryStore,
)
from retrievers.memory import (
    MemoryChangeLog,
    MemoryConversations,
    MemoryFeedback,
    MemoryLedger,
    MemoryReports,
    MemoryTelemetry,
)
from retrievers.records import (
    SqlChangeLog,
    SqlConversations,
    SqlFeedback,
    SqlLedger,
    SqlReportStore,
    open_records,
)
from retrievers.telemetry import DuckDbTelemetry
from tests.fakes import postgres

TELEMETRY: dict[str, Callable[[Path], TelemetryStore]] = {
    "memory": lambda folder: MemoryTelemetry(),
    "duckdb": lambda folder: DuckDbTelemetry(folder / "telemetry.duckdb", memory_limit_mb=200),
}


class Records(NamedTuple):
    changes: ChangeLog
    reports: ReportStore
    ledger: Ledger
    conversations: Conversations
    feedback: FeedbackLog


@pytest.fixture(params=TELEMETRY)
def telemetry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TelemetryStore]:
    store = TELEMETRY[request.param](tmp_path)
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.running() as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """The stores of records, empty: each test is a tenant of its own."""
    if request.param == "memory":
        yield Records(
            MemoryChangeLog(),
            MemoryReports(),
            MemoryLedger(),
            MemoryConversations(),
            MemoryFeedback(),
        )
        return
    url = f"sqlite:///{tmp_path}/records.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    engine = open_records(url)
    tenant = request.node.name
    yield Records(
        SqlChangeLog(engine, tenant=tenant),
        SqlReportStore(engine, tenant=tenant),
        SqlLedger(engine, tenant=tenant),
        SqlConversations(engine, tenant=tenant),
        SqlFeedback(engine, tenant=tenant),
    )
    engine.dispose()
