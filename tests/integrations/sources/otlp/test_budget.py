"""Bodies that are small on the wire and would be large in memory."""

from __future__ import annotations

import gzip

import pytest

from assistant.domain.errors import InvalidPayload, PayloadTooLarge
from integrations.sources.otlp.budget import MAX_MESSAGES, check_protobuf
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.receiving import decompressed
from integrations.sources.otlp.wire import REQUESTS, OtlpSignal
from tests.integrations.sources.otlp.payloads import NOW_NS

EMPTY = 600_000  # messages


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    length, size = b"", len(content)
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def inside(*numbers: int, content: bytes) -> bytes:
    for number in reversed(numbers):
        content = field(number, content)
    return content


@pytest.mark.parametrize(
    "body",
    [
        field(1, b"") * EMPTY,  # resource_spans
        inside(1, 2, content=field(2, b"") * EMPTY),  # spans
        inside(1, 2, 2, content=field(11, b"") * EMPTY),  # events of one span
        inside(1, 2, 2, content=field(9, b"") * EMPTY),  # attributes of one span
        inside(1, 2, 2, content=field(15, b"") * EMPTY),  # one status, over and over
        # values in the list that is the value of one attribute of the resource
        inside(1, 1, 1, content=field(1, b"k") + inside(2, 5, content=field(1, b"") * EMPTY)),
        b"\x0b" + field(1, b"") * EMPTY + b"\x0c",  # within a group
    ],
)
def test_empty_messages_without_end_are_too_large(body: bytes) -> None:
    with pytest.raises(PayloadTooLarge, match="messages"):
        check_protobuf(REQUESTS[OtlpSignal.TRACES], body, limit=EMPTY - 1)


def test_a_small_gzip_body_cannot_fill_the_memory() -> None:
    bomb = gzip.compress(inside(1, 2, content=field(2, b"") * (MAX_MESSAGES + 1)))
    assert len(bomb) < 20_000

    with pytest.raises(PayloadTooLarge, match="messages"):
        decode(OtlpSignal.TRACES, decompressed(bomb, 64 * 2**20), received_ns=NOW_NS)


def test_empty_objects_without_end_are_too_large() -> None:
    body = b'{"resourceSpans":[' + b"{}," * MAX_MESSAGES + b"{}]}"
    with pytest.raises(PayloadTooLarge):
        decode(OtlpSignal.TRACES, body, received_ns=NOW_NS, json=True)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff" * 2_000_000,
        b"\x0a" + b"\xff" * 9 + b"\x01" + b"\0" * 2_000_000,
        b"\0" * 1_999_999 + b"\x80",
        inside(1, 2, 2, 5, *[5, 1] * 10_000, content=field(1, b"x" * 2_000_000)),
    ],
)
def test_large_bodies_that_are_no_protobuf_are_invalid(body: bytes) -> None:
    with pytest.raises(InvalidPayload):
        decode(OtlpSignal.LOGS, body, received_ns=NOW_NS)


def test_a_large_request_of_ordinary_rows_is_read() -> None:
    ids = field(1, b"\x01" * 16) + field(2, b"\x01" * 8)
    start = b"\x39" + NOW_NS.to_bytes(8, "little")
    span = field(2, ids + start + field(5, b"GET /" + b"x" * 150))
    body = inside(1, 2, content=span * 10_000)

    assert decode(OtlpSignal.TRACES, body, received_ns=NOW_NS).batch.span_count == 10_000
