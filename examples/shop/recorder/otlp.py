"""An OTLP/HTTP endpoint that keeps every request as it came.

Each signal goes to one gzip file of messages, each a 4-byte big-endian length and an
Export…ServiceRequest in protobuf: the `proto` format of the OpenTelemetry collector's file
exporter.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

SIGNALS = ("traces", "metrics", "logs")


class Recorder:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.files = {
            signal: gzip.GzipFile(folder / f"{signal}.otlp.gz", "wb", 9, mtime=0)
            for signal in SIGNALS
        }
        self.requests = dict.fromkeys(SIGNALS, 0)
        self.bytes = 0

    async def receive(self, request: web.Request) -> web.Response:
        signal = request.match_info["signal"]
        body = await request.read()  # aiohttp has undone Content-Encoding
        self.files[signal].write(struct.pack(">I", len(body)) + body)
        self.requests[signal] += 1
        self.bytes += len(body)
        return web.Response(body=b"", content_type="application/x-protobuf")

    async def start(self, port: int) -> web.AppRunner:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post(r"/v1/{signal:traces|metrics|logs}", self.receive)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    def close(self) -> None:
        for file in self.files.values():
            file.close()


def messages(file: Path) -> Iterator[bytes]:
    """The requests in a recorded file, in the order they came. Raises OSError, EOFError or
    struct.error for a damaged file."""
    with gzip.open(file) as stream:
        while head := stream.read(4):
            yield stream.read(struct.unpack(">I", head)[0])
