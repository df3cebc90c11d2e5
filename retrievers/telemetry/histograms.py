"""Histogram points of one stream as what was observed in each step, and its quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.domain.signals import Floats
from assistant.domain.window import NANOSECONDS
from retrievers.grids import Grid

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """Observations per step that has any point: `step` indexes the grid; `buckets` has a row a
    step and a column a bucket of `bounds` (None when the stream has no buckets)."""

    step: Integers
    seconds: Floats
    count: Floats
    sum: Floats
    bounds: Floats
    buckets: Floats | None


def growth(points: dict[str, Any], grid: Grid) -> Growth:
    """`points` are the columns of one stream in time order: time_ns, start_ns, count, sum, width
    (number of bounds), bounds and buckets (flattened), and whether they are `delta`. Cumulative
    points count from the point before them, or from zero when their count dropped."""
    time_ns: Integers = points["time_ns"]
    first = np.ones(len(time_ns), dtype=bool)
    first[1:] = np.diff(time_ns) > 0  # the same time again is a second delivery
    bounds, buckets = _on_common_bounds(points)
    time_ns, count = time_ns[first], points["count"][first].astype(np.float64)
    total, start_ns = points["sum"][first].astype(np.float64), points["start_ns"][first]
    buckets = None if buckets is None else buckets[first]
    elapsed = np.diff(time_ns, prepend=time_ns[:1] - grid.step_ns).astype(np.float64)
    if points["delta"]:
        told = (start_ns > 0) & (start_ns < time_ns)
        elapsed = np.where(told, time_ns - start_ns, elapsed)
        grown = _Grown(count, total, buckets)
        inside = time_ns >= grid.start_ns
    else:
        grown = _since_before(count, total, buckets)
        inside = time_ns >= grid.start_ns
        inside[:1] = False  # nothing to count from
    return _per_step(grid, time_ns, elapsed / NANOSECONDS, grown, inside, bounds)


def quantiles(bounds: Floats, buckets: Floats, fraction: float) -> Floats:
    """One quantile per row of `buckets`, by linear interpolation within the bucket it falls in,
    as Prometheus' histogram_quantile does: the first bucket starts at 0 (at its bound when that
    is not positive), the last one answers with its lower bound; NaN for empty rows."""
    cumulative = np.cumsum(np.maximum(buckets, 0.0), axis=1)
    rank = fraction * cumulative[:, -1]
    found = np.minimum((cumulative < rank[:, None]).sum(axis=1), len(bounds))
    rows = np.arange(len(buckets))
    lower_edges = np.concatenate([[min(0.0, bounds[0])], bounds])
    upper_edges = np.concatenate([bounds, bounds[-1:]])
    below = np.where(found > 0, cumulative[rows, found - 1], 0.0)
    inside = cumulative[rows, found] - below
    share = np.divide(rank - below, inside, out=np.zeros_like(rank), where=inside > 0)
    lower, upper = lower_edges[found], upper_edges[found]
    lower = np.where((found == 0) & (bounds[0] <= 0), bounds[0], lower)
    return np.where(cumulative[:, -1] > 0, lower + (upper - lower) * share, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class _Grown:
    count: Floats
    sum: Floats
    buckets: Floats | None


def _since_before(count: Floats, total: Floats, buckets: Floats | None) -> _Grown:
    kept = np.diff(count, prepend=count[:1]) >= 0  # a drop is a reset: all of it is new
    return _Grown(
        np.where(kept, np.diff(count, prepend=0.0), count),
        np.where(kept, np.diff(total, prepend=0.0), total),
        None
        if buckets is None
        else np.where(
            kept[:, None], np.maximum(np.diff(buckets, axis=0, prepend=0.0), 0.0), buckets
        ),
    )


def _per_step(
    grid: Grid,
    time_ns: Integers,
    seconds: Floats,
    grown: _Grown,
    inside: npt.NDArray[np.bool_],
    bounds: Floats,
) -> Growth:
    index = (time_ns[inside] - grid.start_ns) // grid.step_ns
    step, starts = np.unique(index, return_index=True)

    def per_step(values: Floats) -> Floats:
        return np.add.reduceat(values[inside], starts, axis=0) if len(starts) else values[:0]

    return Growth(
        step=step,
        seconds=per_step(seconds),
        count=per_step(grown.count),
        sum=per_step(grown.sum),
        bounds=bounds,
        buckets=None if grown.buckets is None else per_step(grown.buckets),
    )


def _on_common_bounds(points: dict[str, Any]) -> tuple[Floats, Floats | None]:
    """Bounds that hold for every point, and a row of bucket counts a point."""
    width: Integers = points["width"]
    size = len(width)
    bounds, buckets = points["bounds"], points["buckets"].astype(np.float64)
    if not len(bounds) or len(buckets) != len(bounds) + size:
        return np.zeros(0), None
    if np.all(width == width[0]):
        table = bounds.reshape(size, -1)
        if np.all(table == table[0]):
            return table[0], buckets.reshape(size, -1)
    return _rebucketed(width, bounds, buckets)


def _rebucketed(width: Integers, bounds: Floats, buckets: Floats) -> tuple[Floats, Floats]:
    """Exponential histograms move and merge their buckets as values come. Each point's
    cumulative counts are read at the bounds of all points, straight lines between its own:
    exact where the bounds are shared, as they are unless the scale grew coarser."""
    common = np.unique(bounds)
    rows = np.zeros((len(width), len(common) + 1))
    bound_at = np.concatenate([[0], np.cumsum(width)])
    for row, start in enumerate(bound_at[:-1]):
        own = bounds[start : bound_at[row + 1]]
        counts = buckets[start + row : bound_at[row + 1] + row + 1]
        if len(own):
            at_bounds = np.interp(common, own, np.cumsum(counts)[:-1], left=0.0)
            beyond = common > own[-1]
            at_bounds[beyond] = np.cumsum(counts)[-1]
            rows[row] = np.diff(at_bounds, prepend=0.0, append=counts.sum())
    return common, rows
