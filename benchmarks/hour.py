"""An hour of a large system, from a seed: 100 services that call each other, 2,000 metric series,
500 commits, and one fault: a deployment that shrinks a connection pool."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.domain.signals import (
    Columns,
    LogRecord,
    MetricPoint,
    SignalBatch,
    Span,
    empty_columns,
)
from assistant.domain.window import NANOSECONDS, to_ns

START = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
MINUTES = 60
FAULT_MINUTE = 45
SERVICES = 100
FAULTY = 37
GAUGES = 20  # of each service
SCRAPE_S = 15
COMMITS = 500
DEPLOYMENTS = 120
_TREES = 200
_SHAPES = 40  # log templates of each service
_SLOWER = 8.0
_FAILING = 0.3
_ODD = 0x9E3779B97F4A7C15  # spreads counters over 64 bits

Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Call:
    """One span of a trace template: who, what, below whom."""

    service: int
    operation: str
    kind: str
    parent: int
    own_ms: float
    attributes: str
    peer: str = ""


@dataclass(slots=True)
class Hour:
    """Signals by the minute. Spans and log records come as close to the wanted counts as whole
    traces and whole minutes allow."""

    spans: int
    logs: int
    seed: int = 1
    _trees: list[list[_Call]] = field(init=False)
    _rng: np.random.Generator = field(init=False)
    _ids: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        source = random.Random(self.seed)
        self._trees = [_tree(source, entry=i % 5) for i in range(_TREES)]
        self._trees[0] = _tree(source, entry=0, through=FAULTY)
        self._rng = np.random.default_rng(self.seed)

    @property
    def question(self) -> dict[str, str]:
        """The alert: it names the caller of the faulty service, which is where it was noticed."""
        caller = next(
            call for call in self._trees[0] if call.kind == "client" and call.peer == _name(FAULTY)
        )
        return {
            "service": _name(caller.service),
            "summary": f"{_name(caller.service)} is slow and fails",
            "fired_at": (START + timedelta(minutes=MINUTES - 8)).isoformat(),
        }

    def batches(self) -> Iterator[SignalBatch]:
        for minute in range(MINUTES):
            yield SignalBatch(
                spans=self._spans(minute), logs=self._logs(minute), points=self._points(minute)
            )

    def _spans(self, minute: int) -> Columns:
        columns = empty_columns(Span)
        mean_size = sum(map(len, self._trees)) / len(self._trees)
        traces = round(self.spans / MINUTES / mean_size)
        counts = self._rng.multinomial(traces, [1 / _TREES] * _TREES)
        for tree, count in zip(self._trees, counts, strict=True):
            if count:
                self._traces(columns, tree, int(count), minute)
        return columns

    def _traces(self, columns: Columns, tree: list[_Call], count: int, minute: int) -> None:
        """`count` traces of one template at once."""
        own = np.array([[c.own_ms] for c in tree]) * self._rng.lognormal(0, 0.3, (len(tree), count))
        failed = self._rng.random((len(tree), count)) < 0.001
        if minute >= FAULT_MINUTE:
            hit = [i for i, c in enumerate(tree) if c.service == FAULTY and c.kind == "server"]
            own[hit] *= _SLOWER
            failed[hit] |= self._rng.random((len(hit), count)) < _FAILING
        duration, start = own.copy(), np.zeros_like(own)
        for i in range(len(tree) - 1, 0, -1):
            duration[tree[i].parent] += duration[i]
            failed[tree[i].parent] |= failed[i]
        for i in range(1, len(tree)):
            start[i] = start[tree[i].parent] + own[tree[i].parent] / 2
        begun = to_ns(START) + (minute * 60 + self._rng.random(count) * 60) * NANOSECONDS
        first = self._ids
        self._ids += count * len(tree)
        traces = [_hex(first + t, 32) for t in range(count)]
        for i, call in enumerate(tree):
            columns["trace_id"] += traces
            columns["span_id"] += [_hex(first + i * count + t, 16) for t in range(count)]
            parents = [_hex(first + call.parent * count + t, 16) for t in range(count)]
            columns["parent_span_id"] += parents if i else [""] * count
            columns["start_ns"] += (begun + start[i] * 1e6).astype(np.int64).tolist()
            columns["duration_ns"] += (duration[i] * 1e6).astype(np.int64).tolist()
            columns["status"] += ["error" if f else "unset" for f in failed[i].tolist()]
            _constant(columns, count, call)

    def _logs(self, minute: int) -> Columns:
        columns = empty_columns(LogRecord)
        count = self.logs // MINUTES
        services = self._rng.integers(0, SERVICES, count).tolist()
        shapes = (self._rng.zipf(1.5, count) % _SHAPES).tolist()
        numbers = self._rng.integers(0, 1_000_000, count).tolist()
        times = to_ns(START) + np.sort(minute * 60 + self._rng.random(count) * 60) * NANOSECONDS
        for service, shape, number in zip(services, shapes, numbers, strict=True):
            broken = minute >= FAULT_MINUTE and service == FAULTY and number % 3 == 0
            columns["service"].append(_name(service))
            columns["severity_number"].append(17 if broken else 9)
            columns["severity_text"].append("ERROR" if broken else "INFO")
            columns["body"].append(
                f"timed out waiting for a connection from the pool after {number} ms"
                if broken
                else f"step {_WORDS[shape]} of {_WORDS[service % len(_WORDS)]} {number} done"
            )
        columns["time_ns"] = times.astype(np.int64).tolist()
        columns["observed_ns"] = columns["time_ns"]
        _fill(columns, count, attributes="{}")
        return columns

    def _points(self, minute: int) -> Columns:
        columns = empty_columns(MetricPoint)
        for second in range(0, 60, SCRAPE_S):
            values = 50 + 5 * self._rng.standard_normal((SERVICES, GAUGES))
            if minute >= FAULT_MINUTE:
                values[FAULTY, :2] = 100
            at = to_ns(START) + (minute * 60 + second) * NANOSECONDS
            for service in range(SERVICES):
                columns["service"] += [_name(service)] * GAUGES
                columns["metric"] += _METRICS
                columns["value"] += values[service].tolist()
                columns["time_ns"] += [at] * GAUGES
        count = len(columns["service"])
        columns["monotonic"] = [False] * count
        columns["kind"], columns["temporality"] = ["gauge"] * count, ["unspecified"] * count
        columns["bounds"], columns["bucket_counts"] = [[]] * count, [[]] * count
        for name in ("count", "sum", "min", "max"):
            columns[name] = [None] * count
        _fill(columns, count, attributes="{}")
        return columns


def commits(seed: int = 1) -> list[dict[str, Any]]:
    """500 commits of the day before, as rows of the RootCauseBench form; the guilty one is
    `GUILTY`."""
    source = random.Random(seed)
    rows = []
    for i in range(COMMITS):
        service = source.randrange(SERVICES)
        path = f"services/{_name(service)}/part{source.randrange(30)}.py"
        diff = (
            f"@@ {path}: def step_{i}(order):\n     total = order.total\n"
            f"-    return total + {i}\n+    return total + {i + 1}"
        )
        at = START - timedelta(hours=22) + timedelta(minutes=2.5 * i)
        rows.append(_commit(f"{i:040x}", at, path, diff))
    pool = f"services/{_name(FAULTY)}/pool.py"
    place = f"@@ {pool}: def open_pool():\n"
    shrink = f"{place}     pool = Pool(\n-        size=50,\n+        size=5,\n     )"
    at = START + timedelta(minutes=FAULT_MINUTE - 6)
    return [*rows[: COMMITS - 1], _commit(GUILTY, at, pool, shrink)]


GUILTY = "f" * 40


def deployments(seed: int = 1) -> list[dict[str, Any]]:
    """Rows of the RootCauseBench form, oldest first, the guilty one among them."""
    source = random.Random(seed)
    rows = []
    for i in range(DEPLOYMENTS):
        commit = (i + 1) * (COMMITS - 1) // DEPLOYMENTS - 1
        at = START - timedelta(hours=22) + timedelta(minutes=2.5 * commit + 4)
        rows.append(_deployment(source.randrange(SERVICES), at, f"{commit:040x}", i))
    at = START + timedelta(minutes=FAULT_MINUTE) - timedelta(seconds=20)
    return [*rows, _deployment(FAULTY, at, GUILTY, DEPLOYMENTS)]


_METRICS = ["db_pool_in_use_pct", "cpu_pct", *(f"gauge_{i}" for i in range(GAUGES - 2))]
_WORDS = [
    a + b
    for a in ("re", "un", "over", "out", "in", "up", "co", "sub")
    for b in ("load", "pack", "sort", "join", "count", "check", "price", "route", "merge", "store")
]


def _name(service: int) -> str:
    return f"svc{service:02d}"


def _hex(number: int, digits: int) -> str:
    return f"{(number + 1) * _ODD & ((1 << 64) - 1):0{digits}x}"


def _tree(source: random.Random, entry: int, through: int | None = None) -> list[_Call]:
    """A call tree of about ten spans: server spans, and a client span for each call between."""
    calls = [_server(entry, -1, source)]
    servers = [0]
    targets = [source.randrange(5, SERVICES) for _ in range(source.randint(3, 6))]
    targets = [t for t in targets if t != FAULTY or source.random() < 0.5]
    for target in ([through] if through is not None else []) + targets:
        parent = source.choice(servers)
        caller = calls[parent].service
        calls.append(
            _Call(
                caller, f"call {_name(target)}", "client", parent, 0.5, _ATTRIBUTES, _name(target)
            )
        )
        calls.append(_server(target, len(calls) - 1, source))
        servers.append(len(calls) - 1)
    return calls


def _server(service: int, parent: int, source: random.Random) -> _Call:
    operation = f"GET /{_WORDS[source.randrange(8) * 10 + service % 10]}"
    return _Call(service, operation, "server", parent, source.uniform(2, 30), _ATTRIBUTES)


_ATTRIBUTES = json.dumps(
    {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.scheme": "https",
        "server.port": 8443,
        "network.protocol.version": "1.1",
        "thread.id": 17,
        "cloud.region": "north-1",
        "deployment.environment.name": "production",
    },
    separators=(",", ":"),
)


def _constant(columns: Columns, count: int, call: _Call) -> None:
    columns["service"] += [_name(call.service)] * count
    columns["operation"] += [call.operation] * count
    columns["kind"] += [call.kind] * count
    columns["peer"] += [call.peer] * count
    columns["attributes"] += [call.attributes] * count
    columns["instance"] += [f"{_name(call.service)}-0"] * count
    for name, value in (("status_message", ""), ("version", "1"), ("node", "")):
        columns[name] += [value] * count
    columns["events"] += ["[]"] * count
    columns["links"] += ["[]"] * count


def _fill(columns: Columns, count: int, attributes: str) -> None:
    """Text columns that nothing was said about."""
    for name, column in columns.items():
        if not column:
            value: Any = attributes if name == "attributes" else 0 if name.endswith("_ns") else ""
            columns[name] = [value] * count


def _commit(sha: str, at: datetime, path: str, diff: str) -> dict[str, Any]:
    return {
        "sha": sha,
        "author": "ada",
        "timestamp": at.isoformat(),
        "message": f"Change {path}",
        "files_changed": [path],
        "diff": diff,
    }


def _deployment(service: int, at: datetime, sha: str, number: int) -> dict[str, Any]:
    return {
        "timestamp": at.isoformat(),
        "service": _name(service),
        "commit_sha": sha,
        "version": str(number),
    }
