"""Exponential histograms as explicit bounds, so that one reader serves both kinds.

OpenTelemetry data model, "ExponentialHistogram": with base = 2 ** (2 ** -scale), the bucket of
index i counts values in (base ** i, base ** (i + 1)]; negative buckets mirror it, and the zero
bucket lies between.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

MAX_BUCKETS = 160  # per sign; the default size of the SDKs
MAX_SCALE = 20
MIN_SCALE = -10


class ExplicitBuckets(NamedTuple):
    bounds: list[float]  # ascending upper bounds
    counts: list[int]  # len(bounds) + 1; the last lies above all bounds


def explicit_buckets(point: Any) -> ExplicitBuckets:
    """The buckets of an ExponentialHistogramDataPoint.

    More than MAX_BUCKETS of a sign are merged two by two (scale - 1), which keeps every remaining
    bound on the grid of the finer scale, so that counts under a bound stay comparable over time.
    Raises ValueError for a scale outside what the data model allows.
    """
    scale = point.scale
    if not MIN_SCALE <= scale <= MAX_SCALE:
        raise ValueError(f"scale {scale} is outside {MIN_SCALE}..{MAX_SCALE}")
    positive = (point.positive.offset, list(point.positive.bucket_counts))
    negative = (point.negative.offset, list(point.negative.bucket_counts))
    while max(len(positive[1]), len(negative[1])) > MAX_BUCKETS:
        positive, negative = _halved(*positive), _halved(*negative)
        scale -= 1
    return _merged([*_negative(scale, *negative), *_from_zero(point, scale, *positive)])


def _negative(scale: int, offset: int, counts: Sequence[int]) -> list[tuple[float, int]]:
    if not counts:
        return []
    edges = [-edge for edge in reversed(_edges(scale, offset, len(counts)))]
    return list(zip(edges, [0, *reversed(counts)], strict=True))


def _from_zero(
    point: Any, scale: int, offset: int, counts: Sequence[int]
) -> list[tuple[float, int]]:
    if not counts:
        return [(max(0.0, point.zero_threshold), point.zero_count)]
    edges = _edges(scale, offset, len(counts))
    return list(zip(edges, [point.zero_count, *counts], strict=True))


def _merged(buckets: Sequence[tuple[float, int]]) -> ExplicitBuckets:
    """(upper bound, count) as parallel lists; a bound that left the range of a double, and so
    does not rise or is infinite, gives its count to the next bucket."""
    merged = ExplicitBuckets([], [])
    carried = 0
    for bound, count in buckets:
        carried += count
        if math.isfinite(bound) and (not merged.bounds or bound > merged.bounds[-1]):
            merged.bounds.append(bound)
            merged.counts.append(carried)
            carried = 0
    merged.counts.append(carried)
    return merged


def _halved(offset: int, counts: Sequence[int]) -> tuple[int, list[int]]:
    padded = [0, *counts] if offset % 2 else list(counts)
    padded += [0] * (len(padded) % 2)
    return offset // 2, [a + b for a, b in zip(padded[::2], padded[1::2], strict=True)]


def _edges(scale: int, offset: int, buckets: int) -> list[float]:
    step = 2.0**-scale
    return [_power_of_two((offset + i) * step) for i in range(buckets + 1)]


def _power_of_two(exponent: float) -> float:
    return math.inf if exponent >= 1024 else 2.0 ** max(exponent, -1074.0)
