"""OTLP requests kept in files, as the OpenTelemetry Collector's file exporter writes them: JSON
(one request a line, or one for the file) or protobuf (each message after its length as 4 bytes,
big-endian, or one alone), plain or compressed with gzip or zstd."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson
import pyarrow as pa

from assistant.domain.errors import InvalidPayload

SIGNALS = {"resourceSpans": "traces", "resourceMetrics": "metrics", "resourceLogs": "logs"}
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_LENGTH = struct.Struct(">I")
# A message alone begins with the tag of its field 1; read as a length that is 160 MiB and more.
_TAG_OF_FIELD_1 = 0x0A
_LONGEST = (_TAG_OF_FIELD_1 << 24) - 1


class OtlpRequest(NamedTuple):
    """A request body and how it is encoded; `signal` is traces, metrics or logs."""

    signal: str
    body: bytes
    json: bool


def requests_in(path: Path, signal: str = "") -> Iterator[OtlpRequest]:
    """The requests of a file, in order. Protobuf does not say which signal it is: it is given, or
    stands in the file's name. Raises InvalidPayload."""
    with path.open("rb") as raw:
        compression = _compression(raw)
        try:
            with pa.input_stream(raw, compression=compression) as stream:
                yield from _requests(stream, path, signal)
        except (OSError, pa.ArrowInvalid) as error:
            raise InvalidPayload(f"{path} cannot be decompressed: {error}") from error


def _compression(raw: BinaryIO) -> str | None:
    head = raw.read(4)
    raw.seek(0)
    return next((name for magic, name in _COMPRESSIONS.items() if head.startswith(magic)), None)


def _requests(stream: pa.NativeFile, path: Path, signal: str) -> Iterator[OtlpRequest]:
    head = stream.read(4)
    if head.lstrip()[:1] == b"{":
        yield from _json_requests(head + stream.read(), path)
        return
    named = signal or next((name for name in SIGNALS.values() if name in path.name), "")
    if not named and head:
        raise InvalidPayload(
            f"{path} is protobuf, and nothing says which signal.",
            hint="Give --signal traces, metrics or logs.",
        )
    if head[:1] and head[0] >= _TAG_OF_FIELD_1:
        yield OtlpRequest(named, head + stream.read(), json=False)
        return
    while head:
        yield OtlpRequest(named, _message(stream, head, path), json=False)
        head = stream.read(4)


def _message(stream: pa.NativeFile, head: bytes, path: Path) -> bytes:
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else _LONGEST + 1
    body: bytes = stream.read(length) if length <= _LONGEST else b""
    if len(body) != length:
        raise InvalidPayload(f"{path} ends in the middle of a message, or is no OTLP file.")
    return body


def _json_requests(text: bytes, path: Path) -> Iterator[OtlpRequest]:
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        yield from [_json_request(line, path) for line in lines]
    except InvalidPayload:
        yield _json_request(text, path)  # one request, written over several lines


def _json_request(text: bytes, path: Path) -> OtlpRequest:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidPayload(f"{path} is not JSON: {error}.") from error
    found = [SIGNALS[key] for key in SIGNALS if isinstance(document, dict) and key in document]
    if not found:
        raise InvalidPayload(f"{path} holds JSON that is not OTLP: it has none of {list(SIGNALS)}.")
    return OtlpRequest(found[0], text, json=True)
