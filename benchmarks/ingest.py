"""How fast OTLP over HTTP becomes durable: `python -m benchmarks.ingest`.

A `causeway serve` of its own with everything on, redaction too; requests of 512 rows, 8 attributes,
encoded beforehand, sent over 4 connections from this process, so that client and server share the
machine. Beside it the bare cost: parsing, converting to columns and inserting the same batches one
after another, without HTTP, threads or redaction; and the same with full transactions (grouped).
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import opentelemetry.proto.collector.logs.v1.logs_service_pb2 as logs_service_pb2
import opentelemetry.proto.collector.trace.v1.trace_service_pb2 as trace_service_pb2
import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal
from retrievers.telemetry import DuckDbTelemetry
from retrievers.wrappers.group_commit import merged

ROWS = 512  # of a request
TARGETS = {OtlpSignal.TRACES: 20_000, OtlpSignal.LOGS: 30_000}
MAX_RATIO = 4.0
_GROUP = 39  # requests in a transaction of the stricter bare measure, as many as the server takes
_WARM_UP = 8  # requests, before the clock starts


@dataclass(frozen=True, slots=True)
class Measured:
    signal: OtlpSignal
    rows: int
    seconds: float
    bare_seconds: float
    grouped_seconds: float
    cpu_seconds: float
    peak_mib: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


def measure(signal: OtlpSignal, requests: int, connections: int, seed: int) -> Measured:
    random.seed(seed)
    bodies = [_ENCODE[signal]() for _ in range(_WARM_UP + requests)]
    measured = bodies[_WARM_UP:]
    bare, grouped = (_bare_seconds(signal, measured, group) for group in (1, _GROUP))
    with tempfile.TemporaryDirectory() as directory, _server(Path(directory)) as (process, url):
        _send(url, signal, bodies[:_WARM_UP], connections)
        _idle(process)
        cpu = _cpu_seconds(process)
        started = time.perf_counter()
        _send(url, signal, measured, connections)
        seconds = time.perf_counter() - started
        cpu = _cpu_seconds(process) - cpu
        return Measured(signal, requests * ROWS, seconds, bare, grouped, cpu, _peak_mib(process))


def _bare_seconds(signal: OtlpSignal, bodies: Sequence[bytes], group: int) -> float:
    """`group` requests share a transaction."""
    with tempfile.TemporaryDirectory() as directory:
        store = DuckDbTelemetry(Path(directory) / "bare.duckdb")
        started = time.perf_counter()
        for first in range(0, len(bodies), group):
            now = time.time_ns()
            together = bodies[first : first + group]
            store.append(merged([decode(signal, b, received_ns=now).batch for b in together]))
        seconds = time.perf_counter() - started
        store.close()
    return seconds


@contextmanager
def _server(directory: Path) -> Iterator[tuple[psutil.Process, str]]:
    command = [sys.executable, "-m", "assistant.cli", "serve", "--json"]
    for port in ("--api-port", "--otlp-http-port", "--otlp-grpc-port"):
        command += [port, "0"]
    command += ["--data-dir", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield psutil.Process(process.pid), json.loads(process.stdout.readline())["otlp_http"]
        finally:
            process.terminate()


def _send(url: str, signal: OtlpSignal, bodies: Sequence[bytes], connections: int) -> None:
    """Every body is sent until it is acknowledged."""
    waiting = iter(bodies)
    lock = threading.Lock()
    failures: list[BaseException] = []

    def work() -> None:
        address = urlsplit(url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        headers = {"content-type": "application/x-protobuf"}
        try:
            while True:
                with lock:
                    body = next(waiting, None)
                if body is None:
                    return
                while not _acknowledged(connection, f"/v1/{signal}", body, headers):
                    pass
        except BaseException as error:  # noqa: BLE001 - told to the thread that measures
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _acknowledged(
    connection: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]
) -> bool:
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status == 429:
        time.sleep(float(response.headers["retry-after"]))
        return False
    if response.status != 200 or answer:
        raise RuntimeError(f"{response.status}: {answer[:200]!r}")
    return True


def _idle(process: psutil.Process) -> None:
    """Wait for what the server still loads after it began to accept."""
    before = -1.0
    while (now := _cpu_seconds(process)) > before + 0.05:
        before = now
        time.sleep(1)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _peak_mib(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _attributes(row: Any, number: int) -> None:
    row.attributes.add(key="http.request.method").value.string_value = "GET"
    row.attributes.add(key="http.route").value.string_value = f"/api/items/{number % 12}"
    row.attributes.add(key="http.response.status_code").value.int_value = 200
    row.attributes.add(key="server.address").value.string_value = "catalogue"
    row.attributes.add(key="server.port").value.int_value = 8080
    row.attributes.add(key="network.protocol.version").value.string_value = "1.1"
    row.attributes.add(key="user.id").value.string_value = f"u{random.randrange(10**7)}"
    row.attributes.add(key="thread.id").value.int_value = number % 32


def _resource(block: Any) -> None:
    for key, value in (
        ("service.name", f"service-{random.randrange(20)}"),
        ("service.version", "1.4.2"),
        ("service.instance.id", "7f0c"),
        ("k8s.pod.name", "service-7d9fcb-x2x7q"),
        ("deployment.environment.name", "production"),
        ("telemetry.sdk.language", "python"),
    ):
        block.resource.attributes.add(key=key).value.string_value = value


def _trace_request() -> bytes:
    request = trace_service_pb2.ExportTraceServiceRequest()
    block = request.resource_spans.add()
    _resource(block)
    spans = block.scope_spans.add().spans
    now = time.time_ns()
    for i in range(ROWS):
        start = now + i * 1_000_000
        span = spans.add(
            trace_id=random.randbytes(16),
            span_id=random.randbytes(8),
            parent_span_id=random.randbytes(8) if i % 4 else b"",
            name=f"GET /api/items/{i % 12}",
            kind=2 + i % 2,
            start_time_unix_nano=start,
            end_time_unix_nano=start + random.randrange(1_000_000, 80_000_000),
        )
        _attributes(span, i)
    return bytes(request.SerializeToString())


def _log_request() -> bytes:
    request = logs_service_pb2.ExportLogsServiceRequest()
    block = request.resource_logs.add()
    _resource(block)
    records = block.scope_logs.add().log_records
    now = time.time_ns()
    for i in range(ROWS):
        record = records.add(
            time_unix_nano=now + i * 1_000_000,
            severity_number=9,
            trace_id=random.randbytes(16),
            span_id=random.randbytes(8),
        )
        order, milliseconds = random.randrange(10**6), random.randrange(900)
        record.body.string_value = f"order {order} priced in {milliseconds} ms for basket {i % 7}"
        _attributes(record, i)
    return bytes(request.SerializeToString())


_ENCODE: dict[OtlpSignal, Callable[[], bytes]] = {
    OtlpSignal.TRACES: _trace_request,
    OtlpSignal.LOGS: _log_request,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300, help="a signal (512 rows each)")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    table = Table(title="OTLP over HTTP, protobuf, redaction on, acknowledged durable")
    for heading in (
        "signal",
        "rows/s",
        "target",
        "× bare",
        "× grouped",
        "target",
        "server CPU",
        "peak memory",
    ):
        table.add_column(heading, justify="left" if heading == "signal" else "right")
    for signal, target in TARGETS.items():
        m = measure(signal, arguments.requests, arguments.connections, arguments.seed)
        table.add_row(
            signal,
            f"{m.rows_per_second:,.0f}",
            f"≥ {target:,}",
            f"{m.seconds / m.bare_seconds:.2f}",
            f"{m.seconds / m.grouped_seconds:.2f}",
            f"≤ {MAX_RATIO:g}",
            f"{m.cpu_seconds:.1f} s of {m.seconds:.1f} s",
            f"{m.peak_mib:,.0f} MiB",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
