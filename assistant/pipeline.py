"""The straight line: ingest → store → anomaly windows → correlate → evidence → ranked hypotheses
→ explanation. Everything here speaks to ports; `wiring` decides what stands behind them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from assistant.analysis.account.explain import explain
from assistant.analysis.causes.diagnosis import Diagnosis, diagnose
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.scene import scene_of
from assistant.analysis.causes.symptoms import symptoms_of
from assistant.domain.report import Question, Report
from assistant.gather import (
    Sources,
    blame,
    broken_down,
    changes_before,
    observe,
    recall,
    scope_of,
)
from assistant.intake import Intake, ingest
from assistant.investigator.memory import Memory

__all__ = ["Intake", "Sources", "ingest", "investigate"]


def investigate(
    question: Question,
    sources: Sources,
    progress: Callable[[str], None] = lambda step: None,
    narrate: Callable[[Report], Report] | None = None,
    memory: Memory | None = None,
) -> Report:
    """From a question to a cited report, saved under its id. `progress` hears of each step;
    `narrate` adds what a language model says of it, None without one; `memory` offers past
    incidents that were like it, and keeps this one."""
    watch = _Stopwatch(progress)
    report = _analysed(question, sources, watch)
    if memory is not None:
        with watch("looking for similar incidents"):
            report = memory.recall(report)
    report = replace(report, seconds=watch.seconds)
    sources.reports.save(report)
    if narrate is not None:
        # The analysis is kept already: nothing that happens from here on can lose it.
        with watch("asking the model"):
            report = narrate(report)
        report = replace(report, seconds=watch.seconds)
        sources.reports.save(report)
    if memory is not None:
        memory.remember(report)
    return report


def _analysed(question: Question, sources: Sources, watch: _Stopwatch) -> Report:
    """Everything left of the model: numbers first."""
    with watch("finding the window"):
        scope = scope_of(question, sources)
    with watch("reading signals and finding anomaly windows"):
        observation = observe(scope, sources)
    with watch("collecting the changes before it"):
        changes = changes_before(scope, sources)
    scene = scene_of(observation)
    with watch("breaking the failures down"):
        breakdowns = broken_down(scope, scene, sources)
    with watch("recalling what is alike"):
        symptoms = symptoms_of(observation, scene)
        likeness = recall(symptoms.query(), changes, sources)
        blamed = blame(observation, changes, sources)
    with watch("weighing causes"):
        facts = Facts(observation, changes, likeness, blamed, breakdowns)
        diagnosis: Diagnosis = sources.compute(diagnose, facts)
    with watch("writing the report"):
        return explain(facts, diagnosis, uuid.uuid4().hex[:12])


class _Stopwatch:
    """Announces each step and keeps how long it took."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        self._progress(step)
        started = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - started, 3)
