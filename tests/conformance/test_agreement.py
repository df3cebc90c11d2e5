"""Whatever the signals, the embedded store and the in-memory reference say the same."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import (
    LogRecord,
    MetricKind,
    MetricPoint,
    Series,
    Span,
    SpanKind,
    SpanStatus,
    Temporality,
)
from retrievers.memory import MemoryTelemetry
from retrievers.telemetry import DuckDbTelemetry
from tests.builders import a_batch, a_log, a_point, a_span, a_window, at_ns
from tests.conformance.readable import MINUTE

WINDOW = a_window(0, 5)
SERVICES = st.sampled_from(["web", "cart", "mail"])
TIMES = st.integers(-120, 420).map(lambda seconds: at_ns() + seconds * 1_000_000_000)
IDS = st.sampled_from(["", "a", "b", "c", "d"])
NUMBERS = st.one_of(st.integers(-5, 200).map(float), st.sampled_from([math.nan, math.inf]))
BUCKETS = st.lists(st.integers(0, 9), min_size=4, max_size=4)

SPANS = st.builds(
    a_span,
    SERVICES,
    st.sampled_from(["", "GET", "PUT"]),
    trace_id=st.sampled_from(["t1", "t2", "t3"]),
    span_id=st.sampled_from(["a", "b", "c", "d"]),
    parent_span_id=IDS,
    start_ns=TIMES,
    duration_ns=st.integers(0, 10**9),
    kind=st.sampled_from(SpanKind),
    status=st.sampled_from(SpanStatus),
    peer=st.sampled_from(["", "redis", "cart", "web"]),
    version=st.sampled_from(["", "1", "2"]),
)
LOGS = st.builds(
    a_log,
    st.sampled_from(["one", "two"]),
    SERVICES,
    time_ns=TIMES,
    severity_number=st.integers(1, 24),
    shape=st.sampled_from(["", "x", "y"]),
)
SCALARS = st.builds(
    a_point,
    st.sampled_from(["queue.depth", "requests"]),
    NUMBERS,
    time_ns=TIMES,
    kind=st.sampled_from([MetricKind.GAUGE, MetricKind.SUM]),
    temporality=st.just(Temporality.CUMULATIVE),
    monotonic=st.just(True),
    instance=st.sampled_from(["", "i1"]),
)
DELTAS = st.builds(
    a_point,
    st.just("sent"),
    NUMBERS,
    time_ns=TIMES,
    start_ns=st.sampled_from([0, at_ns(-1)]),
    kind=st.just(MetricKind.SUM),
    temporality=st.just(Temporality.DELTA),
)


@st.composite
def histograms(draw: st.DrawFn) -> MetricPoint:
    buckets = draw(BUCKETS)
    values: dict[str, Any] = {
        "value": None,
        "time_ns": draw(TIMES),
        "kind": MetricKind.HISTOGRAM,
        "temporality": Temporality.CUMULATIVE,
        "count": sum(buckets),
        "sum": float(sum(buckets)),
        "bounds": (0.1, 0.5, 2.0),
        "bucket_counts": buckets,
        "unit": "ms",
    }
    return a_point(draw(st.sampled_from(["request.duration", "batch.size"])), **values)


class Pair:
    """The two stores with the same signals; DuckDB as a new tenant of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keeps_it_open = DuckDbTelemetry(path)
        self._tenants = itertools.count()

    def close(self) -> None:
        self._keeps_it_open.close()

    def of(self, *rows: Span | LogRecord | MetricPoint) -> tuple[TelemetryStore, TelemetryStore]:
        duckdb = DuckDbTelemetry(self._path, tenant=str(next(self._tenants)))
        memory = MemoryTelemetry()
        for store in (duckdb, memory):
            store.append(a_batch(*rows[::2]))
            store.append(a_batch(*rows[1::2]))
        return duckdb, memory


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    opened = Pair(tmp_path_factory.mktemp("agreement") / "telemetry.duckdb")
    yield opened
    opened.close()


thorough = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def comparable(series: Sequence[Series]) -> dict[Any, tuple[Any, Any]]:
    return {
        one.key: (
            np.round(one.values, 9).tolist().__repr__(),
            None if one.weights is None else one.weights.tolist(),
        )
        for one in series
    }


def distinct_times(points: Sequence[MetricPoint]) -> list[MetricPoint]:
    """Two different values of one stream at the same time have no right answer."""
    unique = {(p.metric, p.kind, p.unit, p.instance, p.time_ns): p for p in points}
    return list(unique.values())


def distinct_spans(spans: Sequence[Span]) -> list[Span]:
    """Two different spans with the same id have no right answer."""
    return list({(s.trace_id, s.span_id): s for s in spans}.values())


@thorough
@given(points=st.lists(st.one_of(SCALARS, DELTAS, histograms()), max_size=25))
def test_on_series(pair: Pair, points: list[MetricPoint]) -> None:
    duckdb, memory = pair.of(*distinct_times(points))

    found = duckdb.series(WINDOW, MINUTE)

    assert comparable(found) == comparable(memory.series(WINDOW, MINUTE))
    assert [s.key for s in found] == [s.key for s in memory.series(WINDOW, MINUTE)]
    duckdb.close()


@thorough
@given(spans=st.lists(SPANS, max_size=25))
def test_on_spans(pair: Pair, spans: list[Span]) -> None:
    unique = distinct_spans(spans)
    duckdb, memory = pair.of(*unique, *unique[:3])

    assert comparable(duckdb.red(WINDOW, MINUTE)) == comparable(memory.red(WINDOW, MINUTE))
    assert comparable(duckdb.red(WINDOW, MINUTE, ["web"])) == comparable(
        memory.red(WINDOW, MINUTE, ["web"])
    )
    assert list(duckdb.edges(WINDOW)) == list(memory.edges(WINDOW))
    for arguments in ({}, {"service": "web"}, {"errors_only": True}, {"limit": 2}):
        assert list(duckdb.traces(WINDOW, **arguments)) == list(memory.traces(WINDOW, **arguments))
    assert list(duckdb.versions(WINDOW)) == list(memory.versions(WINDOW))
    assert duckdb.extent(WINDOW) == memory.extent(WINDOW)
    duckdb.close()


@thorough
@given(logs=st.lists(LOGS, max_size=25, unique_by=lambda log: log.time_ns))
def test_on_logs(pair: Pair, logs: list[LogRecord]) -> None:
    duckdb, memory = pair.of(*logs)

    assert list(duckdb.records(WINDOW)) == list(memory.records(WINDOW))
    ours, theirs = duckdb.shapes(WINDOW, MINUTE), memory.shapes(WINDOW, MINUTE)
    assert [(s.exemplar, s.severity_number, s.last_ns, s.counts.tolist()) for s in ours] == [
        (s.exemplar, s.severity_number, s.last_ns, s.counts.tolist()) for s in theirs
    ]
    duckdb.close()
