"""The recorder keeps OTLP requests as they came; the database serves the shop over TCP."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import aiohttp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from examples.shop.recorder.infrastructure import DatabaseServer
from examples.shop.recorder.otlp import Recorder, messages
from examples.shop.recorder.scenarios import SCENARIOS
from examples.shop.recorder.shop import free_port
from examples.shop.repository.build import plan
from examples.shop.repository.edits import read_source


def a_request(name: str) -> bytes:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name=name)
    return bytes(request.SerializeToString())


def test_requests_are_kept_in_order_and_uncompressed_first(tmp_path: Path) -> None:
    async def main() -> None:
        recorder, port = Recorder(tmp_path), free_port()
        runner = await recorder.start(port)
        async with aiohttp.ClientSession() as client:
            url = f"http://127.0.0.1:{port}/v1/traces"
            plain = await client.post(url, data=a_request("GET /prices/{sku}"))
            zipped = await client.post(
                url,
                data=gzip.compress(a_request("POST /quotes")),
                headers={"Content-Encoding": "gzip"},
            )
            assert (plain.status, zipped.status) == (200, 200)
        await runner.cleanup()
        recorder.close()

    asyncio.run(main())
    names = [
        ExportTraceServiceRequest.FromString(message).resource_spans[0].scope_spans[0].spans[0].name
        for message in messages(tmp_path / "traces.otlp.gz")
    ]
    assert names == ["GET /prices/{sku}", "POST /quotes"]
    assert list(messages(tmp_path / "logs.otlp.gz")) == []


def test_the_database_answers_rows_and_errors() -> None:
    async def ask(*statements: tuple[str, list[Any]]) -> list[dict[str, Any]]:
        migrations = {p: t for p, t in read_source().items() if p.startswith("db/migrations/")}
        port = free_port()
        server = await DatabaseServer(migrations).start(port)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = []
        for sql, values in statements:
            writer.write(json.dumps({"sql": sql, "values": values}).encode() + b"\n")
            answers.append(json.loads(await reader.readline()))
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return answers

    assert asyncio.run(
        ask(
            ("SELECT sku, cents FROM prices WHERE sku = ?", ["a-0002"]),
            ("SELECT sku FROM nowhere", []),
        )
    ) == [{"rows": [{"sku": "a-0002", "cents": 574}]}, {"error": "no such table: nowhere"}]


def test_scenarios_deploy_commits_that_the_history_has() -> None:
    keys = {commit.step.key for commit in plan(read_source())} - {""}

    for scenario in SCENARIOS.values():
        deployed = {event.arguments[1] for event in scenario.events if event.method == "deploy"}
        assert deployed <= keys
        assert max(event.at_s for event in scenario.events) < scenario.alert_s < scenario.seconds
