"""How long an investigation takes, and what it costs in memory, over one hour of a large system.

    python -m benchmarks.investigation                  the table, 100,000 to 1,000,000 spans
    python -m benchmarks.investigation --spans 100000   one row

Ingest and investigation run in processes of their own. *Cold* is the first investigation of a
fresh owner; *warm* the median of the next three. Memory is the highest sum of the resident sets
of the owner, its workers and the git processes it starts, sampled every 100 ms.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import TypeVar

import psutil  # type: ignore[import-untyped]

from assistant import pipeline
from assistant.domain.report import Report
from assistant.domain.signals import SignalBatch
from assistant.settings import Settings
from assistant.wiring import open_causeway
from benchmarks.hour import COMMITS, GUILTY, MINUTES, START, Hour, commits, deployments
from benchmarks.rootcausebench.cases import Incident
from benchmarks.rootcausebench.repository import CaseRepository, build
from benchmarks.rootcausebench.telemetry import change_events
from integrations.sources.alert.mapping import question_from_alert
from integrations.sources.otlp.changes import parse_changes

Result = TypeVar("Result")

SIZES = (100_000, 250_000, 500_000, 1_000_000)
WARM_TARGET_S = 8.0
MEMORY_TARGET_MB = 1500
_WARM_RUNS = 3
_COLUMNS = "{:>10} {:>9} {:>9} {:>8} {:>8} {:>10} {:>8}  {}"


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the table; times in seconds, memory in MB."""

    spans: int
    logs: int
    ingest_s: float
    cold_s: float
    warm_s: float
    peak_mb: float
    right: bool
    steps: dict[str, float]


def measure(spans: int) -> Figures:
    hour = Hour(spans=spans, logs=spans // 2)
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch:
        code = build(commits(), Path(scratch) / "code.git")
        ingest_s = _apart(_ingest, hour, code, scratch)
        cold_s, warm_s, peak_mb, guilty, steps = _apart(_investigate, hour, code, scratch)
    right = code.original(guilty) == GUILTY
    return Figures(spans, spans // 2, ingest_s, cold_s, warm_s, peak_mb, right, steps)


def _ingest(hour: Hour, code: CaseRepository, scratch: str) -> float:
    events = change_events(_changes_only(), code.real, "code")
    started = time.perf_counter()
    with open_causeway(_settings(scratch, code), long_running=False, clock=_now) as causeway:
        causeway.accept(SignalBatch(), parse_changes(events))
        for batch in hour.batches():
            pipeline.ingest(causeway.intake, batch)
        elapsed = time.perf_counter() - started
        causeway.learner.settle(600)
        causeway.knowledge.settle(600)
    return elapsed


def _investigate(
    hour: Hour, code: CaseRepository, scratch: str
) -> tuple[float, float, float, str, dict[str, float]]:
    question = question_from_alert(json.dumps(hour.question).encode())
    reports: list[Report] = []
    seconds: list[float] = []
    with (
        open_causeway(_settings(scratch, code), long_running=True, clock=_now) as causeway,
        _peak_mb() as peak,
    ):
        for _ in range(1 + _WARM_RUNS):
            started = time.perf_counter()
            reports.append(causeway.investigate(question))
            seconds.append(time.perf_counter() - started)
    guilty = reports[-1].guilty
    return (
        seconds[0],
        median(seconds[1:]),
        peak[0],
        guilty.id if guilty else "",
        reports[-1].seconds,
    )


@contextmanager
def _peak_mb() -> Iterator[list[float]]:
    """The list's one number is right after the block."""
    peak, over = [0.0], threading.Event()
    owner = psutil.Process()

    def watch() -> None:
        while not over.wait(0.1):
            total = owner.memory_info().rss
            for process in owner.children(recursive=True):
                with suppress(psutil.Error):
                    # Between vfork and exec a child is its parent, memory and command line too.
                    if process.cmdline() != owner.cmdline():
                        total += process.memory_info().rss
            peak[0] = max(peak[0], total / 1e6)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _settings(scratch: str, code: CaseRepository) -> Settings:
    return Settings.model_validate(
        {"data_dir": Path(scratch) / "data", "repositories": {"code": code.path}}
    )


def _now() -> datetime:
    return START + timedelta(minutes=MINUTES + 1)


def _changes_only() -> Incident:
    return Incident({}, (), (), (), (), deploys=tuple(deployments()), flags=())


def _apart(function: Callable[..., Result], *arguments: object) -> Result:
    """Run in a fresh process, so that one measurement's memory is not in the next."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    try:
        result: Result = ours.recv()
        return result
    finally:
        process.join()


def _send(
    connection: Connection, function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    connection.send(function(*arguments))


def _row(figures: Figures) -> str:
    slowest = sorted(figures.steps.items(), key=lambda step: -step[1])[:2]
    return _COLUMNS.format(
        f"{figures.spans:,}",
        f"{figures.logs:,}",
        f"{figures.ingest_s:.1f}",
        f"{figures.cold_s:.2f}",
        f"{figures.warm_s:.2f}",
        f"{figures.peak_mb:.0f}",
        "right" if figures.right else "wrong",
        ", ".join(f"{name} {seconds:.2f}" for name, seconds in slowest),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Time and memory of an investigation.")
    parser.add_argument("--spans", type=int, action="append", help="a size to measure")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    print(f"One hour, 100 services, 2,000 series, {COMMITS} commits; targets: warm at most")
    print(f"{WARM_TARGET_S:g} s, memory at most {MEMORY_TARGET_MB} MB, no worse than linear.")
    heading = ("spans", "logs", "ingest s", "cold s", "warm s", "peak MB", "cause", "slowest steps")
    print(_COLUMNS.format(*heading))
    rows = []
    for spans in options.spans or SIZES:
        rows.append(measure(spans))
        print(_row(rows[-1]), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
