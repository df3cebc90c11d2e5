"""Ingest as `causeway serve` does it, and nothing else, so that only ingest is measured."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from assistant.analysis.redaction import RuleRedactor
from assistant.api.routes import otlp
from assistant.domain.changes import RecordedChange
from assistant.domain.window import TimeWindow
from assistant.pipeline import Intake, ingest
from retrievers.telemetry import DuckDbTelemetry
from retrievers.wrappers.group_commit import GroupCommit


class _NoChanges:
    def record(self, changes: Sequence[RecordedChange]) -> None:
        raise AssertionError("the benchmark sends no changes")

    def changes(self, window: TimeWindow, services: Sequence[str] = ()) -> Sequence[RecordedChange]:
        return ()

    def last_good_revision(self, service: str, before: object) -> str:
        return ""


def main() -> None:
    store = DuckDbTelemetry(Path(sys.argv[1]) / "telemetry.duckdb")
    intake = Intake(GroupCommit(store), _NoChanges(), RuleRedactor(), lambda batch: None)
    app = FastAPI()
    app.include_router(otlp.router(partial(ingest, intake)))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        host, port = bound.getsockname()
        print(json.dumps({"otlp_http": f"http://{host}:{port}"}), flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[bound])
    store.close()


if __name__ == "__main__":
    main()
