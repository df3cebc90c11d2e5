"""Telemetry as values: rows for reading and tests, columns for the fast path of ingest, series
on a regular grid for analysis."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Scalar: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any] | None
Attributes: TypeAlias = Mapping[str, Scalar]
Columns: TypeAlias = dict[str, list[Any]]
Floats: TypeAlias = npt.NDArray[np.float64]


class SpanKind(StrEnum):
    UNSPECIFIED = "unspecified"
    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class SpanStatus(StrEnum):
    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


class MetricKind(StrEnum):
    GAUGE = "gauge"
    SUM = "sum"
    HISTOGRAM = "histogram"
    EXPONENTIAL_HISTOGRAM = "exponential_histogram"
    SUMMARY = "summary"


class Temporality(StrEnum):
    UNSPECIFIED = "unspecified"
    DELTA = "delta"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class Span:
    """One operation of one service. Ids are lower-case hex; a root has the parent ''."""

    trace_id: str
    span_id: str
    service: str
    operation: str
    start_ns: int
    duration_ns: int
    parent_span_id: str = ""
    kind: SpanKind = SpanKind.INTERNAL
    status: SpanStatus = SpanStatus.UNSET
    status_message: str = ""
    # Whom a client span calls, by its attributes (peer.service, server.address, db.system …).
    peer: str = ""
    instance: str = ""  # service.instance.id, k8s.pod.name, host.name: the first there is
    version: str = ""  # service.version
    node: str = ""  # k8s.node.name or host.name
    attributes: Attributes = field(default_factory=dict)
    events: Sequence[Mapping[str, Any]] = ()  # [{name, time_ns, attributes}]
    links: Sequence[Mapping[str, Any]] = ()

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.duration_ns


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record. `shape` is its body with the variable parts masked (see analysis.shapes)."""

    service: str
    time_ns: int
    body: str
    severity_number: int = 9  # OpenTelemetry severity: 9 INFO, 13 WARN, 17 ERROR, 21 FATAL
    severity_text: str = ""
    shape: str = ""
    observed_ns: int = 0
    trace_id: str = ""
    span_id: str = ""
    event_name: str = ""
    instance: str = ""
    version: str = ""
    node: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One point of one metric stream, as OTLP delivers it (cumulative sums stay cumulative)."""

    service: str
    metric: str
    time_ns: int
    kind: MetricKind = MetricKind.GAUGE
    unit: str = ""
    start_ns: int = 0
    temporality: Temporality = Temporality.UNSPECIFIED
    monotonic: bool = False
    value: float | None = None  # gauge and sum
    count: int | None = None  # histograms and summaries
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    # Explicit bucket upper bounds and counts (len(bounds) + 1); exponential histograms are
    # converted to explicit bounds at ingest, so that one reader serves both.
    bounds: Sequence[float] = ()
    bucket_counts: Sequence[int] = ()
    instance: str = ""
    version: str = ""
    node: str = ""
    attributes: Attributes = field(default_factory=dict)


def column_names(row: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(row))


def empty_columns(row: type) -> Columns:
    return {name: [] for name in column_names(row)}


@dataclass(frozen=True, slots=True)
class SignalBatch:
    """What one request brought, by column: keys are the field names of Span, LogRecord and
    MetricPoint, all lists of one table equally long. In columns, `attributes`, `events` and
    `links` are JSON text (one object or list a row), enums are their text."""

    spans: Columns = field(default_factory=lambda: empty_columns(Span))
    logs: Columns = field(default_factory=lambda: empty_columns(LogRecord))
    points: Columns = field(default_factory=lambda: empty_columns(MetricPoint))

    @property
    def span_count(self) -> int:
        return len(self.spans["service"])

    @property
    def log_count(self) -> int:
        return len(self.logs["service"])

    @property
    def point_count(self) -> int:
        return len(self.points["service"])

    def __len__(self) -> int:
        return self.span_count + self.log_count + self.point_count


class Signal(StrEnum):
    """What a series says about a service."""

    TRAFFIC = "traffic"  # requests per second
    ERRORS = "errors"  # ratio of failed requests, 0..1
    LATENCY = "latency"  # seconds, p95 unless `statistic` says otherwise
    SATURATION = "saturation"  # pools, queues, limits: how full
    RESOURCE = "resource"  # cpu, memory, disk, threads, network
    LOG_RATE = "log_rate"  # records per second of one template
    METRIC = "metric"  # anything else


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Which series: of a service, an operation of it ('' for the whole), or a call to `peer`."""

    service: str
    signal: Signal
    name: str  # metric name, operation or template
    unit: str = ""
    statistic: str = ""  # p50, p95, rate, ratio, mean, max, count
    operation: str = ""
    peer: str = ""
    instance: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def label(self) -> str:
        inner = ",".join(f"{k}={v}" for k, v in self.attributes)
        where = f"{self.service} {self.name}" + (f"{{{inner}}}" if inner else "")
        return f"{where} {self.statistic}".strip()


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Values on a regular grid: values[i] covers [start_ns + i·step_ns, + step_ns).

    NaN means no data in that step; `weights` are the observations behind each value (0 where
    none), so that thin steps can be told from busy ones.
    """

    key: SeriesKey
    start_ns: int
    step_ns: int
    values: Floats
    weights: Floats | None = None

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.step_ns * len(self.values)

    def times_ns(self) -> npt.NDArray[np.int64]:
        return self.start_ns + self.step_ns * np.arange(len(self.values), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class LogShape:
    """All records of a service that share a masked body, counted on the grid of the window."""

    service: str
    shape: str
    severity_number: int  # the highest seen
    counts: Floats  # records per step
    start_ns: int
    step_ns: int
    first_ns: int
    last_ns: int
    exemplar: LogRecord  # the earliest record of the window


@dataclass(frozen=True, slots=True)
class Edge:
    """`caller` calls `callee` (both services, or a callee inferred from client spans alone)."""

    caller: str
    callee: str
    calls: int
    errors: int
    inferred: bool = False  # the callee sent no telemetry of its own


@dataclass(frozen=True, slots=True)
class Trace:
    """Spans of one trace, in start order; may be incomplete."""

    trace_id: str
    spans: tuple[Span, ...]


def spans_to_columns(spans: Iterable[Span]) -> Columns:
    return _to_columns(Span, spans)


def logs_to_columns(logs: Iterable[LogRecord]) -> Columns:
    return _to_columns(LogRecord, logs)


def points_to_columns(points: Iterable[MetricPoint]) -> Columns:
    return _to_columns(MetricPoint, points)


def _to_columns(row: type, values: Iterable[Any]) -> Columns:
    columns = empty_columns(row)
    for value in values:
        for name, column in columns.items():
            column.append(_cell(name, getattr(value, name)))
    return columns


def _cell(name: str, value: Any) -> Any:
    if name in ("attributes", "events", "links"):
        return json_text(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return value


def json_text(value: Any) -> str:
    if isinstance(value, Mapping):
        value = dict(value)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = [dict(v) if isinstance(v, Mapping) else v for v in value]
    return json.dumps(value, separators=(",", ":"), default=str)
