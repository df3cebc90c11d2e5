"""A real server: OpenTelemetry's own exporters send to it, other commands ask it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpSpanExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from assistant.domain.window import TimeWindow
from retrievers.ownership import owner_of
from retrievers.telemetry import DuckDbTelemetry
from tests.conftest import Installation, Serving


@pytest.fixture(scope="module")
def installation(install: Callable[[], Installation]) -> Installation:
    return install()


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Serving]:
    with installation.serving() as server:
        export_spans(HttpSpanExporter(f"{server.otlp_http}/v1/traces"), "checkout")
        export_spans(GrpcSpanExporter(server.otlp_grpc, insecure=True), "cart")
        export_spans(HttpSpanExporter(f"{server.api}/v1/traces"), "ledger")
        yield server


def export_spans(exporter: SpanExporter, service: str) -> None:
    """A request a second for the last ten minutes; those of the last five fail."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    now = datetime.now(UTC)
    for second in range(-600, 0, 10):
        start = int((now + timedelta(seconds=second)).timestamp() * 1e9)
        span = tracer.start_span("POST /pay", kind=SpanKind.SERVER, start_time=start)
        if second > -300:
            span.set_status(Status(StatusCode.ERROR, "connection refused"))
        span.end(start + 20_000_000)
    provider.shutdown()


def test_what_exporters_sent_is_there(installation: Installation, server: Serving) -> None:
    ran = installation.run("services", "--json")
    assert ran.code == 0
    assert [row["name"] for row in ran.json] == ["cart", "checkout", "ledger"]


def test_an_investigation_through_the_server(
    installation: Installation, server: Serving, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    ran = installation.run(
        *("investigate", "--service", "checkout", "--at", "now", "--json", "--html", page)
    )
    assert ran.code == 0, ran.err
    assert ran.json["question"]["service"] == "checkout"
    assert ran.json["schema_version"] == 1
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_a_conversation_through_the_server(installation: Installation, server: Serving) -> None:
    lines = "why is checkout failing for 10 minutes?\nwho owns it?\n/report\n"
    ran = installation.run("chat", stdin=lines)
    assert ran.code == 0, ran.err
    assert "The catalogue names no owner of checkout. [E" in ran.out
    assert "First failed" in ran.out
    assert ran.err.startswith(
        "· asking the server\n· reading the question\n· Understood: checkout from "
    )
    assert "· weighing causes" in ran.err


def test_a_change_recorded_through_the_server_is_listed(
    installation: Installation, server: Serving
) -> None:
    flag = {"kind": "flag", "flag": "new-cart", "at": "2026-03-02T11:55:00Z", "after": "on"}
    recorded = installation.run("changes", "record", "-", "--json", stdin=json.dumps(flag))
    assert recorded.code == 0, recorded.err

    window = "2026-03-02T11:00Z..2026-03-02T12:00Z"
    listed = installation.run("changes", "list", "--window", window, "--json")
    assert [(c["id"], c["flag"]) for c in listed.json] == [(recorded.json["ids"][0], "new-cart")]


def test_files_are_loaded_through_the_server(
    installation: Installation, server: Serving, tmp_path: Path
) -> None:
    file = tmp_path / "metrics.csv"
    file.write_text("timestamp,service,metric,value\n2026-03-02T12:00:00Z,stock,depth,7\n")
    assert installation.run("ingest", file, "--json").json == {"ingested": {str(file): 1}}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--service", "chekout"], 4, "Did you mean checkout"),
        (["--window", "2099-01-01..2099-01-02"], 2, "in the future"),
        (["--window", "2026-03-02..2026-03-01"], 2, "before it starts"),
        (["--window", "soon"], 2, "not a duration"),
        (["--at", "noon"], 2, "not a time"),
        (["--repo", "."], 4, "does not know the repository"),
    ],
)
def test_questions_that_cannot_be_answered(
    installation: Installation, server: Serving, arguments: list[str], code: int, words: str
) -> None:
    ran = installation.run("investigate", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_a_second_server_is_told_who_owns_the_data(
    installation: Installation, server: Serving
) -> None:
    ran = installation.run("serve")
    assert ran.code == 3
    assert f"process {server.process.pid}" in ran.err
    assert server.api in ran.err


def test_a_port_that_is_taken(install: Callable[[], Installation]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = install().run("serve", CAUSEWAY_API_PORT=port)
    assert ran.code == 3
    assert f"Port {port}" in ran.err
    assert "api_port" in ran.err


def test_sigterm_ends_it_cleanly_and_frees_the_data(install: Callable[[], Installation]) -> None:
    installation = install()
    with installation.serving() as server:
        assert owner_of(installation.data_dir)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
    assert owner_of(installation.data_dir) is None


# The client runs apart, so that it is in the middle of a request when the server dies.
CLIENT = """
import sys, time, urllib.request
url = sys.argv[1]
for number in range(100_000):
    body = ('{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":'
            '{"stringValue":"checkout"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"%d",'
            '"body":{"stringValue":"record %s-%d"}}]}]}]}' % (time.time_ns(), sys.argv[2], number))
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()
    print(f"{sys.argv[2]}-{number}", flush=True)
"""


@pytest.mark.slow
def test_kill_9_in_the_middle_of_ingest_loses_nothing_acknowledged(
    install: Callable[[], Installation],
) -> None:
    installation = install()
    acknowledged: list[str] = []
    for round_ in range(3):
        with installation.serving() as server:
            client = subprocess.Popen(
                [sys.executable, "-c", CLIENT, f"{server.otlp_http}/v1/logs", str(round_)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert client.stdout
            with client.stdout as out:
                acknowledged += [out.readline().strip() for _ in range(40 + 7 * round_)]
                server.process.kill()
                acknowledged += out.read().split()
            client.wait(30)

    store = DuckDbTelemetry(installation.data_dir / "telemetry.duckdb")
    now = datetime.now(UTC)
    window = TimeWindow(now - timedelta(minutes=10), now)
    stored = {record.body for record in store.records(window, "checkout", limit=100_000)}
    store.close()
    assert len(acknowledged) >= 141
    assert {f"record {name}" for name in acknowledged} <= stored
