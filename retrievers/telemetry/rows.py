"""Stored rows as domain values."""

from __future__ import annotations

from typing import Any

import orjson

from assistant.domain.signals import LogRecord, Span, SpanKind, SpanStatus


def to_span(row: dict[str, Any]) -> Span:
    return Span(
        **row
        | {
            "kind": SpanKind(row["kind"]),
            "status": SpanStatus(row["status"]),
            "attributes": orjson.loads(row["attributes"] or "{}"),
            "events": tuple(orjson.loads(row["events"] or "[]")),
            "links": tuple(orjson.loads(row["links"] or "[]")),
        }
    )


def to_log(row: dict[str, Any]) -> LogRecord:
    return LogRecord(**row | {"attributes": orjson.loads(row["attributes"] or "{}")})
