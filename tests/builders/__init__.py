"""Test data in one breath: mention only what matters to the test, the rest has plain defaults."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from assistant.domain.changes import Commit, ConfigChange, Deployment, FlagChange, Hunk, Line
from assistant.domain.signals import (
    LogRecord,
    MetricPoint,
    Series,
    SeriesKey,
    Signal,
    SignalBatch,
    Span,
    SpanKind,
    logs_to_columns,
    points_to_columns,
    spans_to_columns,
)
from assistant.domain.window import NANOSECONDS, TimeWindow, to_ns

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_ids = itertools.count(1)


def at(minutes: float = 0) -> datetime:
    """`minutes` after noon of an ordinary Monday."""
    return NOON + timedelta(minutes=minutes)


def at_ns(minutes: float = 0) -> int:
    return to_ns(at(minutes))


def a_window(start_min: float = -60, end_min: float = 10) -> TimeWindow:
    return TimeWindow(at(start_min), at(end_min))


def a_span(service: str = "checkout", operation: str = "POST /pay", **changes: Any) -> Span:
    number = next(_ids)
    values: dict[str, Any] = {
        "trace_id": f"{number:032x}",
        "span_id": f"{number:016x}",
        "service": service,
        "operation": operation,
        "start_ns": at_ns(),
        "duration_ns": 20_000_000,
        "kind": SpanKind.SERVER,
    }
    return Span(**(values | changes))


def a_log(body: str = "order placed", service: str = "checkout", **changes: Any) -> LogRecord:
    values: dict[str, Any] = {"service": service, "time_ns": at_ns(), "body": body}
    return LogRecord(**(values | changes))


def a_point(metric: str = "queue.depth", value: float = 1.0, **changes: Any) -> MetricPoint:
    values: dict[str, Any] = {
        "service": "checkout",
        "metric": metric,
        "time_ns": at_ns(),
        "value": value,
    }
    return MetricPoint(**(values | changes))


def a_batch(*rows: Span | LogRecord | MetricPoint) -> SignalBatch:
    return SignalBatch(
        spans=spans_to_columns(r for r in rows if isinstance(r, Span)),
        logs=logs_to_columns(r for r in rows if isinstance(r, LogRecord)),
        points=points_to_columns(r for r in rows if isinstance(r, MetricPoint)),
    )


def a_series(values: Any, service: str = "checkout", start_min: float = -60, **key: Any) -> Series:
    """One value a minute from `start_min` on."""
    fields: dict[str, Any] = {"signal": Signal.METRIC, "name": "queue.depth"}
    return Series(
        key=SeriesKey(service=service, **(fields | key)),
        start_ns=at_ns(start_min),
        step_ns=60 * NANOSECONDS,
        values=np.asarray(values, dtype=np.float64),
    )


def a_hunk(removed: str = "", added: str = "", path: str = "shop/pay.py", **changes: Any) -> Hunk:
    lines = [Line("-", i, text) for i, text in enumerate(removed.splitlines(), 10)]
    lines += [Line("+", i, text) for i, text in enumerate(added.splitlines(), 10)]
    return Hunk(**({"commit": "", "path": path, "lines": tuple(lines)} | changes))


def a_commit(
    message: str = "Tidy the cart", *hunks: Hunk, at_minutes: float = -30, **changes: Any
) -> Commit:
    values: dict[str, Any] = {
        "repository": "shop",
        "hash": f"{next(_ids):040x}",
        "author": "Ada",
        "authored_at": at(at_minutes),
        "committed_at": at(at_minutes),
        "message": message,
        "paths": tuple(h.path for h in hunks),
        "hunks": hunks or None,
    }
    return Commit(**(values | changes))


def a_deploy(service: str = "checkout", minutes: float = -5, **changes: Any) -> Deployment:
    values: dict[str, Any] = {"id": f"deploy-{next(_ids)}", "service": service, "at": at(minutes)}
    return Deployment(**(values | changes))


def a_flag(flag: str = "new-cart", minutes: float = -5, **changes: Any) -> FlagChange:
    values: dict[str, Any] = {"id": f"flag-{next(_ids)}", "flag": flag, "at": at(minutes)}
    return FlagChange(**(values | changes))


def a_config(key: str = "db.pool.max", minutes: float = -5, **changes: Any) -> ConfigChange:
    values: dict[str, Any] = {"id": f"config-{next(_ids)}", "key": key, "at": at(minutes)}
    return ConfigChange(**(values | changes))
