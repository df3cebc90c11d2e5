"""What all recognisers look at, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from assistant.analysis.causes.facts import Facts, Observation
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.symptoms import Symptoms, troubled_templates
from assistant.analysis.detection.signals import words_of
from assistant.analysis.logs.templates import LogTemplate
from assistant.analysis.traces.calls import CallKind, Calls, calls_around
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.changes import ChangeSet
from assistant.domain.signals import Series, Signal
from assistant.domain.window import to_ns

_SHORTEST_NAME = 4  # letters below which a name is found in any text by chance
# The last minutes before the onset may already be part of it: they count for neither side.
DOUBT = timedelta(minutes=4)


@dataclass(frozen=True, slots=True, eq=False)
class Clues:
    """`calls` are the calls of the traces, before and after the onset; `outside` are those who
    are called and send no telemetry whatever: somebody else's."""

    observation: Observation
    changes: ChangeSet
    scene: Scene
    symptoms: Symptoms
    templates: Sequence[LogTemplate]
    calls: Mapping[CallKind, Calls]
    outside: tuple[str, ...]
    blamed: bool  # whether a delivered commit wrote a line that a failing stack points at

    @property
    def rising(self) -> list[AnomalousSeries]:
        return [a for a in self.scene.anomalies if a.window.direction is Direction.ROSE]

    def began(self, anomaly: AnomalousSeries, slack: timedelta = timedelta(0)) -> bool:
        """Whether it began before or with the trouble, or at most `slack` later."""
        onset = self.scene.onset
        if onset is None:
            return False
        return anomaly.window.onset_earliest <= onset + self.scene.tolerance + slack

    def goes_on(self, anomaly: AnomalousSeries) -> bool:
        """Whether it was not over before the trouble began."""
        end, onset = anomaly.window.end, self.scene.onset
        return end is None or (onset is not None and end >= onset)

    def levels(self, series: Series) -> tuple[float, float] | None:
        """Its means well before the onset and since; None where one side has no data."""
        if self.scene.onset is None:
            return None
        times, known = series.times_ns(), np.isfinite(series.values)
        before = series.values[known & (times < to_ns(self.scene.onset - DOUBT))]
        after = series.values[known & (times >= to_ns(self.scene.onset))]
        if not len(before) or not len(after):
            return None
        return float(np.mean(before)), float(np.mean(after))

    def slow(self, service: str) -> list[str]:
        """Ids of latencies of a service, and of calls to it, that rose."""
        return [
            a.window.id
            for a in self.scene.around(service)
            if a.window.signal is Signal.LATENCY and a.window.direction is Direction.ROSE
        ]

    def failing_at(self, service: str) -> list[str]:
        """Ids of windows that mean that the service fails."""
        return [
            a.window.id
            for a in self.scene.anomalies
            if a.window.service == service and a.window.id in self.scene.failing
        ]

    def delivered_to(self, service: str) -> bool:
        """Whether a deployment of the service took effect before the onset, within the reach of
        the investigation."""
        onset = self.scene.onset
        return onset is not None and any(
            d.deployment.service == service and d.deployment.at <= onset + self.scene.tolerance
            for d in self.changes.deliveries
        )

    def busy_processor(self, service: str) -> list[AnomalousSeries]:
        return [
            a
            for a in self.scene.everything
            if a.window.service == service
            and a.window.direction is Direction.ROSE
            and a.window.signal in (Signal.RESOURCE, Signal.SATURATION)
            and words_of(a.window.key.name) & {"cpu", "steal", "throttled", "runqueue"}
        ]


def clues_of(facts: Facts, scene: Scene, symptoms: Symptoms) -> Clues:
    observation = facts.observation
    traces = (*observation.ordinary, *observation.later, *observation.failing)
    onset_ns = to_ns(scene.onset or observation.question.at)
    unseen = scene.graph.inferred - observation.detection.services
    return Clues(
        observation=observation,
        changes=facts.changes,
        scene=scene,
        symptoms=symptoms,
        templates=troubled_templates(observation.detection.templates, scene),
        blamed=bool(facts.blamed),
        calls=calls_around(traces, onset_ns - DOUBT // timedelta(microseconds=1) * 1000, onset_ns),
        outside=tuple(sorted(s for s in symptoms.hosts | unseen if len(s) >= _SHORTEST_NAME)),
    )


def measured(anomaly: AnomalousSeries) -> str:
    window = anomaly.window
    name = f"{window.service} {window.key.name}"
    return f"{name} {window.direction}: {window.baseline:g} → {window.peak:g}"


def said(template: LogTemplate) -> str:
    return f"{template.service} says: {template.exemplar.body[:160]}"
