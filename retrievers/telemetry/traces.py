"""What spans say: RED series, who calls whom, whole traces."""

# ruff: noqa: S608 - the statements are put together from constants of this file

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from assistant.domain.signals import Edge, Series, SeriesKey, Signal, Trace
from assistant.domain.window import NANOSECONDS
from retrievers.grids import MAX_OPERATIONS, TRACE_MARGIN_NS, Grid, key_order
from retrievers.keys import call_key, request_key
from retrievers.rows import to_span
from retrievers.telemetry.query import Query

# `hits` are the spans of the window; one that was delivered twice counts once. Spans are compared
# by a 64-bit hash of their ids: half the memory and two thirds of the time of comparing the text,
# and one wrong pair in tens of millions of windows of a million spans.
_HITS = """
WITH hits AS MATERIALIZED (
    SELECT DISTINCT ON (id) hash(trace_id, span_id) AS id,
        if(parent_span_id = '', NULL, hash(trace_id, parent_span_id)) AS parent,
        service, peer, start_ns, duration_ns, status = 'error' AS failed,
        kind IN ('client', 'producer') AS leaves
    FROM spans
    WHERE tenant = $tenant AND start_ns >= $start AND start_ns < $end
)"""

_REQUESTS = """
WITH hits AS (
    SELECT DISTINCT ON (hash(trace_id, span_id))
        service, operation, (start_ns - $start) // $step AS i, duration_ns,
        status = 'error' AS failed
    FROM spans
    WHERE tenant = $tenant AND start_ns >= $start AND start_ns < $end
        AND (len($services) = 0 OR list_contains($services, service))
        AND (kind IN ('server', 'consumer') OR parent_span_id = '')
), steps AS (
    SELECT service, operation, grouping(operation) = 1 AS whole, i, count(*) AS n,
        count_if(failed) AS failed, quantile_cont(duration_ns, [0.5, 0.95]) AS duration
    FROM hits
    GROUP BY GROUPING SETS ((service, operation, i), (service, i))
)
SELECT service, operation, whole, list(i) AS i, list(n::DOUBLE) AS n,
    list(failed::DOUBLE) AS failed, list(duration[1]) AS p50, list(duration[2]) AS p95
FROM steps WHERE whole OR operation <> '' GROUP BY service, operation, whole
QUALIFY row_number() OVER (PARTITION BY service, whole ORDER BY sum(n) DESC, operation) <= $most"""

# A call is a span and its child in another service, or a span that leaves towards a named peer
# and that no other service answered.
_CALLS = (
    _HITS
    + """, calls AS (
    SELECT p.service AS caller, coalesce(c.service, p.peer) AS callee, p.leaves,
        p.failed AS parent_failed, coalesce(c.failed, false) AS child_failed,
        p.start_ns, p.duration_ns
    FROM hits p LEFT JOIN hits c ON c.parent = p.id AND c.service <> p.service
    WHERE c.service IS NOT NULL OR (p.leaves AND p.peer <> '' AND p.peer <> p.service)
)"""
)

_CALL_STEPS = (
    _CALLS
    + """, steps AS (
    SELECT caller, callee, (start_ns - $start) // $step AS i, count(*) AS n,
        count_if(parent_failed) AS failed, quantile_cont(duration_ns, 0.95) AS p95
    FROM calls WHERE leaves AND (len($services) = 0 OR list_contains($services, caller))
    GROUP BY ALL
)
SELECT caller, callee, list(i) AS i, list(n::DOUBLE) AS n, list(failed::DOUBLE) AS failed,
    list(p95) AS p95
FROM steps GROUP BY caller, callee
QUALIFY row_number() OVER (PARTITION BY caller ORDER BY sum(n) DESC, callee) <= $most"""
)

_EDGES = (
    _CALLS
    + """
SELECT caller, callee, count(*) AS calls,
    count_if(child_failed OR (leaves AND parent_failed))::BIGINT AS errors,
    callee NOT IN (SELECT DISTINCT service FROM hits) AS inferred
FROM calls GROUP BY caller, callee ORDER BY calls DESC, caller, callee"""
)

_CHOSEN = """
WITH found AS (
    SELECT trace_id, min(start_ns) AS start_ns FROM spans
    WHERE tenant = $tenant AND start_ns >= $start AND start_ns < $end
        AND ($service = '' OR service = $service) AND (NOT $errors_only OR status = 'error')
    GROUP BY trace_id
), ranked AS (
    SELECT *, row_number() OVER (ORDER BY start_ns, trace_id) - 1 AS rank,
        count(*) OVER () AS total
    FROM found
)
SELECT trace_id FROM ranked
WHERE rank = 0 OR (rank * $limit) // total <> ((rank - 1) * $limit) // total
ORDER BY start_ns, trace_id LIMIT $limit"""

_SPANS = """
SELECT * EXCLUDE (tenant) FROM spans
WHERE tenant = $tenant AND start_ns >= $start - $margin AND start_ns < $end + $margin
    AND trace_id IN (SELECT unnest($ids))
ORDER BY start_ns, span_id"""


def red(query: Query, step_ns: int) -> list[Series]:
    grid = Grid.over(query.window, step_ns)
    found = [*_requests(query, grid), *_calls(query, grid)]
    return sorted(found, key=key_order)


def _requests(query: Query, grid: Grid) -> Iterator[Series]:
    for group in query.groups(_REQUESTS, step=grid.step_ns, most=MAX_OPERATIONS):
        operation = "" if group["whole"] else group["operation"]
        key = partial(request_key, group["service"], operation)
        yield from _series(grid, group, key, ("p50", "p95"))


def _calls(query: Query, grid: Grid) -> Iterator[Series]:
    for group in query.groups(_CALL_STEPS, step=grid.step_ns, most=MAX_OPERATIONS):
        key = partial(call_key, group["caller"], group["callee"])
        yield from _series(grid, group, key, ("p95",))


def _series(
    grid: Grid,
    group: dict[str, Any],
    key: Callable[[Signal, str], SeriesKey],
    percentiles: Sequence[str],
) -> Iterator[Series]:
    steps, counts = group["i"], group["n"]
    weights = grid.counts(steps, counts)
    rate = grid.column(steps, counts / grid.step_s)
    ratio = grid.column(steps, group["failed"] / counts)
    yield grid.series(key(Signal.TRAFFIC, "rate"), rate, weights)
    yield grid.series(key(Signal.ERRORS, "ratio"), ratio, weights)
    for percentile in percentiles:
        seconds = grid.column(steps, group[percentile] / NANOSECONDS)
        yield grid.series(key(Signal.LATENCY, percentile), seconds, weights)


def edges(query: Query) -> list[Edge]:
    return [Edge(**row) for row in query.rows(_EDGES)]


def traces(query: Query, service: str, errors_only: bool, limit: int) -> Sequence[Trace]:
    if limit <= 0:
        return []
    chosen = query.rows(_CHOSEN, service=service, errors_only=errors_only, limit=limit)
    spans: dict[str, dict[str, Any]] = {row["trace_id"]: {} for row in chosen}
    if spans:
        for row in query.rows(_SPANS, margin=TRACE_MARGIN_NS, ids=list(spans)):
            spans[row["trace_id"]].setdefault(row["span_id"], to_span(row))
    return [Trace(trace_id, tuple(found.values())) for trace_id, found in spans.items()]
