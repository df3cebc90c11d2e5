"""OTLP receivers on loopback, as an exporter meets them, in front of something that accepts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI

from assistant.api.routes import otlp
from assistant.domain.changes import RecordedChange
from assistant.domain.signals import SignalBatch
from integrations.sources.otlp.decoded import Accept
from integrations.sources.otlp.receiving import MAX_BODY_BYTES


@dataclass
class Accepted:
    """Remembers what was accepted; `failure` is raised instead while it is set."""

    batches: list[SignalBatch] = field(default_factory=list)
    changes: list[RecordedChange] = field(default_factory=list)
    failure: Exception | None = None

    def __call__(self, batch: SignalBatch, changes: list[RecordedChange]) -> None:
        if self.failure:
            raise self.failure
        self.batches.append(batch)
        self.changes += changes

    def column(self, table: str, name: str) -> list[object]:
        return [value for batch in self.batches for value in getattr(batch, table)[name]]


@contextmanager
def http_receiver(accept: Accept, *, max_body_bytes: int = MAX_BODY_BYTES) -> Iterator[str]:
    """The base URL of a real server; stopped at the end."""
    app = FastAPI()
    app.include_router(otlp.router(accept, max_body_bytes=max_body_bytes))
    config = uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    accepting = threading.Event()
    startup = server.startup

    async def announced_startup(sockets: object = None) -> None:
        await startup()
        accepting.set()

    server.startup = announced_startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert accepting.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
