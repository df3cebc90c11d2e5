"""What stands before every route: which hosts and origins may ask, and how large a body may be.

Loopback is not safe by itself: a web page can point its own name at 127.0.0.1 (DNS rebinding), so
requests must carry a known Host, and writes that come from a page must come from ours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import MEDIA_TYPE, problem, problem_of
from assistant.domain.errors import PayloadTooLarge

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class HostGuard:
    """421 for a Host outside the allow-list, 403 for a write whose Origin is outside it."""

    def __init__(self, app: ASGIApp, *, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(name.lower() for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _hostname(f"//{host}") not in self._allowed:
            return _refused(421, "Unknown host", f"This server is not called {host!r}.")
        origin = headers.get("origin")
        if origin and scope["method"] not in _READS and _hostname(origin) not in self._allowed:
            return _refused(403, "Foreign origin", f"A page from {origin!r} may not write here.")
        return None


class BodyLimit:
    """413 for bodies over the limit, told by Content-Length or while they stream in.

    `limit_of` gives the bytes for a path, or None where the route limits its bodies itself (OTLP,
    also after decompression)."""

    def __init__(self, app: ASGIApp, *, limit_of: Callable[[str], int | None]) -> None:
        self._app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        # Read before the route runs: a framework that meets an error while it parses a body
        # answers with its own.
        fits = declared.isdigit() and int(declared) <= limit
        body = await _read(receive, limit) if fits else None
        if body is None:
            await _too_large(limit)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):  # also when the client has gone
            return b"".join(parts)


def _too_large(limit: int) -> JSONResponse:
    error = PayloadTooLarge(
        f"The body is larger than {limit // 1024} KiB.",
        hint="Send less at once, or raise the limit in the settings.",
    )
    document = problem_of(error)
    return JSONResponse(document, document["status"], media_type=MEDIA_TYPE)


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _refused(status: int, title: str, detail: str) -> JSONResponse:
    document = problem(
        status, title, detail, hint="Add the host name to allowed_hosts if this is intended."
    )
    return JSONResponse(document, status, media_type=MEDIA_TYPE)
