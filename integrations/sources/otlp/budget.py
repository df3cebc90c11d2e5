"""How many messages a body may hold: what a size limit does not bound.

Two bytes of protobuf can be a whole span, which takes 87 times as much memory once it is parsed:
a gzip body of 64 kB could stand for 5 GB. Small bodies need no counting.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from assistant.domain.errors import InvalidPayload, PayloadTooLarge

UNCOUNTED_BYTES = 1024 * 1024  # of a body: its messages fit in 90 MB, whatever they are
MAX_MESSAGES = 3_000_000  # messages and attributes of one request
_MAX_DEPTH = 100  # the parser's own limit

_Fields = dict[int, "Descriptor | None"]


def check_protobuf(message: Any, body: bytes, limit: int = MAX_MESSAGES) -> None:
    """Raises PayloadTooLarge, or InvalidPayload where the counting cannot go on."""
    if len(body) > UNCOUNTED_BYTES:
        try:
            _count(message.DESCRIPTOR, body, 0, len(body), limit, 0)
        except IndexError as error:
            raise InvalidPayload("The body is not protobuf: it ends within a field.") from error


def check_json(body: bytes) -> None:
    """Raises PayloadTooLarge. Brackets inside of text count too; no real body comes close."""
    if len(body) > UNCOUNTED_BYTES and body.count(b"{") + body.count(b"[") > MAX_MESSAGES:
        raise _too_many()


def _count(descriptor: Descriptor, body: bytes, at: int, end: int, left: int, depth: int) -> int:
    """How many more messages there may be after those in body[at:end]."""
    if depth > _MAX_DEPTH:
        raise InvalidPayload(f"Nested deeper than {_MAX_DEPTH} levels.")
    fields = _counted(descriptor)
    while at < end:
        tag, at = _varint(body, at)
        kind = tag & 7
        if kind == 2:
            length, at = _varint(body, at)
            stop = at + length
            if stop > end:
                raise InvalidPayload("The body is not protobuf: a field is longer than it.")
            if tag >> 3 in fields:
                left -= 1
                if left < 0:
                    raise _too_many()
                if nested := fields[tag >> 3]:
                    left = _count(nested, body, at, stop, left, depth + 1)
            at = stop
        elif kind == 0:
            _, at = _varint(body, at)
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        # 3 and 4 enclose a group, which nothing in OTLP is; what is inside is counted along.
    return left


@cache
def _counted(descriptor: Descriptor) -> _Fields:
    """Fields whose occurrences count; with what is inside, or None for undecoded attributes."""
    return {
        field.number: field.message_type
        for field in descriptor.fields
        if field.message_type or (field.is_repeated and field.type == FieldDescriptor.TYPE_BYTES)
    }


def _varint(body: bytes, at: int) -> tuple[int, int]:
    byte = body[at]
    if byte < 128:
        return byte, at + 1
    value = shift = 0
    while byte >= 128:
        if shift > 63:
            raise InvalidPayload("The body is not protobuf: a number does not end.")
        value |= (byte & 127) << shift
        shift += 7
        at += 1
        byte = body[at]
    return value | byte << shift, at + 1


def _too_many() -> PayloadTooLarge:
    return PayloadTooLarge(
        "Too many messages and attributes in one request.", hint="Send smaller batches."
    )
