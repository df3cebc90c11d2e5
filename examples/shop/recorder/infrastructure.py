"""What the shop stands on and does not own: a database server, a card acquirer, a machine."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Callable, Mapping

import psutil  # type: ignore[import-untyped]
from aiohttp import web
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from examples.shop.database import Database, Session, fill


class DatabaseServer:
    """Serves a database over TCP, one session a connection (see shoplib.http)."""

    def __init__(self, migrations: Mapping[str, str]) -> None:
        self.database = Database(chance=random.Random(7))
        self.database.migrate(migrations)
        fill(self.database)

    async def start(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self.database)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(session, line)).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            return  # the client has gone
        finally:
            session.close()
            writer.close()

    async def _answer(self, session: Session, line: bytes) -> dict[str, object]:
        asked = json.loads(line)
        try:
            return {"rows": await session.run(asked["sql"], tuple(asked["values"]))}
        except sqlite3.Error as error:
            return {"error": str(error)}


class Acquirer:
    """Charges cards, elsewhere and without telemetry of its own."""

    def __init__(self) -> None:
        self.failing = 0.0  # share of charges that end in 503
        self.slow_s = 0.0
        self.chance = random.Random(11)

    async def charge(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.chance.lognormvariate(-1.9, 0.3))
        if self.chance.random() < self.failing:
            await asyncio.sleep(self.slow_s)
            return web.json_response({"error": "processor unavailable"}, status=503)
        reference = f"acq-{self.chance.getrandbits(40):010x}"
        return web.json_response({"charge": {"reference": reference}})

    async def start(self, port: int) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/v1/charges", self.charge)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner


def watch_host(endpoint: str, host: str) -> MeterProvider:
    """Metrics of the machine, as a host agent sends them."""
    resource = Resource.create({"service.name": "host-agent", "host.name": host})
    exporter = OTLPMetricExporter(f"{endpoint}/v1/metrics")
    provider = MeterProvider([PeriodicExportingMetricReader(exporter, 5000)], resource=resource)
    meter = provider.get_meter("host-agent")
    gauges: dict[str, Callable[[], float]] = {
        "system.cpu.utilization": lambda: psutil.cpu_percent() / 100,
        "system.memory.utilization": lambda: psutil.virtual_memory().percent / 100,
        "system.filesystem.utilization": lambda: psutil.disk_usage("/").percent / 100,
    }
    for name, read in gauges.items():
        meter.create_observable_gauge(name, [_observer(read)], "1")
    return provider


def _observer(read: Callable[[], float]) -> Callable[[CallbackOptions], list[Observation]]:
    return lambda _: [Observation(read())]
