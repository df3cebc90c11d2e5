"""What log records say: counted by shape, or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.domain.signals import LogRecord, LogShape, column_names
from retrievers.grids import Grid
from retrievers.rows import to_log
from retrievers.telemetry.query import Query

MAX_SHAPES = 20_000

_SHAPES = """
WITH hits AS (
    SELECT service, shape, severity_number, time_ns, rowid AS row,
        (time_ns - $start) // $step AS i
    FROM logs
    WHERE tenant = $tenant AND time_ns >= $start AND time_ns < $end
        AND (len($services) = 0 OR list_contains($services, service))
), steps AS (
    SELECT service, shape, i, count(*) AS n, max(severity_number) AS severity,
        min(time_ns) AS first_ns, max(time_ns) AS last_ns, arg_min(row, time_ns) AS row
    FROM hits GROUP BY service, shape, i
), shapes AS (
    SELECT service, shape, list(i) AS i, list(n::DOUBLE) AS n, sum(n)::BIGINT AS total,
        max(severity) AS severity, min(first_ns) AS first_ns, max(last_ns) AS last_ns,
        arg_min(row, first_ns) AS row
    FROM steps GROUP BY service, shape
    ORDER BY total DESC, service, shape LIMIT $limit
)
SELECT s.i, s.n, s.severity, s.first_ns, s.last_ns, logs.* EXCLUDE (tenant)
FROM shapes s JOIN logs ON logs.rowid = s.row
ORDER BY s.total DESC, s.service, s.shape"""

_RECORDS = """
SELECT * EXCLUDE (tenant) FROM logs
WHERE tenant = $tenant AND time_ns >= $start AND time_ns < $end
    AND ($service = '' OR service = $service) AND ($shape = '' OR shape = $shape)
    AND ($trace_id = '' OR trace_id = $trace_id)
ORDER BY time_ns, rowid LIMIT $limit"""

_LOGGED_IN = """
SELECT * EXCLUDE (tenant) FROM logs
WHERE tenant = $tenant AND time_ns >= $start AND time_ns < $end AND span_id <> ''
    AND trace_id IN (SELECT unnest($ids))
ORDER BY time_ns, rowid LIMIT $limit"""


def shapes(query: Query, step_ns: int) -> list[LogShape]:
    grid = Grid.over(query.window, step_ns)
    found = query.groups(_SHAPES, step=step_ns, limit=MAX_SHAPES)
    return [_shape(grid, group) for group in found]


def _shape(grid: Grid, group: dict[str, Any]) -> LogShape:
    exemplar = to_log({name: group[name] for name in column_names(LogRecord)})
    return LogShape(
        service=exemplar.service,
        shape=exemplar.shape,
        severity_number=group["severity"],
        counts=grid.counts(group["i"], group["n"]),
        start_ns=grid.start_ns,
        step_ns=grid.step_ns,
        first_ns=group["first_ns"],
        last_ns=group["last_ns"],
        exemplar=exemplar,
    )


def records(query: Query, service: str, shape: str, trace_id: str, limit: int) -> list[LogRecord]:
    filters = {"service": service, "shape": shape, "trace_id": trace_id}
    return [to_log(row) for row in query.rows(_RECORDS, limit=max(limit, 0), **filters)]


def logged_in(query: Query, traces: Sequence[str], limit: int) -> list[LogRecord]:
    return [to_log(row) for row in query.rows(_LOGGED_IN, ids=list(traces), limit=max(limit, 0))]
