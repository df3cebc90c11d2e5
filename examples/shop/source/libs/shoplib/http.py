"""Runs a service as a process: HTTP in and out, a TCP connection per database session.

    python -m shoplib.http NAME

reads SHOP_PEERS (a JSON object, service -> base URL; the own entry says where to listen),
SHOP_DATABASE (host:port), SHOP_FLAGS (a JSON file, read again when it changes) and OTEL_*.
"""

import asyncio
import importlib
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from shoplib import config
from shoplib.messages import Request, Response
from shoplib.otel import Telemetry


class FlagFile:
    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.read_at = 0.0
        self.values: dict = {}

    def get(self, flag: str, default: object) -> object:
        changed_at = self.path.stat().st_mtime
        if changed_at != self.read_at:
            self.read_at = changed_at
            self.values = json.loads(self.path.read_text())
        return self.values.get(flag, default)


class DatabaseSession:
    """Lines of JSON over TCP: {"sql", "values"} out, {"rows"} or {"error"} back."""

    def __init__(self, address: str) -> None:
        self.host, _, self.port = address.rpartition(":")
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def run(self, sql: str, values: tuple) -> list[dict]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, int(self.port))
        self.writer.write(json.dumps({"sql": sql, "values": values}).encode() + b"\n")
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError("the database closed the connection")
        answer = json.loads(line)
        if "error" in answer:
            raise sqlite3.OperationalError(answer["error"])
        return answer["rows"]

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


class Runtime:
    def __init__(self, service: str) -> None:
        self.peers = json.loads(os.environ["SHOP_PEERS"])
        self.database = os.environ["SHOP_DATABASE"]
        self.flags = FlagFile(os.environ["SHOP_FLAGS"])
        self.telemetry = Telemetry(service)
        self.random = random.Random()
        self.now = time.time
        self.session = aiohttp.ClientSession()

    def connect(self, name: str) -> DatabaseSession:
        return DatabaseSession(self.database)

    async def send(self, peer: str, request: Request) -> Response:
        """Raises OSError when there is no connection (aiohttp's ClientOSError is one)."""
        url = self.peers[peer] + request.path
        try:
            async with self.session.request(
                request.method, url, json=request.body, headers=request.headers
            ) as answer:
                return Response(answer.status, await answer.json())
        except aiohttp.ServerDisconnectedError as error:
            raise ConnectionResetError(str(error)) from error


def application(service) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        response = await service.handle(
            Request(request.method, request.path, body, dict(request.headers))
        )
        return web.json_response(response.body, status=response.status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


async def main(name: str) -> None:
    service = importlib.import_module(f"services.{name}.app").service
    runtime = Runtime(service.name)
    await service.start(runtime, config.load(Path(f"config/{name}.toml").read_text()))
    runner = web.AppRunner(application(service), access_log=None)
    await runner.setup()
    host, _, port = runtime.peers[name].removeprefix("http://").rpartition(":")
    await web.TCPSite(runner, host, int(port), reuse_port=True).start()
    print("ready", flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    await runner.cleanup()
    await service.stop()
    await runtime.session.close()
    await asyncio.to_thread(runtime.telemetry.shutdown)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
