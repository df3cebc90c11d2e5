"""One incident through the ordinary line: built repository, ordinary ingest, ordinary
investigation. It sees an `Incident` and a workspace; labels have no way in."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import orjson

from assistant.domain.errors import CausewayError
from assistant.domain.report import Question, Report, Verdict
from assistant.domain.signals import SignalBatch
from assistant.domain.usage import CallContext
from assistant.domain.window import to_ns
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from benchmarks.rootcausebench.cases import Incident
from benchmarks.rootcausebench.repository import CaseRepository, build
from benchmarks.rootcausebench.scoring import NONE, UNSURE, Answer
from benchmarks.rootcausebench.telemetry import change_events, received_at, requests
from integrations.sources.alert.mapping import question_from_alert
from integrations.sources.otlp.changes import parse_changes
from integrations.sources.otlp.mapping import decode
from integrations.sources.otlp.wire import OtlpSignal

_REPOSITORY = "code"
_SETTLE_S = 60.0
_CONTEXT = CallContext(step="investigate", channel="bench")


@dataclass(frozen=True, slots=True)
class Investigated:
    answer: Answer
    report: Report


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident with everything ingested, ready for any number of investigations."""

    causeway: Causeway
    code: CaseRepository
    question: Question

    def answer(self, report: Report, seconds: float) -> Answer:
        """The report in the words of the data set."""
        return _answer(report, self.code, seconds)


def investigate(
    incident: Incident,
    workspace: Path,
    models: Path,
    *,
    model: str = "",
    settings: Mapping[str, object] = MappingProxyType({}),
) -> Investigated:
    """Runs in an empty `workspace`; `models` is where the bundled embedding may keep its graph.
    The language model called `model` takes part, as `settings` configure it. The seconds of the
    answer are those of the investigation, with everything ingested."""
    with opened(incident, workspace, models, settings) as case:
        started = time.perf_counter()
        report = case.causeway.investigate(case.question, context=_CONTEXT, model=model)
        seconds = time.perf_counter() - started
    return Investigated(case.answer(report, seconds), report)


@contextmanager
def opened(
    incident: Incident,
    workspace: Path,
    models: Path,
    more: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[Opened]:
    """Builds the repository and ingests the signals; the stores close at the end. `more` are
    further settings, such as the language models."""
    data_dir = workspace / "data"
    data_dir.mkdir(parents=True)
    (data_dir / "models").symlink_to(models, target_is_directory=True)
    code = build(incident.commits, workspace / "code.git")
    settings = Settings.model_validate(
        {
            "data_dir": data_dir,
            "repositories": {_REPOSITORY: code.path},
            "compute_workers": 0,
            **more,
        }
    )
    as_of = received_at(incident)
    with open_causeway(settings, long_running=False, clock=lambda: as_of) as causeway:
        _ingest(incident, code, causeway)
        yield Opened(causeway, code, question_from_alert(orjson.dumps(incident.alert)))


def refusal(error: CausewayError) -> Answer:
    """What stands in the results when the engine gave no report."""
    return Answer(UNSURE, "", frozenset(), "", f"error: {error}", 0.0, 0.0)


def _ingest(incident: Incident, code: CaseRepository, causeway: Causeway) -> None:
    received_ns = to_ns(received_at(incident))
    events = change_events(incident, code.real, _REPOSITORY)
    causeway.accept(SignalBatch(), parse_changes(events))
    for signal, body in requests(incident):
        decoded = decode(OtlpSignal(signal), body, received_ns=received_ns)
        causeway.accept(decoded.batch, decoded.changes)
    causeway.learner.settle(_SETTLE_S)
    causeway.knowledge.settle(_SETTLE_S)


def _answer(report: Report, code: CaseRepository, seconds: float) -> Answer:
    return Answer(
        commit=_named(report, code),
        first_failing_service=report.first_failing_service,
        blast_radius=frozenset(report.impact.services),
        remediation=report.remediation[0].action if report.remediation else "",
        verdict=report.verdict.value,
        confidence=report.confidence,
        seconds=seconds,
        usage=report.narration.usage if report.narration else None,
    )


def _named(report: Report, code: CaseRepository) -> str:
    """The hash in the data of the guilty commit; NONE when the engine says that no commit did it,
    be it that a flag did, nothing that changed, or that nothing is wrong at all; UNSURE when it
    says that it cannot tell."""
    if report.guilty is not None:
        return code.original(report.guilty.id) or NONE
    blameless = (Verdict.NO_CHANGE_GUILTY, Verdict.HEALTHY)
    return NONE if report.verdict in blameless else UNSURE
