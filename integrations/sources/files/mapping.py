"""Lines of a file → signals, purely.

Logs (ndjson): one JSON object a line. Recognised names: timestamp, service, severity, body,
trace_id, span_id and their usual synonyms; every other field becomes an attribute.
Metrics (CSV): long form `timestamp,service,metric,value` with optional `unit`, `instance` and
further columns as attributes, or wide form `timestamp,<metric>,<metric>…` of one service.
Times are ISO 8601 or a number since the epoch in s, ms, µs or ns, told apart by size.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from assistant.domain.errors import InvalidPayload
from assistant.domain.signals import (
    LogRecord,
    MetricPoint,
    SignalBatch,
    logs_to_columns,
    points_to_columns,
)
from assistant.domain.window import to_ns

_TIME = ("timestamp", "time", "ts", "@timestamp", "time_unix_nano", "datetime", "date")
_SERVICE = ("service", "service.name", "service_name", "app", "application")
_SEVERITY = ("severity_text", "severity", "level", "lvl", "log.level", "loglevel")
_BODY = ("body", "message", "msg", "log", "text")
_TRACE = ("trace_id", "traceId", "traceid", "trace.id")
_SPAN = ("span_id", "spanId", "spanid", "span.id")
_INSTANCE = ("instance", "service.instance.id", "pod", "k8s.pod.name", "host.name", "host")
_LONG_FORM = {"metric", "value"}
# OpenTelemetry's severity numbers of the names that logging libraries use.
_SEVERITY_NAMES = {
    1: ("trace",),
    5: ("debug",),
    9: ("info", "information"),
    10: ("notice",),
    13: ("warn", "warning"),
    17: ("error", "err", "severe"),
    21: ("critical", "crit", "alert", "fatal", "panic", "emergency"),
}
_SEVERITY_NUMBERS = {name: number for number, names in _SEVERITY_NAMES.items() for name in names}


class FileFormat(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"


def batch_from_lines(
    form: FileFormat, lines: Sequence[str], *, service: str = "", first_line: int = 1
) -> SignalBatch:
    """One batch of whole lines. `service` stands in where a line names none. CSV lines begin with
    the header. Raises InvalidPayload with the number of the offending line."""
    if form is FileFormat.NDJSON:
        return SignalBatch(logs=logs_to_columns(_logs(lines, service, first_line)))
    return SignalBatch(points=points_to_columns(_points(lines, service, first_line)))


def _logs(lines: Iterable[str], service: str, first_line: int) -> Iterator[LogRecord]:
    for number, line in enumerate(lines, first_line):
        if not line.strip():
            continue
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidPayload(f"Line {number} is not JSON: {error}.") from error
        if not isinstance(fields, dict):
            raise InvalidPayload(f"Line {number} is not a JSON object.")
        yield _log(fields, service, number)


def _log(fields: dict[str, Any], service: str, line: int) -> LogRecord:
    time_ns = _time_ns(_take(fields, _TIME), line)
    severity = str(_take(fields, _SEVERITY) or "")
    body = _take(fields, _BODY)
    text = body if isinstance(body, str) else orjson.dumps(body).decode() if body else ""
    return LogRecord(
        service=_service(fields, service, line),
        time_ns=time_ns,
        body=text,
        severity_text=severity,
        severity_number=_SEVERITY_NUMBERS.get(severity.lower(), 9),
        trace_id=str(_take(fields, _TRACE) or ""),
        span_id=str(_take(fields, _SPAN) or ""),
        instance=str(_take(fields, _INSTANCE) or ""),
        attributes=fields,
    )


def _points(lines: Sequence[str], service: str, first_line: int) -> Iterator[MetricPoint]:
    rows = csv.DictReader(lines)
    columns = set(rows.fieldnames or ())
    if not columns & set(_TIME):
        raise InvalidPayload(
            "The CSV file has no column for the time.",
            hint="Its first line names the columns: timestamp,service,metric,value.",
        )
    for number, row in enumerate(rows, first_line + 1):
        if None in row or None in row.values():
            raise InvalidPayload(f"Line {number} has another number of columns than the header.")
        fields = dict(row)
        time_ns = _time_ns(_take(fields, _TIME), number)
        name = _service(fields, service, number)
        if columns >= _LONG_FORM:
            yield _long_point(fields, name, time_ns, number)
        else:
            yield from _wide_points(fields, name, time_ns, number)


def _long_point(fields: dict[str, Any], service: str, time_ns: int, line: int) -> MetricPoint:
    return MetricPoint(
        service=service,
        metric=fields.pop("metric"),
        time_ns=time_ns,
        value=_number(fields.pop("value"), line),
        unit=fields.pop("unit", ""),
        instance=_take(fields, _INSTANCE) or "",
        attributes={name: text for name, text in fields.items() if text},
    )


def _wide_points(
    fields: Mapping[str, str], service: str, time_ns: int, line: int
) -> Iterator[MetricPoint]:
    for metric, text in fields.items():
        if text.strip():
            yield MetricPoint(service, metric, time_ns, value=_number(text, line))


def _take(fields: dict[str, Any], names: Sequence[str]) -> Any:
    return next((fields.pop(name) for name in names if name in fields), None)


def _service(fields: dict[str, Any], default: str, line: int) -> str:
    name = _take(fields, _SERVICE) or default
    if not name:
        raise InvalidPayload(
            f"Line {line} names no service.", hint="Give one for the whole file with --service."
        )
    return str(name)


def _number(text: str, line: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidPayload(f"Line {line}: {text!r} is not a number.") from error


def _time_ns(value: Any, line: int) -> int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _iso_ns(value, line)
    if not math.isfinite(number) or number <= 0:
        raise InvalidPayload(f"Line {line}: {value!r} is not a time.")
    # 1e11 seconds is the year 5138; anything larger is a finer unit.
    for limit, factor in ((1e11, 10**9), (1e14, 10**6), (1e17, 10**3)):
        if number < limit:  # whole and fraction apart: a float has no room for both in ns
            return int(number) * factor + round(number % 1 * factor)
    return int(value)


def _iso_ns(value: Any, line: int) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidPayload(f"Line {line}: {value!r} is not a time.") from error
    return to_ns(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
