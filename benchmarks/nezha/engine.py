"""One case through the ordinary line: OTLP in, ordinary investigation, its origins. It sees a
`Case` and a workspace; labels have no way in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from assistant.domain.report import Question, Report
from assistant.domain.window import TimeWindow, from_ns, to_ns
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from benchmarks.nezha.cases import Case
from benchmarks.nezha.scoring import Answer, Named
from benchmarks.nezha.telemetry import requests
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal

_SETTLE_S = 60.0


@dataclass(frozen=True, slots=True)
class Investigated:
    answer: Answer
    report: Report


def investigate(case: Case, workspace: Path) -> Investigated:
    """Runs in an empty `workspace`. Loading and investigating are timed apart."""
    workspace.mkdir(parents=True)
    settings = Settings.model_validate({"data_dir": workspace / "data", "compute_workers": 0})
    as_of = received_at(case)
    started = time.perf_counter()
    with open_causeway(settings, long_running=False, clock=lambda: as_of) as causeway:
        _ingest(case, causeway, to_ns(as_of))
        loaded = time.perf_counter()
        report = causeway.investigate(question_of(case))
        finished = time.perf_counter()
    origins = tuple(Named(o.service, tuple(f.names for f in o.findings)) for o in report.origins)
    return Investigated(Answer(origins, finished - loaded, loaded - started), report)


def question_of(case: Case) -> Question:
    """No service, no symptom: only when, what was recorded around it, and a good time."""
    return Question(at=case.at, window=_window(case), baseline=case.baseline)


def received_at(case: Case) -> datetime:
    """When everything had arrived: a minute after the last thing that was seen, good time too."""
    return max(_window(case).end, case.baseline.end) + timedelta(minutes=1)


def _window(case: Case) -> TimeWindow:
    """From the first to the last point or span of the case; a log line may carry any time."""
    times = [row["time"] for row in case.around.points]
    times += [row["start_time"] for row in case.around.spans]
    return TimeWindow(from_ns(min(times)), from_ns(max(times)) + timedelta(microseconds=1))


def _ingest(case: Case, causeway: Causeway, received_ns: int) -> None:
    for recording in (case.normal, case.around):
        for signal, body in requests(recording):
            decoded = decode(OtlpSignal(signal), body, received_ns=received_ns)
            causeway.accept(decoded.batch, decoded.changes)
    causeway.learner.settle(_SETTLE_S)
    causeway.knowledge.settle(_SETTLE_S)
