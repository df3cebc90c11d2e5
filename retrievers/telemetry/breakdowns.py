"""Requests of a service counted by the values of their attributes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.domain.breakdown import ABSENT, AttributeUse, Crosstab
from assistant.domain.window import TimeWindow
from retrievers.crosstabs import COLUMNS, MAX_ROWS, crosstab, uses
from retrievers.telemetry.query import Query

# Reading attributes out of JSON costs a few microseconds a span: so many are representative.
_SAMPLED = 2_000
_COUNTED = 20_000

_OF_REQUESTS = "service = $service AND (kind IN ('server', 'consumer') OR parent_span_id = '')"
_OF_CALLS = "peer = $service AND service <> $service AND kind IN ('client', 'producer')"
_SPANS = """
WITH found AS (
    SELECT trace_id, span_id, start_ns, duration_ns, status, attributes, {columns}
    FROM spans WHERE tenant = $tenant AND start_ns >= $start AND start_ns < $end AND {which}
)"""

_SAMPLE = "SELECT attributes, {columns} FROM found ORDER BY hash(trace_id, span_id) LIMIT $most"

_SIZE = """
SELECT count(*) AS spans,
    quantile_cont(duration_ns, 0.95) FILTER (start_ns < $before_end) AS slow_ns FROM found"""

_COUNTS = """
, once AS (
    SELECT DISTINCT ON (trace_id, span_id) * FROM found
    WHERE hash(trace_id) % $every = 0 AND (start_ns < $before_end OR start_ns >= $after_start)
), told AS (
    SELECT json_extract_string(attributes, $paths) AS told, {columns},
        start_ns < $before_end AS before, status = 'error' AS failed, duration_ns > $slow_ns AS slow
    FROM once
)
SELECT told, {columns},
    count_if(before) AS n0, count_if(before AND failed) AS failed0,
    count_if(before AND slow) AS slow0,
    count_if(NOT before) AS n1, count_if(NOT before AND failed) AS failed1,
    count_if(NOT before AND slow) AS slow1
FROM told GROUP BY ALL ORDER BY n0 + n1 DESC, told LIMIT $most"""


def attributes(query: Query, service: str, calls: bool) -> list[AttributeUse]:
    rows = query.rows(_spans(_SAMPLE, calls), service=service, most=_SAMPLED)
    return uses([_carried(row) for row in rows])


def breakdown(
    query: Query,
    parts: tuple[TimeWindow, TimeWindow],
    service: str,
    names: Sequence[str],
    calls: bool,
) -> Crosstab:
    before, after = parts
    split = {"before_end": before.end_ns, "service": service}
    [size] = query.rows(_spans(_SIZE, calls), **split)
    every = max(1, size["spans"] // _COUNTED)
    table = query.table(
        _spans(_COUNTS, calls),
        **split,
        after_start=after.start_ns,
        every=every,
        slow_ns=size["slow_ns"] or 0,
        paths=[f"$.{json.dumps(name)}" for name in names],
        most=MAX_ROWS,
    )
    told = [*zip(*table.column("told").to_pylist(), strict=True)] or [()] * len(names)
    values = [
        table.column(COLUMNS[name]).to_pylist() if name in COLUMNS else [v or ABSENT for v in own]
        for name, own in zip(names, told, strict=True)
    ]
    counted = ("n0", "failed0", "slow0", "n1", "failed1", "slow1")
    counts = np.stack([table.column(c).to_numpy().astype(np.int64) for c in counted], axis=1)
    return crosstab(names, values, counts, 1 / every)


def _carried(row: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = json.loads(row["attributes"] or "{}")
    return own | {name: row[column] for name, column in COLUMNS.items()}


def _spans(statement: str, calls: bool) -> str:
    which = _OF_CALLS if calls else _OF_REQUESTS
    return (_SPANS + statement).format(columns=", ".join(COLUMNS.values()), which=which)
