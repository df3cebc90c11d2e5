"""One issue through the ordinary line: OTLP metrics in, ordinary investigation, its origins."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from assistant.domain.report import Question, Report
from assistant.domain.window import to_ns
from assistant.settings import Settings
from assistant.wiring import open_causeway
from benchmarks.petshop.cases import Incident
from benchmarks.petshop.rename import components_of
from benchmarks.petshop.scoring import Answer
from benchmarks.petshop.telemetry import catalogue_text, metric_name, metric_request
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal


@dataclass(frozen=True, slots=True)
class Investigated:
    answer: Answer
    report: Report


def investigate(incident: Incident, workspace: Path) -> Investigated:
    """Runs in an empty `workspace`. The seconds of the answer are those of the investigation,
    with everything ingested and loaded."""
    workspace.mkdir(parents=True)
    catalogue = workspace / "catalogue.toml"
    catalogue.write_text(catalogue_text(components_of(incident), incident.calls), "utf-8")
    settings = Settings.model_validate(
        {"data_dir": workspace / "data", "catalogue": catalogue, "compute_workers": 0}
    )
    recordings = (incident.normal, incident.observed)
    as_of = max(r.window.end for r in recordings) + timedelta(minutes=1)
    with open_causeway(settings, long_running=False, clock=lambda: as_of) as causeway:
        for recording in recordings:
            body = metric_request(recording)
            decoded = decode(OtlpSignal.METRICS, body, received_ns=to_ns(as_of))
            causeway.accept(decoded.batch, decoded.changes)
        causeway.warm_up()
        started = time.perf_counter()
        report = causeway.investigate(question_of(incident))
        seconds = time.perf_counter() - started
    return Investigated(
        Answer(tuple((o.service, o.score) for o in report.origins), seconds), report
    )


def question_of(incident: Incident) -> Question:
    """What the alarm says: which metric of which component, when; and a time known to be good."""
    target = incident.target
    return Question(
        at=target.at,
        service=target.component,
        window=incident.observed.window,
        metric=metric_name(target.metric, target.statistic),
        baseline=incident.normal.window,
    )
