"""Log records as columns, and the change events among them as changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.sources.otlp.attributes import (
    Members,
    attributes_of,
    cut,
    json_of,
    plain,
)
from integrations.sources.otlp.changes import EVENT_NAMES, change_of_event
from integrations.sources.otlp.decoded import DecodedRequest
from integrations.sources.otlp.resource import Origin, origin_of
from integrations.sources.otlp.rows import add_origin, attribute_texts
from integrations.sources.otlp.times import EARLIEST_NS, believable, described, latest_ns
from integrations.sources.otlp.wire import text

ORIGINAL_TIME = "causeway.original_time"  # what a record said its time was, when that is absurd

# The first number of each range of severities (OpenTelemetry log data model).
_SEVERITIES = {
    "trace": 1,
    "debug": 5,
    "info": 9,
    "information": 9,
    "notice": 10,
    "warn": 13,
    "warning": 13,
    "error": 17,
    "err": 17,
    "severe": 17,
    "fatal": 21,
    "critical": 21,
    "crit": 21,
    "alert": 21,
    "emerg": 21,
    "panic": 21,
}
# Lines read from a file have no severity of their own, only one printed near their start.
_PRINTED_LEVEL = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|PANIC)\b"
    r"|\blevel[\"']?[=:]\s*[\"']?(\w+)"
)
_PRINTED_WITHIN = 120  # characters

_EVENT_NAME = '"event.name":'
_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


_members = Members()


def read_logs(request: Any, decoded: DecodedRequest, received_ns: int) -> None:
    for resource_logs in request.resource_logs:
        origin = origin_of(resource_logs.resource.attributes)
        for scope_logs in resource_logs.scope_logs:
            records = scope_logs.log_records
            _append(decoded, records, origin, text(scope_logs.scope.name), received_ns)


def _append(
    decoded: DecodedRequest, records: Sequence[Any], origin: Origin, scope: str, received_ns: int
) -> None:
    columns = decoded.batch.logs
    times = [r.time_unix_nano for r in records]
    attributes = attribute_texts(_members, records, origin)
    if scope:  # the logger's name
        member = f'"otel.scope.name":{json_of(scope)}}}'
        attributes = [f"{a[:-1]},{member}" if len(a) > 2 else "{" + member for a in attributes]
    observed = [r.observed_time_unix_nano for r in records]
    _repair_times(decoded, times, observed, attributes, received_ns)
    bodies = [_body(r.body) for r in records]
    names = [
        text(named) if (named := r.event_name) else _named(r) if _EVENT_NAME in own else ""
        for r, own in zip(records, attributes, strict=True)
    ]
    columns["time_ns"] += times
    columns["observed_ns"] += observed
    columns["body"] += bodies
    columns["severity_text"] += (severities := [text(r.severity_text) for r in records])
    columns["severity_number"] += [
        number if 0 < (number := r.severity_number) <= 24 else _severity(severity, body)
        for r, severity, body in zip(records, severities, bodies, strict=True)
    ]
    columns["shape"] += [""] * len(times)  # filled after redaction
    columns["trace_id"] += [_hex(r.trace_id, _NO_TRACE) for r in records]
    columns["span_id"] += [_hex(r.span_id, _NO_SPAN) for r in records]
    columns["event_name"] += names
    columns["attributes"] += attributes
    add_origin(columns, origin, len(times))
    if not EVENT_NAMES.isdisjoint(names):
        _read_changes(decoded, records, names, times, origin)


def _repair_times(
    decoded: DecodedRequest,
    times: list[int],
    observed: list[int],
    attributes: list[str],
    received_ns: int,
) -> None:
    """The time of observation in place of a time that is missing or absurd, and the time of
    receipt, which is our own observation, in place of both."""
    latest = latest_ns(received_ns)
    for i, time_ns in enumerate(times):
        if not believable(observed[i], received_ns):
            observed[i] = received_ns if not EARLIEST_NS <= time_ns <= latest else 0
        if EARLIEST_NS <= time_ns <= latest:
            continue
        times[i] = observed[i]
        if time_ns:
            when = described(time_ns)
            own = attributes[i][:-1] + ("," if len(attributes[i]) > 2 else "")
            attributes[i] = f'{own}"{ORIGINAL_TIME}":"{when}"}}'
            decoded.warnings[f"log record said to be from {when[:4]}, kept as observed"] += 1


def _body(value: Any) -> str:
    # Fast path first: nearly every body is text.
    if raw := value.string_value:
        return cut(raw.decode("utf-8", "replace"))
    kind = value.WhichOneof("value")
    if kind == "bytes_value":
        return cut(text(value.bytes_value))
    if kind in (None, "string_value"):
        return ""
    return cut(json_of(plain(value)))


def _named(record: Any) -> str:
    """The name in the attribute that carried it before log records had a field for it."""
    name = attributes_of(record.attributes).get("event.name")
    return name if isinstance(name, str) else ""


def _severity(severity: str, body: str) -> int:
    """Zero, unspecified, when neither the severity's text nor the body tells."""
    known = _SEVERITIES.get(severity.lower())
    if known is None and (printed := _PRINTED_LEVEL.search(body[:_PRINTED_WITHIN])):
        known = _SEVERITIES.get((printed[1] or printed[2]).lower())
    return known or 0


def _hex(raw: bytes, nothing: bytes) -> str:
    return raw.hex() if len(raw) == len(nothing) and raw != nothing else ""


def _read_changes(
    decoded: DecodedRequest,
    records: Sequence[Any],
    names: Sequence[str],
    times: Sequence[int],
    origin: Origin,
) -> None:
    for record, name, time_ns in zip(records, names, times, strict=True):
        if name not in EVENT_NAMES:
            continue
        at = datetime.fromtimestamp(time_ns // 1000 / 1e6, tz=UTC)
        own = attributes_of(record.attributes)
        change = change_of_event(name, own, origin.attributes, at)
        if change is None:
            decoded.warnings[f"{name} event without the attributes that say what changed"] += 1
        else:
            decoded.changes.append(change)
