"""Stored rows and columns as domain values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from assistant.domain.signals import (
    Columns,
    LogRecord,
    MetricKind,
    MetricPoint,
    Span,
    SpanKind,
    SpanStatus,
    Temporality,
)

Row = dict[str, Any]

_EMPTY: dict[str, Callable[[], Any]] = {"{}": dict, "[]": list}


def rows_of(columns: Columns) -> Iterator[Row]:
    names = tuple(columns)
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(names, values, strict=True))


def to_span(row: Row) -> Span:
    return Span(
        **row
        | {
            "kind": SpanKind(row["kind"]),
            "status": SpanStatus(row["status"]),
            "attributes": _json(row["attributes"], "{}"),
            "events": tuple(_json(row["events"], "[]")),
            "links": tuple(_json(row["links"], "[]")),
        }
    )


def to_log(row: Row) -> LogRecord:
    return LogRecord(**row | {"attributes": _json(row["attributes"], "{}")})


def to_point(row: Row) -> MetricPoint:
    return MetricPoint(
        **row
        | {
            "kind": MetricKind(row["kind"]),
            "temporality": Temporality(row["temporality"]),
            "attributes": _json(row["attributes"], "{}"),
        }
    )


def _json(text: str, empty: str) -> Any:
    if len(text) <= len(empty):  # nothing to say, as in most rows
        return _EMPTY[empty]()
    return json.loads(text)  # unlike orjson it reads NaN, which attributes may hold
