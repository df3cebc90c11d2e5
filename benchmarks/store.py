"""How fast the embedded telemetry store answers: `python -m benchmarks.store`.

One hour of 100 services that call five others each, traces of ten spans, half as many log records
as spans, and 2,000 metric streams of which a fifth are histograms. Every read of the port is timed
cold (first call) and warm (best of three) over the whole hour, with the processor seconds of the
best call, which tell a busy machine from a slow store; memory is the peak of this process, which
also made and wrote the data.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from assistant.domain.signals import (
    Columns,
    LogRecord,
    MetricPoint,
    SignalBatch,
    Span,
    column_names,
    empty_columns,
)
from assistant.domain.window import NANOSECONDS, TimeWindow
from retrievers.telemetry import DuckDbTelemetry

SIZES = (100_000, 300_000, 1_000_000)
TARGET_S = 1.0
SERVICES, CALLEES, STREAMS = 100, 5, 2000
HOUR_NS = 3600 * NANOSECONDS
START_NS = 1_772_449_200 * NANOSECONDS
STEP_NS = 30 * NANOSECONDS
SCRAPE_NS = 15 * NANOSECONDS
BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]
_BATCH = 10_000  # rows
_DEFAULTS: dict[str, Any] = {
    "parent_span_id": "",
    "kind": "internal",
    "status": "unset",
    "severity_number": 9,
    "observed_ns": 0,
    "start_ns": 0,
    "temporality": "unspecified",
    "monotonic": False,
    "value": None,
    "count": None,
    "sum": None,
    "min": None,
    "max": None,
    "bounds": [],
    "bucket_counts": [],
    "attributes": "{}",
    "events": "[]",
    "links": "[]",
}


def fill(store: DuckDbTelemetry, spans: int) -> None:
    for rows in _batched(_spans(spans)):
        store.append(SignalBatch(spans=_columns(Span, rows)))
    for rows in _batched(_logs(spans // 2)):
        store.append(SignalBatch(logs=_columns(LogRecord, rows)))
    for rows in _batched(_points()):
        store.append(SignalBatch(points=_columns(MetricPoint, rows)))


class Timing(NamedTuple):
    seconds: float
    cpu_seconds: float


class Measured(NamedTuple):
    cold: Timing
    warm: Timing  # the best of three calls after the first


def measure(store: DuckDbTelemetry) -> dict[str, Measured]:
    hour = TimeWindow.of_ns(START_NS, START_NS + HOUR_NS)
    reads: dict[str, Callable[[], object]] = {
        "series": lambda: store.series(hour, STEP_NS),
        "red": lambda: store.red(hour, STEP_NS),
        "edges": lambda: store.edges(hour),
        "shapes": lambda: store.shapes(hour, STEP_NS),
        "traces": lambda: store.traces(hour),
        "failing traces": lambda: store.traces(hour, "service-3", errors_only=True, limit=50),
        "records": lambda: store.records(hour, "service-3"),
        "services": lambda: store.services(hour),
        "versions": lambda: store.versions(hour),
    }
    return {
        name: Measured(_timed(read), min(_timed(read) for _ in range(3)))
        for name, read in reads.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="+", default=SIZES)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    random.seed(1)
    results: dict[str, dict[str, Any]] = {}
    for spans in sorted(options.spans):
        with tempfile.TemporaryDirectory() as folder:
            store = DuckDbTelemetry(Path(folder) / "telemetry.duckdb")
            fill(store, spans)
            reads = measure(store)
            store.close()
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        results[str(spans)] = {"reads": reads, "peak_mib": peak_mib}
    _show(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    slowest = max(read.warm for one in results.values() for read in one["reads"].values())
    return 0 if slowest.seconds <= TARGET_S else 1


def _show(results: dict[str, dict[str, Any]]) -> None:
    table = Table("read: cold, warm, CPU s", *(f"{int(spans):,} spans" for spans in results))
    for name in next(iter(results.values()))["reads"]:
        table.add_row(name, *(_cell(one["reads"][name]) for one in results.values()))
    table.add_row("peak memory MiB", *(f"{one['peak_mib']:.0f}" for one in results.values()))
    Console().print(table)
    print(f"store: target {TARGET_S:g} s warm for every read")


def _cell(read: Measured) -> str:
    return f"{read.cold.seconds:.2f}  {read.warm.seconds:.2f}  {read.warm.cpu_seconds:.2f}"


def _timed(read: Callable[[], object]) -> Timing:
    wall, cpu = time.perf_counter(), time.process_time()
    read()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu)


def _batched(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _columns(row_type: type, rows: list[dict[str, Any]]) -> Columns:
    columns = empty_columns(row_type)
    for name in column_names(row_type):
        default = _DEFAULTS.get(name, "")
        columns[name] = [row.get(name, default) for row in rows]
    return columns


def _spans(count: int) -> Iterator[dict[str, Any]]:
    """Traces of five services in a row, a server and a client span each."""
    traces = count // 10
    for trace in range(traces):
        service, parent = trace % SERVICES, ""
        trace_id = f"{random.getrandbits(128):032x}"
        for depth in range(10):
            callee = (service * 3 + random.randrange(CALLEES) + 1) % SERVICES
            span_id = f"{random.getrandbits(64):016x}"
            serves = depth % 2 == 0
            yield {
                "trace_id": trace_id,
                "span_id": span_id,
                "parent_span_id": parent,
                "service": f"service-{service}",
                "operation": f"GET /items/{(service + trace) % 6}",
                "start_ns": START_NS + HOUR_NS * trace // traces + depth * 1_000_000,
                "duration_ns": random.randrange(1_000_000, 200_000_000),
                "kind": "server" if serves else "client",
                "status": "error" if random.random() < 0.01 else "unset",
                "peer": "" if serves else f"service-{callee}",
                "instance": f"service-{service}-{trace % 3}",
                "version": "1.2.3",
                "node": f"node-{service % 7}",
                "attributes": _attributes(service, trace),
            }
            parent = span_id
            service = service if serves else callee


def _attributes(service: int, trace: int) -> str:
    return (
        f'{{"http.request.method":"GET","http.route":"/items/{{id}}","url.path":"/items/{trace}",'
        f'"http.response.status_code":200,"server.address":"10.0.{service}.7",'
        f'"user_agent.original":"python/3","k8s.deployment.name":"service-{service}",'
        f'"k8s.namespace.name":"shop"}}'
    )


def _logs(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        service, kind = number % SERVICES, number // SERVICES % 20
        yield {
            "service": f"service-{service}",
            "time_ns": START_NS + HOUR_NS * number // count,
            "body": f"step {kind} of order {number} took {number % 977} ms",
            "shape": f"step {kind} of order <n> took <n> ms",
            "severity_number": 17 if number % 50 == 0 else 9,
            "trace_id": f"{random.getrandbits(128):032x}",
            "instance": f"service-{service}-0",
            "attributes": f'{{"logger.name":"app","thread.id":{number % 8}}}',
        }


def _points() -> Iterator[dict[str, Any]]:
    for scrape in range(HOUR_NS // SCRAPE_NS):
        for stream in range(STREAMS):
            yield {
                "service": f"service-{stream % SERVICES}",
                "metric": f"shop.measure_{stream // SERVICES}",
                "time_ns": START_NS + scrape * SCRAPE_NS,
                "instance": f"service-{stream % SERVICES}-0",
                "attributes": f'{{"route":"/items/{stream % 3}"}}',
                **_measured(stream // SERVICES, scrape),
            }


def _measured(kind: int, scrape: int) -> dict[str, Any]:
    if kind < 10:
        return {"kind": "gauge", "value": random.random()}
    if kind < 16:
        counted = {"kind": "sum", "temporality": "cumulative", "monotonic": True}
        return counted | {"value": float(scrape * kind)}
    buckets = [scrape * 3, scrape * 5, scrape * 2, scrape] + [0] * (len(BOUNDS) - 3)
    return {
        "kind": "histogram",
        "unit": "s",
        "temporality": "cumulative",
        "count": sum(buckets),
        "sum": scrape * 0.1,
        "bounds": BOUNDS,
        "bucket_counts": buckets,
    }


if __name__ == "__main__":
    sys.exit(main())
