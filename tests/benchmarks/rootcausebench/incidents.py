"""A small case of our own in the data set's form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.rootcausebench.cases import Incident

GUILTY, HIDDEN, INNOCENT = "a" * 40, "b" * 40, "c" * 40


def stamp(minute: int) -> str:
    return f"2026-03-02T{11 + minute // 60:02d}:{minute % 60:02d}:00Z"


def a_commit(sha: str, minute: int, files: list[str], diff: str | None, **more: Any) -> Any:
    return {
        "sha": sha,
        "author": "ada",
        "timestamp": stamp(minute),
        "message": f"Change {files[0]}",
        "files_changed": files,
        "diff": diff,
    } | more


COMMITS = (
    a_commit(HIDDEN, 5, ["services/cart/cart.go"], None),
    a_commit(INNOCENT, 10, ["docs/guide.md"], "@@ docs/guide.md @@\n-old words\n+new words"),
    a_commit(
        GUILTY,
        20,
        ["services/order/pool.go", "services/order/go.sum"],
        "@@ services/order/pool.go: func Open() *Pool {\n"
        " \tp := Pool{\n-\t\tMax: 50,\n+\t\tMax: 5,\n \t}",
    ),
)


def an_incident(**changes: Any) -> Incident:
    values: dict[str, Any] = {
        "alert": {
            "service": "orderservice",
            "metric": "pool_wait_seconds_p99",
            "summary": "orderservice waits for connections",
            "fired_at": stamp(30),
        },
        "logs": tuple(
            {
                "timestamp": stamp(minute),
                "service": "orderservice",
                "severity_text": "ERROR" if minute >= 22 else "INFO",
                "msg": "timed out waiting for a pool connection"
                if minute >= 22
                else "order placed",
                "trace_id": "same",
                "http.route": "/api/order",
                "db.pool.max": 5 if minute >= 22 else 50,
            }
            for minute in range(30)
        ),
        "metrics": tuple(
            {
                "timestamp": stamp(minute),
                "service": "orderservice",
                "metric": "pool_wait_seconds_p99",
                "value": "9.5" if minute >= 22 else "0.1",
            }
            for minute in range(30)
        ),
        "spans": (
            {
                "trace_id": "0123456789abcdef0123456789abcdef",
                "span_id": "a1",
                "parent_id": None,
                "service": "frontend",
                "name": "POST /api/order",
                "start": stamp(25),
                "duration_ms": 150.5,
                "status": "ERROR",
            },
            {
                "trace_id": "same",
                "span_id": "b1",
                "parent_id": "a1",
                "service": "orderservice",
                "name": "PlaceOrder",
                "start": stamp(25),
                "duration_ms": 100,
                "status": "ERROR",
                "error": "pool timed out",
                "http.status_code": 503,
                "attributes": {"retry": True},
            },
        ),
        "commits": COMMITS,
        "deploys": (
            {"timestamp": stamp(6), "service": "cartservice", "commit_sha": HIDDEN, "version": "1"},
            {
                "timestamp": stamp(21),
                "service": "orderservice",
                "commit_sha": GUILTY,
                "version": "2",
            },
        ),
        "flags": (
            {
                "timestamp": stamp(3),
                "flag": "new_cart",
                "service": "cartservice",
                "change": "off->on",
                "actor": "grace",
            },
        ),
    }
    return Incident(**(values | changes))


def write_case(folder: Path, incident: Incident, truth: dict[str, Any]) -> Path:
    context = folder / "data" / "context"
    context.mkdir(parents=True)
    data = folder / "data"
    (data / "alert.json").write_text(json.dumps(incident.alert))
    (data / "logs.ndjson").write_text("".join(f"{json.dumps(r)}\n" for r in incident.logs))
    (data / "traces.json").write_text(json.dumps(incident.spans))
    (data / "patterns.json").write_text("not even JSON")
    rows = "".join(",".join(row.values()) + "\n" for row in incident.metrics)
    (data / "metrics.csv").write_text("timestamp,service,metric,value\n" + rows)
    for name in ("commits", "deploys", "flags"):
        (context / f"{name}.json").write_text(json.dumps(getattr(incident, name)))
    (folder / "ground_truth.json").write_text(json.dumps(truth))
    return folder
