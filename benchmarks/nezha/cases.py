"""Reading a folder of cases. What an investigation may see and what the scorer knows are read by
different functions, and only the first goes anywhere near the engine.

    DIR/normal/<date>/{logs,traces,metrics}.parquet    time without a fault
    DIR/cases/<id>/{logs,traces,metrics}.parquet       minutes around an injection
    DIR/labels.json                                    times of injection; the rest is the scorer's
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns

Row = dict[str, Any]

_MINUTE_NS = 60 * NANOSECONDS  # the step of the metrics
# Kubernetes leaves vowels out of its hashes; names that were replaced may hold any, and a digit.
_HASHES = re.compile(
    r"-(?:[b-df-hj-np-tv-xz24-9]{6,10}-[b-df-hj-np-tv-xz24-9]{5}"
    r"|(?=[a-z]*\d)[a-z0-9]{6,10}-[a-z0-9]{4,6})\Z"
)
_SITES = re.compile(r"(.+#\d+)_(.+#\d+)")
_CLOCK = pa.timestamp("ns", tz="UTC")


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded in a stretch of time; times in ns. logs: time, pod, container, node,
    trace_id, span_id, body. spans: trace_id, span_id, parent_span_id, pod, operation, start_time,
    end_time. points: time, entity (a pod, or what has none), metric, value."""

    logs: tuple[Row, ...]
    spans: tuple[Row, ...]
    points: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything an investigation may see: the time it is asked about, what was recorded around
    it, and a time of the same day (else the nearest) that is known to be good."""

    at: datetime
    around: Recording
    normal: Recording
    baseline: TimeWindow


@dataclass(frozen=True, slots=True)
class Truth:
    """For the scorer only. `cause`: the metric, or the two log sites that enclose the region."""

    service: str
    pod: str
    fault: str
    cause: tuple[str, ...]


def case_names(directory: Path) -> list[str]:
    return sorted(p.parent.name for p in directory.glob("cases/*/traces.parquet"))


def read_case(directory: Path, name: str) -> Case:
    """A case with the good time of its day. Of its label only the time of injection is read."""
    at = question_time(directory, name)
    normal, baseline = _good_time(directory, at)
    return Case(at, _recording(directory / "cases" / name), normal, baseline)


def question_time(directory: Path, name: str) -> datetime:
    """The time that every method is told."""
    return datetime.fromisoformat(_labels(directory)[name]["inject_time"])


def read_truth(directory: Path, name: str) -> Truth:
    label = _labels(directory)[name]
    sites = _SITES.fullmatch(label["cause"])
    cause = sites.groups() if sites else (label["cause"],)
    return Truth(label["service"], label["pod"], label["fault_type"], cause)


def service_of(pod: str) -> str:
    """The deployment of a Kubernetes pod: its name without the hashes of the replica set and of
    the pod. What is no pod stays as it is."""
    return _HASHES.sub("", pod)


def _good_time(directory: Path, at: datetime) -> tuple[Recording, TimeWindow]:
    """What was recorded without a fault on the day of `at`, else at the nearest time."""
    recorded = [_normal(p.parent) for p in sorted(directory.glob("normal/*/traces.parquet"))]
    return min(recorded, key=lambda r: (r[1].start.date() != at.date(), abs(r[1].start - at)))


@lru_cache(maxsize=4)
def _normal(day: Path) -> tuple[Recording, TimeWindow]:
    """The stretch in which spans were recorded, and the metrics of that stretch alone: the file
    holds those of the whole day, faults included."""
    spans = _rows(day / "traces.parquet", "start_time", "end_time")
    first = min(row["start_time"] for row in spans)
    last = max(row["start_time"] for row in spans)
    # A point at the end of a minute tells of that minute.
    points = _rows(day / "metrics.parquet", "time", between=(first, last + _MINUTE_NS))
    logs = _rows(day / "logs.parquet", "time")
    window = TimeWindow(from_ns(first), from_ns(last) + timedelta(minutes=1))
    return Recording(tuple(logs), tuple(spans), tuple(points)), window


def _recording(folder: Path) -> Recording:
    return Recording(
        logs=tuple(_rows(folder / "logs.parquet", "time")),
        spans=tuple(_rows(folder / "traces.parquet", "start_time", "end_time")),
        points=tuple(_rows(folder / "metrics.parquet", "time")),
    )


def _rows(path: Path, *times: str, between: tuple[int, int] | None = None) -> Iterable[Row]:
    table = pq.read_table(path)
    for name in times:
        ns = table[name].cast(_CLOCK).cast(pa.int64())
        table = table.set_column(table.column_names.index(name), name, ns)
    if between is not None:
        inside = pc.and_(
            pc.greater_equal(table[times[0]], between[0]), pc.less(table[times[0]], between[1])
        )
        table = table.filter(inside)
    rows: list[Row] = table.to_pylist()
    return rows


def _labels(directory: Path) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = json.loads((directory / "labels.json").read_text("utf-8"))
    return labels
