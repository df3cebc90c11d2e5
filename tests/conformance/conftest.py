"""Every implementation of a port goes through the suite of that port; a new one is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.domain.ports import TelemetryStore
from retrievers.memory import MemoryTelemetry
from retrievers.telemetry import DuckDbTelemetry

TELEMETRY: dict[str, Callable[[Path], TelemetryStore]] = {
    "memory": lambda folder: MemoryTelemetry(),
    "duckdb": lambda folder: DuckDbTelemetry(folder / "telemetry.duckdb", memory_limit_mb=200),
}


@pytest.fixture(params=TELEMETRY)
def telemetry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TelemetryStore]:
    store = TELEMETRY[request.param](tmp_path)
    yield store
    store.close()
