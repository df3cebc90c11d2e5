"""A folder of the data set's form with one small case: the stock returns early."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assistant.domain.window import to_ns
from tests.builders import NOON, at

Row = dict[str, Any]

SHOP, STOCK = "x-shop-service-5dc8d4f9fd-46997", "x-stock-service-866bd68c97-xcqfx"
IDLE = [f"x-idle{i}-service-7f8d7d756d-k7b9{i}" for i in range(4, 9)]
_SECOND = 1_000_000_000


def write_folder(directory: Path) -> Path:
    """`normal/<date>` from 11:00, the case `c1` around noon, one absurd log time in it."""
    good = [_walk(i, at(-60) + timedelta(seconds=4 * i)) for i in range(40)]
    before = [_walk(100 + i, at(-1) + timedelta(seconds=4 * i)) for i in range(15)]
    after = [_walk(200 + i, NOON + timedelta(seconds=4 * i), early=True) for i in range(15)]
    _write(directory / "normal" / "2026-03-02", good, at(-60), minutes=3)
    _write(directory / "cases" / "c1", [*before, *after], at(-30), minutes=34, absurd=True)
    label = {
        "inject_time": "2026-03-02T12:00:00Z",
        "service": "x-stock-service",
        "pod": STOCK,
        "fault_type": "return",
        "cause": "s.s.StockServiceImpl#31_s.s.StockServiceImpl#34",
    }
    (directory / "labels.json").write_text(json.dumps({"c1": label}), "utf-8")
    return directory


def _walk(number: int, start: datetime, *, early: bool = False) -> tuple[list[Row], list[Row]]:
    """Spans and logs of one trace: the shop asks the stock."""
    trace, begin = f"{number + 1:032x}", to_ns(start)
    spans = [
        _span(trace, 1, None, SHOP, "POST /buy", begin, 60),
        _span(trace, 2, 1, SHOP, "HTTP GET", begin + 10_000_000, 40),
        _span(trace, 3, 2, STOCK, "/api/v1/stocks", begin + 15_000_000, 30),
    ]
    sites = ["s.c.StockController#12", "s.s.StockServiceImpl#31"]
    sites += [] if early else ["s.s.StockServiceImpl#34"]
    logs = [
        _log(trace, 3, STOCK, f"INFO  {site} item {number}", begin + (16 + i) * 1_000_000)
        for i, site in enumerate(sites)
    ]
    return spans, [
        *logs,
        _log(trace, 1, SHOP, "INFO  s.c.ShopController#7 asked", begin + 1_000_000),
    ]


def _span(
    trace: str, span: int, parent: int | None, pod: str, operation: str, start_ns: int, ms: int
) -> Row:
    return {
        "trace_id": trace,
        "span_id": f"{span:016x}",
        "parent_span_id": f"{parent:016x}" if parent else None,
        "pod": pod,
        "operation": operation,
        "start_time": start_ns,
        "end_time": start_ns + ms * 1_000_000,
    }


def _log(trace: str, span: int, pod: str, body: str, time_ns: int) -> Row:
    return {
        "time": time_ns,
        "pod": pod,
        "container": "server",
        "node": "10.0.0.1",
        "trace_id": trace,
        "span_id": f"{span:016x}",
        "body": body,
    }


def _write(
    folder: Path,
    walks: list[tuple[list[Row], list[Row]]],
    start: datetime,
    *,
    minutes: int,
    absurd: bool = False,
) -> None:
    folder.mkdir(parents=True)
    spans = [row for found, _ in walks for row in found]
    logs = [row for _, found in walks for row in found]
    if absurd:
        logs[0] = {**logs[0], "time": to_ns(datetime.fromisoformat("1754-08-30T22:43:41Z"))}
    points = [
        {
            "time": (to_ns(start) + minute * 60 * _SECOND) // 1000,
            "entity": pod,
            "metric": "CpuUsageRate(%)",
            "value": 1.0 + 0.1 * ((minute * 7 + len(pod)) % 5),
        }
        for pod in (SHOP, STOCK, *IDLE)
        for minute in range(minutes)
    ]
    clock = pa.timestamp("ns", tz="UTC")
    _save(folder / "traces.parquet", spans, {"start_time": clock, "end_time": clock})
    _save(folder / "logs.parquet", logs, {"time": clock})
    _save(folder / "metrics.parquet", points, {"time": pa.timestamp("us", tz="UTC")})


def _save(path: Path, rows: list[Row], times: dict[str, pa.DataType]) -> None:
    table = pa.Table.from_pylist(rows)
    for name, clock in times.items():
        at_column = table.column_names.index(name)
        table = table.set_column(at_column, name, table[name].cast(pa.int64()).cast(clock))
    pq.write_table(table, path)
