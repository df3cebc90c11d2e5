"""An incident's folder, ingested and ready to be asked about: a recording of the example shop
(incident.json, OTLP files, changes.json, a git bundle) or a case of RootCauseBench (data/)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.domain.errors import InvalidPayload
from assistant.domain.report import Question
from assistant.domain.window import to_ns
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from benchmarks.rootcausebench import engine
from benchmarks.rootcausebench.cases import read_incident
from integrations.sources.files.otlp import requests_in
from integrations.sources.otlp.changes import parse_changes
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal

_SETTLE_S = 60.0


@dataclass(frozen=True, slots=True)
class Ready:
    """`original` gives the id by which the incident's folder calls a change."""

    causeway: Causeway
    question: Question
    original: Callable[[str], str] = str


@contextmanager
def opened(
    folder: Path, workspace: Path, models: Path, settings: Mapping[str, object]
) -> Iterator[Ready]:
    """Stores of its own in `workspace`; nothing is remembered of other cases. Raises
    InvalidPayload for a folder that is neither."""
    if (folder / "data" / "alert.json").is_file():
        with engine.opened(read_incident(folder / "data"), workspace, models, settings) as case:
            yield Ready(case.causeway, case.question, lambda id: case.code.original(id) or id)
    elif (folder / "incident.json").is_file():
        with _recording(folder, workspace, models, settings) as ready:
            yield ready
    else:
        raise InvalidPayload(f"{folder} holds no incident: no incident.json, no data/alert.json.")


@contextmanager
def _recording(
    folder: Path, workspace: Path, models: Path, more: Mapping[str, object]
) -> Iterator[Ready]:
    told: dict[str, Any] = json.loads((folder / "incident.json").read_text("utf-8"))
    data_dir = workspace / "data"
    data_dir.mkdir(parents=True)
    (data_dir / "models").symlink_to(models, target_is_directory=True)
    code = workspace / "code.git"
    bundle = (folder / told["repository"]["bundle"]).resolve()
    subprocess.run(["git", "clone", "--bare", "--quiet", bundle, code], check=True)
    as_of = datetime.fromisoformat(told["window"]["end"]) + timedelta(minutes=1)
    settings = Settings.model_validate(
        {
            "data_dir": data_dir,
            "repositories": {told["repository"]["name"]: code},
            "compute_workers": 0,
            **more,
        }
    )
    with open_causeway(settings, long_running=False, clock=lambda: as_of) as causeway:
        for name in told["telemetry"]:
            for request in requests_in(folder / name):
                decoded = decode(
                    OtlpSignal(request.signal),
                    request.body,
                    received_ns=to_ns(as_of),
                    json=request.json,
                )
                causeway.accept(decoded.batch, decoded.changes)
        causeway.accept_changes(parse_changes((folder / told["changes"]).read_bytes()))
        causeway.learner.settle(_SETTLE_S)
        causeway.knowledge.settle(_SETTLE_S)
        yield Ready(causeway, _question(told))


def _question(told: Mapping[str, Any]) -> Question:
    return Question(
        at=datetime.fromisoformat(told["at"]),
        service=told["service"],
        symptom=told["symptom"],
        metric=told.get("metric", ""),
    )
