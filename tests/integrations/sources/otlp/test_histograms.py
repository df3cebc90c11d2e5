from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import ExponentialHistogramDataPoint

from integrations.sources.otlp.histograms import MAX_BUCKETS, explicit_buckets

Buckets = ExponentialHistogramDataPoint.Buckets
COUNTS = st.lists(st.integers(0, 1000), max_size=400)


def test_negative_zero_and_positive_values_lie_in_ascending_buckets() -> None:
    point = ExponentialHistogramDataPoint(
        scale=0,
        zero_count=3,
        negative=Buckets(offset=0, bucket_counts=[1, 2]),  # [-2, -1), [-4, -2)
        positive=Buckets(offset=0, bucket_counts=[4, 5]),  # (1, 2], (2, 4]
    )

    assert explicit_buckets(point) == (
        [-4.0, -2.0, -1.0, 1.0, 2.0, 4.0],
        [0, 2, 1, 3, 4, 5, 0],
    )


def test_a_finer_scale_has_closer_bounds() -> None:
    point = ExponentialHistogramDataPoint(scale=1, positive=Buckets(offset=0, bucket_counts=[1, 1]))
    assert explicit_buckets(point).bounds == pytest.approx([1.0, 2**0.5, 2.0])


def test_only_zeros_are_one_bucket() -> None:
    point = ExponentialHistogramDataPoint(zero_count=9, zero_threshold=0.001)
    assert explicit_buckets(point) == ([0.001], [9, 0])


def test_a_scale_outside_the_data_model_is_an_error() -> None:
    with pytest.raises(ValueError, match="scale 21"):
        explicit_buckets(ExponentialHistogramDataPoint(scale=21))


@given(
    scale=st.integers(-10, 20),
    offset=st.integers(-(2**30), 2**30),
    positive=COUNTS,
    negative=COUNTS,
    zeros=st.integers(0, 1000),
)
def test_no_observation_is_lost_and_bounds_ascend(
    scale: int, offset: int, positive: list[int], negative: list[int], zeros: int
) -> None:
    point = ExponentialHistogramDataPoint(
        scale=scale,
        zero_count=zeros,
        positive=Buckets(offset=offset, bucket_counts=positive),
        negative=Buckets(offset=offset, bucket_counts=negative),
    )

    bounds, counts = explicit_buckets(point)

    assert sum(counts) == sum(positive) + sum(negative) + zeros
    assert len(counts) == len(bounds) + 1 <= 2 * MAX_BUCKETS + 4
    assert all(low < high for low, high in pairwise(bounds))
