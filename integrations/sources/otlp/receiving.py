"""From a request body to an acknowledgement: what HTTP and gRPC share."""

from __future__ import annotations

import threading
import time
import zlib
from typing import Any

from assistant.domain.errors import InvalidPayload, PayloadTooLarge
from integrations.sources.otlp.decoded import Accept
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal

MAX_BODY_BYTES = 64 * 1024 * 1024  # as the specification recommends, before and after gzip
# Decoding keeps the interpreter busy, so more at a time only takes more memory.
_DECODING = threading.BoundedSemaphore(2)
_GZIP = 31  # zlib's window bits for a gzip header and trailer


class Receiver:
    """Takes requests in; many threads may call it at once."""

    def __init__(self, accept: Accept, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._accept = accept
        self.max_body_bytes = max_body_bytes

    def receive(
        self, signal: OtlpSignal, body: bytes, *, json: bool = False, gzipped: bool = False
    ) -> Any:
        """The response message, once everything that was not refused is durable. Raises
        InvalidPayload, PayloadTooLarge, and what `accept` raises; then nothing was kept."""
        with _DECODING:
            if gzipped:
                body = decompressed(body, self.max_body_bytes)
            decoded = decode(signal, body, received_ns=time.time_ns(), json=json)
            del body
        if len(decoded.batch) or decoded.changes:
            self._accept(decoded.batch, decoded.changes)
        return decoded.response()


def decompressed(body: bytes, limit: int) -> bytes:
    """The content of a gzip body (RFC 1952, any number of members), never more than `limit` bytes
    of it in memory. Raises PayloadTooLarge, InvalidPayload."""
    pieces: list[bytes] = []
    room = limit + 1
    rest = body
    try:
        while rest:
            member = zlib.decompressobj(wbits=_GZIP)
            piece = member.decompress(rest, room)
            room -= len(piece)
            pieces.append(piece)
            if room <= 0:
                raise PayloadTooLarge(f"The body is larger than {limit} bytes, decompressed.")
            if not member.eof:
                raise InvalidPayload("The gzip body ends too early.")
            rest = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise InvalidPayload(f"The body is not gzip: {error}") from error
    return b"".join(pieces)
