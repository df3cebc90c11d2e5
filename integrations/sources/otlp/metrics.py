"""Metric points as columns: gauges, sums, histograms of both kinds, summaries."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from assistant.domain.signals import (
    Columns,
    MetricKind,
    MetricPoint,
    Scalar,
    Temporality,
    column_names,
)
from integrations.sources.otlp.attributes import MAX_ATTRIBUTES, attributes_of, json_of
from integrations.sources.otlp.decoded import DecodedRequest
from integrations.sources.otlp.histograms import explicit_buckets
from integrations.sources.otlp.resource import UNKNOWN_SERVICE, Origin, origin_of, service_name
from integrations.sources.otlp.times import believable, described
from integrations.sources.otlp.wire import text

_TEMPORALITIES = [
    t.value for t in (Temporality.UNSPECIFIED, Temporality.DELTA, Temporality.CUMULATIVE)
]
_NO_RECORDED_VALUE = 1  # DataPointFlags: the stream ended, this is no value
_MAX_COUNT = 2**63 - 1
# Instrumentation that leaves the unit out of these means the one of the semantic conventions.
_UNITS = {".duration": "s", ".flow.bytes": "By"}
_FLOW_BYTES = ".network.flow.bytes"  # beyla.…, obi.…
_FLOW_SOURCE = ("k8s.src.owner.name", "k8s.src.name", "src.name", "src.address")

_COLUMNS = column_names(MetricPoint)
_DEFAULTS: dict[str, Any] = {"value": None, "count": None, "sum": None, "min": None, "max": None}


class _Refused(Exception):
    """The point cannot be used; the text says why."""


class _Stream(NamedTuple):
    """Who reports the points of one attribute set, and its JSON text."""

    service: str
    attributes: str


def read_metrics(request: Any, decoded: DecodedRequest, received_ns: int) -> None:
    for resource_metrics in request.resource_metrics:
        origin = origin_of(resource_metrics.resource.attributes)
        for scope_metrics in resource_metrics.scope_metrics:
            for metric in scope_metrics.metrics:
                _read_metric(metric, origin, decoded, received_ns)


def _read_metric(metric: Any, origin: Origin, decoded: DecodedRequest, received_ns: int) -> None:
    kind = metric.WhichOneof("data")
    if kind is None:
        return
    data = getattr(metric, kind)
    name = text(metric.name)
    temporality = getattr(data, "aggregation_temporality", 0)
    shared = {
        "metric": name,
        "kind": MetricKind(kind).value,
        "unit": text(metric.unit) or _usual_unit(name),
        "temporality": _TEMPORALITIES[temporality if 0 <= temporality <= 2 else 0],
        "monotonic": getattr(data, "is_monotonic", False),
        "instance": origin.instance,
        "version": origin.version,
        "node": origin.node,
    }
    read = _VALUES[kind]
    streams: dict[tuple[bytes, ...], _Stream] = {}
    for point in data.data_points:
        if point.flags & _NO_RECORDED_VALUE:
            continue
        key = tuple(point.attributes)
        stream = streams.get(key) or streams.setdefault(key, _stream(key, name, origin))
        try:
            _check(name, point, received_ns)
            rows = list(read(point))
        except _Refused as reason:
            decoded.rejected[f"{reason}"] += 1
            continue
        times = {"time_ns": point.time_unix_nano, "start_ns": _start(point, received_ns)}
        for values in rows:
            _append(decoded.batch.points, _DEFAULTS | shared | times | values, stream)


def _append(columns: Columns, row: dict[str, Any], stream: _Stream) -> None:
    row["service"] = stream.service
    row["attributes"] = _with(stream.attributes, row.get("quantile"))
    for column in _COLUMNS:
        columns[column].append(row[column])


def _check(name: str, point: Any, received_ns: int) -> None:
    if not name:
        raise _Refused("point of a metric without a name")
    if not believable(point.time_unix_nano, received_ns):
        raise _Refused(f"point with an unusable time ({described(point.time_unix_nano)[:4]})")


def _stream(raw: Sequence[bytes], metric: str, origin: Origin) -> _Stream:
    attributes = attributes_of(raw[:MAX_ATTRIBUTES])
    return _Stream(_service(attributes, metric, origin), json_of(dict(sorted(attributes.items()))))


def _service(attributes: Mapping[str, Scalar], metric: str, origin: Origin) -> str:
    """The service of the resource. A network flow belongs to its source, and a resource without
    a name (a node agent that reports for many) leaves it to the attributes of the point."""
    if metric.endswith(_FLOW_BYTES):
        source = next((str(attributes[k]) for k in _FLOW_SOURCE if attributes.get(k)), "")
        return source or origin.service
    if origin.service.startswith(UNKNOWN_SERVICE):
        named = service_name(attributes)
        return origin.service if named == UNKNOWN_SERVICE else named
    return origin.service


def _usual_unit(metric: str) -> str:
    return next((unit for ending, unit in _UNITS.items() if metric.endswith(ending)), "")


def _start(point: Any, received_ns: int) -> int:
    start = int(point.start_time_unix_nano)
    return start if believable(start, received_ns) else 0


def _with(attributes: str, quantile: float | None) -> str:
    if quantile is None:
        return attributes
    comma = "," if len(attributes) > 2 else ""
    return f'{attributes[:-1]}{comma}"quantile":"{quantile:g}"}}'


_Values = dict[str, Any]


def _number(point: Any) -> Iterator[_Values]:
    kind = point.WhichOneof("value")
    if kind is None:
        raise _Refused("point without a value")
    value = float(getattr(point, kind))
    if not math.isfinite(value):
        raise _Refused("point whose value is NaN or infinite")
    yield {"value": value, "bounds": [], "bucket_counts": []}


def _histogram(point: Any) -> Iterator[_Values]:
    bounds, counts = list(point.explicit_bounds), list(point.bucket_counts)
    if bounds and bounds[-1] == math.inf:  # some converters spell out the last bound
        bounds.pop()
    if not all(map(math.isfinite, bounds)) or any(
        low >= high for low, high in itertools.pairwise(bounds)
    ):
        raise _Refused("histogram whose bounds are not finite and ascending")
    if counts and len(counts) != len(bounds) + 1:
        raise _Refused("histogram whose counts do not fit its bounds")
    if max(counts, default=0) > _MAX_COUNT:
        raise _Refused("point whose count is out of range")
    if not counts:
        bounds = []
    yield _distribution(point) | {"bounds": bounds, "bucket_counts": counts}


def _exponential_histogram(point: Any) -> Iterator[_Values]:
    try:
        bounds, counts = explicit_buckets(point)
    except ValueError as error:
        raise _Refused(f"exponential histogram whose {error}") from error
    yield _distribution(point) | {"bounds": bounds, "bucket_counts": counts}


def _distribution(point: Any) -> _Values:
    return {
        "count": _count(point),
        "sum": _finite(point, "sum"),
        "min": _finite(point, "min"),
        "max": _finite(point, "max"),
    }


def _summary(point: Any) -> Iterator[_Values]:
    """Count and sum; each quantile also as a gauge with the attribute `quantile`, the form in
    which Prometheus shows summaries. A quantile that is NaN was not observed."""
    total = float(point.sum)
    yield {
        "count": _count(point),
        "sum": total if math.isfinite(total) else None,
        "bounds": [],
        "bucket_counts": [],
    }
    for quantile in point.quantile_values:
        if math.isfinite(quantile.value) and 0.0 <= quantile.quantile <= 1.0:
            yield {
                "kind": MetricKind.GAUGE.value,
                "value": quantile.value,
                "quantile": quantile.quantile,
                "bounds": [],
                "bucket_counts": [],
            }


def _count(point: Any) -> int:
    if point.count > _MAX_COUNT:
        raise _Refused("point whose count is out of range")
    return int(point.count)


def _finite(point: Any, field: str) -> float | None:
    value = getattr(point, field) if point.HasField(field) else math.nan
    return float(value) if math.isfinite(value) else None


_VALUES: dict[str, Callable[[Any], Iterator[_Values]]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential_histogram,
    "summary": _summary,
}
