"""Attributes: from undecoded KeyValue messages to JSON text, each distinct one decoded once."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson

from assistant.domain.signals import Scalar
from integrations.sources.otlp.wire import parse_key_value, text

MAX_ATTRIBUTES = 128  # of one row, as the OpenTelemetry SDKs limit them by default
MAX_TEXT = 65_536  # characters of one value or body
MAX_NESTING = 16  # levels of lists and maps inside one value

_MAX_KEYS = 50_000  # distinct keys that are remembered

Decoded = TypeVar("Decoded")


class Interned(dict[bytes, Decoded]):
    """A dictionary that decodes what it has not seen; it starts over at `limit` entries, so that
    attributes which never repeat (ids) cannot fill the memory."""

    def __init__(self, decode: Callable[[bytes], Decoded], limit: int = 20_000) -> None:
        super().__init__()
        self._decode = decode
        self._limit = limit

    def __missing__(self, raw: bytes) -> Decoded:
        decoded = self._decode(raw)
        if len(raw) <= 512:
            if len(self) >= self._limit:
                self.clear()
            self[raw] = decoded
        return decoded


def attributes_of(raw: Iterable[bytes]) -> dict[str, Scalar]:
    """The attributes as plain values; of a repeated key the first counts."""
    result: dict[str, Scalar] = {}
    for one in raw:
        pair = parse_key_value(one)
        result.setdefault(text(pair.key), plain(pair.value))
    return result


def json_of(values: Any) -> str:
    """JSON text; integers beyond 64 bits cannot occur in OTLP."""
    return orjson.dumps(values, option=orjson.OPT_NON_STR_KEYS).decode()


class Members(Interned[str]):
    """Attributes as members of a JSON object, `"key":value`; `keys_seen` are all there were."""

    def __init__(self) -> None:
        super().__init__(self._member)
        self.keys_seen: set[str] = set()
        self._heads = Interned(self._head)

    def _member(self, raw: bytes) -> str:
        pair = parse_key_value(raw)
        return self._heads[pair.key] + json_of(plain(pair.value))

    def _head(self, raw_key: bytes) -> str:
        key = text(raw_key)
        if len(self.keys_seen) >= _MAX_KEYS:  # forgotten together, or a key would go unseen
            self.clear()
            self._heads.clear()
            self.keys_seen.clear()
        self.keys_seen.add(key)
        return json_of(key) + ":"


def plain(value: Any, depth: int = 0) -> Scalar:
    """An AnyValue as a plain value. Bytes become base64; text over MAX_TEXT is cut and nesting
    over MAX_NESTING replaced, both with a note in their place."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return cut(text(value.string_value))
    if kind == "int_value":
        return int(value.int_value)
    if kind == "bool_value":
        return bool(value.bool_value)
    if kind == "double_value":
        return _number(float(value.double_value))
    if kind == "bytes_value":
        return cut(base64.b64encode(value.bytes_value).decode())
    if kind == "array_value":
        return _nested(lambda: [plain(v, depth + 1) for v in value.array_value.values], depth)
    if kind == "kvlist_value":
        pairs = value.kvlist_value.values
        return _nested(lambda: {text(p.key): plain(p.value, depth + 1) for p in pairs}, depth)
    return None


def _nested(build: Callable[[], Scalar], depth: int) -> Scalar:
    return build() if depth < MAX_NESTING else f"…(nested deeper than {MAX_NESTING} levels)"


def _number(value: float) -> Scalar:
    # JSON has no NaN and no infinity; as text they can still be read and searched.
    return value if math.isfinite(value) else str(value)


def cut(value: str) -> str:
    if len(value) <= MAX_TEXT:
        return value
    return f"{value[:MAX_TEXT]}…(cut, {len(value)} characters)"


# Whom a client span calls, most telling first (semantic conventions of peer, server, db,
# messaging and rpc; the last three names are their predecessors).
_PEER_RANK = {
    "peer.service": 0,
    "server.address": 1,
    "db.system.name": 2,
    "db.system": 3,
    "messaging.destination.name": 4,
    "rpc.service": 5,
    "net.peer.name": 6,
    "url.full": 7,
    "http.url": 8,
}
_PEER_KEYS = frozenset(key.encode() for key in _PEER_RANK)
_NO_PEER = (99, "")


def peer_of(raw: bytes) -> tuple[int, str]:
    """(rank, name) of an attribute that names a peer; lower ranks are more telling. A bare
    address says less than any name, so it ranks behind them."""
    # Nearly every sender writes the key first; seeing that it is another spares decoding it.
    if raw[:1] == b"\n" and raw[1] < 128 and raw[2 : 2 + raw[1]] not in _PEER_KEYS:
        return _NO_PEER
    pair = parse_key_value(raw)
    key = text(pair.key)
    rank = _PEER_RANK.get(key)
    value = plain(pair.value) if rank is not None else None
    if rank is None or not isinstance(value, str) or not value:
        return _NO_PEER
    if key in ("url.full", "http.url"):
        value = _network_location(value)
    return (rank + (20 if _is_address(value) else 0), value) if value else _NO_PEER


def _network_location(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    host = name.rsplit(":", 1)[0] if name.count(":") == 1 else name
    if host == "localhost":
        return True
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
