"""What was acknowledged is there, whatever happens to the process."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from retrievers.telemetry import DuckDbTelemetry
from tests.builders import a_window
from tests.retrievers.telemetry.appender import ROWS

ROUNDS = 4
ACKNOWLEDGED_PER_ROUND = 15


def append_until_killed(path: Path, first: int) -> list[int]:
    """The numbers of the batches that were acknowledged before kill -9."""
    command = [sys.executable, "-m", "tests.retrievers.telemetry.appender", str(path), str(first)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout as lines:
        seen = [int(lines.readline()) for _ in range(ACKNOWLEDGED_PER_ROUND)]
        child.kill()
        seen += [int(line) for line in lines if line.endswith("\n")]
    child.wait()
    return seen


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_to_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.duckdb"
    acknowledged: list[int] = []
    for round_ in range(ROUNDS):
        acknowledged += append_until_killed(path, first=round_ * 1_000_000)

    store = DuckDbTelemetry(path)
    stored = Counter(r.trace_id for r in store.records(a_window(0, 1), limit=1_000_000))
    traces = {t.trace_id for t in store.traces(a_window(0, 1), limit=1_000_000)}
    store.close()

    assert len(acknowledged) >= ROUNDS * ACKNOWLEDGED_PER_ROUND
    assert {str(number) for number in acknowledged} <= stored.keys()
    assert set(stored.values()) == {ROWS}, "a batch is there whole or not at all"
    assert traces == stored.keys()
