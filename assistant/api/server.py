"""The long-running process: three doors over one set of stores, opened and closed in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

import uvicorn
import uvloop
from fastapi import FastAPI

from assistant.api.app import create_app, create_otlp_app
from assistant.domain.errors import CausewayError, OperatorError
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from integrations.sources.otlp import grpc_server

_GRACE_S = 10
_BACKLOG = 2048

logger = logging.getLogger(__name__)


class Addresses(NamedTuple):
    """Where the server answers, as URLs (gRPC: host:port)."""

    api: str
    otlp_http: str
    otlp_grpc: str


def serve(settings: Settings, ready: Callable[[Addresses], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun and close the stores. `ready` is
    told the addresses once they accept. Raises StoreInUse, OperatorError (a port is taken)."""
    with (
        open_causeway(settings, long_running=True) as causeway,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(causeway, ready))


async def _serve(causeway: Causeway, ready: Callable[[Addresses], None]) -> None:
    settings = causeway.settings
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(_bound(settings.host, settings.api_port, "api_port"))
        otlp = stack.enter_context(_bound(settings.host, settings.otlp_http_port, "otlp_http_port"))
        grpc = grpc_server.start(
            causeway.accept,
            host=settings.host,
            port=settings.otlp_grpc_port,
            max_body_bytes=int(settings.otlp_body_limit_mib * 1024 * 1024),
        )
        servers = [
            _HttpServer(create_app(causeway), api),
            _HttpServer(create_otlp_app(causeway), otlp),
        ]
        running = [asyncio.create_task(server.run()) for server in servers]
        await asyncio.gather(*(server.accepting.wait() for server in servers))
        addresses = Addresses(_url(api), _url(otlp), f"{settings.host}:{grpc.port}")
        causeway.directory.announce(addresses.api)
        ready(addresses)
        warming = asyncio.create_task(asyncio.to_thread(_warm_up, causeway))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for server in servers:
            server.should_exit = True
        await asyncio.to_thread(grpc.stop)
        await asyncio.gather(*running, warming)


class _HttpServer(uvicorn.Server):
    """One uvicorn server on a socket that is bound already; signals are ours to handle."""

    def __init__(self, app: FastAPI, bound: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.accepting = asyncio.Event()
        self._bound = bound

    async def run(self) -> None:  # type: ignore[override]
        await self.serve(sockets=[self._bound])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise OperatorError(
            f"Port {port} of {host} cannot be used: {error.strerror or error}.",
            hint=f"Stop what uses it, or choose another {setting} (0 takes a free one).",
        ) from error
    return bound


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _warm_up(causeway: Causeway) -> None:
    try:
        causeway.warm_up()
    except CausewayError as error:
        logger.error("%s %s", error, error.hint)  # telemetry is taken in all the same
    except Exception:  # a bug: said at once rather than at the end
        logger.exception("Warming up failed")
