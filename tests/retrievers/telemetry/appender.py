"""Appends batches for ever and says on stdout which are acknowledged: the victim of kill -9.

Run as `python -m tests.retrievers.telemetry.appender FILE FIRST`.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from retrievers.telemetry import DuckDbTelemetry
from retrievers.wrappers.group_commit import GroupCommit
from tests.builders import a_batch, a_log, a_span

ROWS = 50


def main() -> None:
    store = GroupCommit(DuckDbTelemetry(Path(sys.argv[1]), memory_limit_mb=100))
    for number in itertools.count(int(sys.argv[2])):
        rows = [a_log(f"{number}/{i}", trace_id=str(number)) for i in range(ROWS)]
        store.append(a_batch(*rows, a_span(trace_id=str(number), span_id="s")))
        print(number, flush=True)


if __name__ == "__main__":
    main()
