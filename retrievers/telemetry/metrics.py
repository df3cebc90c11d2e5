"""What metric points say: gauges, sums and histograms as series on a grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from assistant.domain.signals import Floats, MetricKind, Series
from retrievers.grids import LOOKBACK_NS, MAX_STREAMS, Grid, key_order
from retrievers.keys import flat_attributes, metric_key, scale
from retrievers.telemetry.histograms import Growth, growth, quantiles
from retrievers.telemetry.query import Query

_MEANS = """
WITH steps AS (
    SELECT service, metric, unit, kind, instance, attributes, (time_ns - $start) // $step AS i,
        avg(value) AS value, count(*) AS n
    FROM points
    WHERE tenant = $tenant AND time_ns >= $start AND time_ns < $end AND isfinite(value)
        AND (len($services) = 0 OR list_contains($services, service))
        AND (kind = 'gauge' OR kind = 'sum' AND temporality <> 'delta' AND NOT monotonic)
    GROUP BY ALL
)
SELECT service, metric, unit, kind, instance, attributes, list(i) AS i, list(value) AS value
FROM steps GROUP BY service, metric, unit, kind, instance, attributes
QUALIFY row_number() OVER (
    PARTITION BY service, metric ORDER BY sum(n) DESC, instance, attributes) <= $most"""

# The rate of a step is what was counted over the time in which it was counted, so that points
# that come a little early or late do not make it jump. A point with the time of the one before
# is a second delivery.
_RATES = """
WITH ordered AS (
    SELECT service, metric, unit, instance, attributes, time_ns, start_ns, value,
        temporality = 'delta' AS delta, lag(value) OVER stream AS before,
        lag(time_ns) OVER stream AS before_ns
    FROM points
    WHERE tenant = $tenant AND time_ns >= $start - $lookback AND time_ns < $end
        AND (len($services) = 0 OR list_contains($services, service))
        AND kind = 'sum' AND (temporality = 'delta' OR monotonic) AND isfinite(value)
    WINDOW stream AS (
        PARTITION BY service, metric, unit, instance, attributes, temporality ORDER BY time_ns
    )
), growths AS (
    SELECT service, metric, unit, instance, attributes, (time_ns - $start) // $step AS i,
        CASE WHEN delta OR value < before THEN value ELSE value - before END AS grown,
        CASE WHEN delta AND start_ns > 0 AND start_ns < time_ns THEN time_ns - start_ns
            ELSE coalesce(time_ns - before_ns, $step) END / 1e9 AS seconds
    FROM ordered
    WHERE time_ns >= $start AND (before_ns IS NULL AND delta OR time_ns > before_ns)
), steps AS (
    SELECT service, metric, unit, instance, attributes, i, sum(grown) / sum(seconds) AS value,
        count(*) AS n
    FROM growths GROUP BY ALL
)
SELECT service, metric, unit, 'sum' AS kind, instance, attributes, list(i) AS i,
    list(value) AS value
FROM steps GROUP BY service, metric, unit, instance, attributes
QUALIFY row_number() OVER (
    PARTITION BY service, metric ORDER BY sum(n) DESC, instance, attributes) <= $most"""

_HISTOGRAMS = """
SELECT service, metric, unit, kind, instance, attributes, temporality = 'delta' AS delta,
    list(time_ns ORDER BY time_ns) AS time_ns, list(start_ns ORDER BY time_ns) AS start_ns,
    list(count ORDER BY time_ns) AS count,
    list(coalesce(sum, 'nan'::DOUBLE) ORDER BY time_ns) AS sum,
    list(len(bounds) ORDER BY time_ns) AS width,
    flatten(list(bounds ORDER BY time_ns)) AS bounds,
    flatten(list(bucket_counts ORDER BY time_ns)) AS buckets
FROM points
WHERE tenant = $tenant AND time_ns >= $start - $lookback AND time_ns < $end
    AND (len($services) = 0 OR list_contains($services, service))
    AND kind IN ('histogram', 'exponential_histogram', 'summary') AND count IS NOT NULL
GROUP BY service, metric, unit, kind, instance, attributes, temporality
QUALIFY row_number() OVER (
    PARTITION BY service, metric ORDER BY count(*) DESC, instance, attributes) <= $most"""


def series(query: Query, step_ns: int) -> list[Series]:
    grid = Grid.over(query.window, step_ns)
    asked = {"step": step_ns, "lookback": LOOKBACK_NS, "most": MAX_STREAMS}
    found = [
        *_scalars(grid, query.groups(_MEANS, **asked), "mean"),
        *_scalars(grid, query.groups(_RATES, **asked), "rate"),
        *_histograms(grid, query.groups(_HISTOGRAMS, **asked)),
    ]
    return sorted(found, key=key_order)


def _scalars(grid: Grid, groups: Iterator[dict[str, Any]], statistic: str) -> Iterator[Series]:
    for group in groups:
        values = grid.column(group["i"], group["value"])
        yield _named(grid, group, statistic, values)


def _histograms(grid: Grid, groups: Iterator[dict[str, Any]]) -> Iterator[Series]:
    for group in groups:
        grown = growth(group, grid)
        counts = grid.counts(grown.step, grown.count)
        for statistic, values in _statistics(grown):
            yield _named(grid, group, statistic, grid.column(grown.step, values), counts)


def _statistics(grown: Growth) -> Iterator[tuple[str, Floats]]:
    """Per step: how often something was observed, and how large it was."""
    if not len(grown.step):
        return
    yield "rate", grown.count / grown.seconds
    if grown.buckets is None:
        unknown = np.full_like(grown.sum, np.nan)
        yield "mean", np.divide(grown.sum, grown.count, out=unknown, where=grown.count > 0)
    else:
        yield "p50", quantiles(grown.bounds, grown.buckets, 0.5)
        yield "p95", quantiles(grown.bounds, grown.buckets, 0.95)


def _named(
    grid: Grid,
    group: dict[str, Any],
    statistic: str,
    values: Floats,
    weights: Floats | None = None,
) -> Series:
    kind = MetricKind(group["kind"])
    key = metric_key(
        group["service"],
        group["metric"],
        group["unit"],
        kind,
        statistic,
        group["instance"],
        flat_attributes(group["attributes"]),
    )
    factor = scale(group["metric"], group["unit"], kind, statistic)
    return grid.series(key, values if factor == 1.0 else values * factor, weights)
