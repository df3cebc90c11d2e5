"""OTLP's own JSON encoding, read into the official protobuf messages.

It is the proto3 JSON mapping with four deviations (OTLP specification, "JSON Protobuf Encoding"):
ids are hexadecimal, enums are integers, keys are lowerCamelCase only, and unknown keys are
ignored. 64-bit integers may be numbers or decimal text. `json_format` of protobuf would read the
ids as base64 and corrupt them, hence this reader.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from assistant.domain.errors import InvalidPayload
from integrations.sources.otlp.budget import check_json
from integrations.sources.otlp.wire import REQUESTS, OtlpSignal

MAX_DEPTH = 100  # the limit of the binary parser, for the same message
_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_SPECIAL_FLOATS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def to_protobuf(signal: OtlpSignal, body: bytes) -> bytes:
    """A JSON request as the binary request it stands for. Raises InvalidPayload, which names the
    field that is wrong."""
    check_json(body)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidPayload(f"The body is not JSON: {error}") from error
    message = REQUESTS[signal]
    fields = _message(message.DESCRIPTOR, document, "", 0)
    try:
        return bytes(message(**fields).SerializeToString())
    except (TypeError, ValueError) as error:  # an integer out of the range of its field
        raise InvalidPayload(f"The body is not an OTLP {signal} request: {error}") from error


def _message(descriptor: Descriptor, value: Any, where: str, depth: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidPayload(f"{where or 'The body'} must be an object.")
    if depth > MAX_DEPTH:
        raise InvalidPayload(f"Nested deeper than {MAX_DEPTH} levels.")
    fields = _fields(descriptor)
    result: dict[str, Any] = {}
    for key, item in value.items():
        field = fields.get(key)
        if field is None or item is None:
            continue
        path = f"{where}.{key}" if where else key
        if not field.is_repeated:
            result[field.name] = _value(field, item, path, depth)
        elif isinstance(item, list):
            result[field.name] = [_value(field, one, path, depth) for one in item]
        else:
            raise InvalidPayload(f"{path} must be a list.")
    return result


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    return {field.json_name: field for field in descriptor.fields}


def _value(field: FieldDescriptor, value: Any, where: str, depth: int) -> Any:
    if field.message_type is not None:
        return _message(field.message_type, value, where, depth + 1)
    try:
        return _reader(field)(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidPayload(f"{where} has no valid value: {str(value)[:80]!r}.") from error


@cache
def _reader(field: FieldDescriptor) -> Callable[[Any], Any]:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _hexadecimal if field.name in _HEX_FIELDS else _base64
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return _string
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _boolean
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return _double
    return _integer


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a boolean")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("not an integer")
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("has a fraction")
    return int(value)


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("not a number")
    if isinstance(value, str) and value in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[value]
    return float(value)


def _hexadecimal(value: Any) -> bytes:
    return bytes.fromhex(_string(value))


def _base64(value: Any) -> bytes:
    encoded = _string(value).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
