"""OTLP over HTTP: `POST /v1/traces`, `/v1/metrics` and `/v1/logs`, protobuf or JSON.

Plain Starlette routes, because this is the busiest door of the house: bytes in, bytes out. Work
happens in threads of its own; a request is answered when its data is durable, never before.
"""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from google.protobuf.json_format import MessageToJson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from assistant.domain.errors import InvalidPayload, Overloaded, PayloadTooLarge
from integrations.sources.otlp.decoded import Accept
from integrations.sources.otlp.failures import failure_of
from integrations.sources.otlp.receiving import MAX_BODY_BYTES, Receiver
from integrations.sources.otlp.wire import OtlpSignal

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_ENCODINGS = {"": False, "identity": False, "gzip": True}
# Threads mostly wait for the disk, and share its transactions.
_THREADS = 32
_IN_FLIGHT = 4  # bodies of the largest size that may be in memory at once
_DRAINED = 4  # times the limit that is read of a body too large, so that the client hears why

logger = logging.getLogger(__name__)


class UnsupportedMediaType(InvalidPayload):
    """A content type or encoding that OTLP does not know."""


def router(accept: Accept, *, max_body_bytes: int = MAX_BODY_BYTES) -> APIRouter:
    """The three routes. `accept` returns when what it was given is durable; it may raise
    Overloaded (429 with Retry-After) or StorageFull (503)."""
    routes = APIRouter()
    door = _Door(Receiver(accept, max_body_bytes=max_body_bytes))
    for signal in OtlpSignal:
        routes.add_route(f"/v1/{signal}", door.endpoint(signal), methods=["POST"])
    return routes


class _Door:
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._limit = receiver.max_body_bytes
        self._threads = CapacityLimiter(_THREADS)
        self._in_flight_bytes = 0

    def endpoint(self, signal: OtlpSignal) -> Any:
        async def export(request: Request) -> Response:
            content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            try:
                return await self._export(signal, request, content_type)
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)
            except Exception as error:  # noqa: BLE001 - the outermost edge of a request
                return _refusal(error, signal, content_type)

        return export

    async def _export(self, signal: OtlpSignal, request: Request, content_type: str) -> Response:
        if content_type not in (PROTOBUF, JSON):
            raise UnsupportedMediaType(f"Send {PROTOBUF} or {JSON}, not {content_type!r}.")
        encoding = request.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise UnsupportedMediaType(f"Send gzip or no encoding, not {encoding!r}.")
        chunks: list[bytes] = []
        taken = 0
        try:
            async for chunk in self._body(request):
                taken += len(chunk)
                self._in_flight_bytes += len(chunk)
                if self._in_flight_bytes > _IN_FLIGHT * self._limit:
                    raise Overloaded("Too many large requests at once.")
                chunks.append(chunk)
            answer = await to_thread.run_sync(
                self._work, signal, chunks, content_type, encoding, limiter=self._threads
            )
        finally:
            self._in_flight_bytes -= taken
        return Response(answer, media_type=content_type)

    async def _body(self, request: Request) -> Any:
        """The body in chunks. Raises PayloadTooLarge when it is over the limit; what comes after
        that is read and thrown away, or the client would see a broken connection, no answer."""
        announced = request.headers.get("content-length", "")
        too_large = announced.isdigit() and int(announced) > self._limit
        if too_large and "expect" in request.headers:
            raise PayloadTooLarge(f"The body is larger than {self._limit} bytes.")
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            too_large = too_large or size > self._limit
            if not too_large:
                yield chunk
            elif size > _DRAINED * self._limit:
                break
        if too_large:
            raise PayloadTooLarge(f"The body is larger than {self._limit} bytes.")

    def _work(
        self, signal: OtlpSignal, chunks: list[bytes], content_type: str, encoding: str
    ) -> bytes:
        body = b"".join(chunks)
        chunks.clear()
        response = self._receiver.receive(
            signal, body, json=content_type == JSON, gzipped=_ENCODINGS[encoding]
        )
        return _encoded(response, content_type)


def _encoded(message: Any, content_type: str) -> bytes:
    if content_type == JSON:
        return str(MessageToJson(message, indent=None)).encode()
    return bytes(message.SerializeToString())


def _refusal(error: Exception, signal: OtlpSignal, content_type: str) -> Response:
    failure = failure_of(error)
    status = failure.http
    if isinstance(error, UnsupportedMediaType):
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("An OTLP %s request failed", signal, exc_info=error)
    media_type = JSON if content_type == JSON else PROTOBUF
    headers = {}
    if failure.retry_after_s is not None:
        headers["retry-after"] = str(math.ceil(failure.retry_after_s))
    if status is HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        headers["accept-post"] = f"{PROTOBUF}, {JSON}"
    return Response(_encoded(failure.status(), media_type), status, headers, media_type)
