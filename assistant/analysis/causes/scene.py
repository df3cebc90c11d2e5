"""The scene of an incident: which services are affected, where it began, and when.

Starts from the service that was asked about, follows the calls to and from it, and keeps the
anomaly windows that go with the moment in question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.analysis.catalogue import declared_calls
from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.outbreak import outbreak, resolution
from assistant.analysis.causes.sampling import denied
from assistant.analysis.causes.spread import first_failing, reached_by
from assistant.analysis.causes.suffering import Suffering
from assistant.analysis.detection.merge import ServiceWindow, merge
from assistant.analysis.logs.mentions import mentioned_edges
from assistant.analysis.logs.templates import LogTemplate
from assistant.analysis.traces.metered import metered_edges
from assistant.analysis.traces.topology import ServiceGraph
from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow
from assistant.domain.signals import Signal

# An anomaly that ended longer than this before the moment in question is another story.
_STALE, _FRESH = timedelta(minutes=30), timedelta(minutes=5)
# In the first part of the data there is no usual level yet to leave: caches fill, things start.
_WARM_UP = 0.08
# How long before the outbreak trouble of a service still belongs to it, when it is asked who
# failed first, and when it is asked since when.
_HERALD, _SLACK = timedelta(minutes=10), timedelta(minutes=2)
_CLEAR = 5.0  # robust standard deviations


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """`services` are the affected ones, first failing first, then by onset, and `hurt` those of
    them that fail themselves. `windows` say when each was not itself, from its failing signals
    where it has any; `anomalies` are the windows that belong to this incident, `everything` are
    all windows of the period."""

    symptom_service: str
    first_failing: str
    services: tuple[str, ...]
    hurt: frozenset[str]
    failing: frozenset[str]  # ids of the anomalies that mean failing
    windows: Mapping[str, ServiceWindow]
    anomalies: tuple[AnomalousSeries, ...]
    everything: tuple[AnomalousSeries, ...]
    graph: ServiceGraph
    onset: datetime | None
    tolerance: timedelta
    end: datetime | None

    @property
    def healthy(self) -> bool:
        return self.onset is None

    def beginning_at(self, service: str) -> Scene:
        """The same scene, when something else has shown that this service failed first."""
        if service not in self.hurt:
            return self
        others = (s for s in self.services if s != service)
        onset = self.windows[service].onset
        return replace(self, first_failing=service, services=(service, *others), onset=onset)

    def around(self, service: str) -> list[AnomalousSeries]:
        """Windows of a service and of the calls to it."""
        return [a for a in self.everything if service in (a.window.service, a.window.key.peer)]

    def closeness(self, service: str) -> tuple[float, str]:
        """How near a service is to the first failing one, 0..1, in words too."""
        first = self.first_failing
        if not service:
            return 0.4, "holds everywhere"
        if service == first:
            return 1.0, f"{service} failed first"
        if service in self.graph.callees(first):
            return 0.6, f"{first} calls {service}"
        if service in self.graph.callers(first):
            hurt = service in self.services
            return (0.5 if hurt else 0.3), f"{service} calls {first}"
        if service in self.services:
            return 0.3, f"{service} is affected too"
        return 0.0, f"{service} has no part in the failing calls"

    def is_entry(self, service: str) -> bool:
        """Whether requests enter the system here: nobody in the graph calls it."""
        return not self.graph.callers(service)

    def is_external(self, name: str) -> bool:
        """Whether a callee sends no telemetry of its own."""
        return name in self.graph.inferred

    def ids_of_templates(self, templates: Iterable[LogTemplate]) -> list[str]:
        """Anomaly ids of log templates."""
        wanted = {(t.service, t.template) for t in templates}
        return [
            a.window.id for a in self.everything if (a.window.service, a.window.key.name) in wanted
        ]


def scene_of(observation: Observation) -> Scene:
    """Reads the scene; a healthy one has no onset."""
    question, detection = observation.question, observation.detection
    graph = graph_of(observation)
    doubtful = denied(detection.anomalies, observation.series, detection.services | graph.services)
    everything = tuple(a for a in detection.anomalies if a.window.id not in doubtful)
    ours = _ours(everything, observation, graph)
    suffering = Suffering.over(detection.templates)
    settled = observation.window.start + _WARM_UP * observation.window.duration
    felt = [
        a
        for a in ours
        if (suffering.felt(a) or _asked_about(a, observation)) and a.window.onset >= settled
    ]
    if not felt or _calm_where_asked(question.service, felt, observation, graph):
        return _calm(observation, graph)
    start_of_it = outbreak([a.window for a in felt])
    fails = [
        a
        for a in felt
        if (suffering.failing(a) or _asked_about(a, observation))
        and a.window.onset >= start_of_it - _HERALD
    ]
    windows = merge(ours, detection.services)
    failing = merge(fails, detection.services) or windows
    symptom = question.service if question.service in windows else _loudest(felt)
    first = first_failing(symptom, failing, graph, step_of(observation))
    reached = reached_by(first, symptom, windows, graph)
    anomalies = tuple(a for a in ours if a.window.service in reached)
    ends = [windows[s].end for s in reached]
    start = failing.get(first, windows[first])
    return Scene(
        symptom_service=symptom,
        first_failing=first,
        services=tuple(sorted(reached, key=lambda s: (s != first, windows[s].onset, s))),
        hurt=reached & frozenset(failing),
        failing=frozenset(a.window.id for a in fails),
        windows={**windows, **failing},
        anomalies=anomalies,
        everything=everything,
        graph=graph,
        onset=_began(first, fails, start_of_it) or max(start.onset, start_of_it),
        tolerance=_tolerance(start, anomalies),
        end=None if None in ends else max(e for e in ends if e is not None),
    )


def _ours(
    everything: Sequence[AnomalousSeries], observation: Observation, graph: ServiceGraph
) -> list[AnomalousSeries]:
    """Anomalies of the time and of the services in question. Of a service without known calls,
    nobody can say that it has no part."""
    question = observation.question
    near = graph.neighbourhood(question.service) if question.service else frozenset[str]()
    return [
        a
        for a in everything
        if not _over(a.window, question.at)
        and a.window.onset <= question.at + timedelta(minutes=5)
        and (len(near) < 2 or a.window.service in near or not graph.knows(a.window.service))
    ]


def _began(first: str, fails: Sequence[AnomalousSeries], start_of_it: datetime) -> datetime | None:
    """When the first failing service began to fail, in this outbreak."""
    onsets = [a.window.onset for a in fails if a.window.service == first]
    return min((o for o in onsets if o >= start_of_it - _SLACK), default=None)


def _tolerance(start: ServiceWindow, anomalies: Sequence[AnomalousSeries]) -> timedelta:
    """How exactly the onset can be told."""
    firsts = [a.series for a in anomalies if a.window.id in start.anomaly_ids]
    return max([start.onset_latest - start.onset, *(resolution(s) for s in firsts)])


def _over(window: AnomalyWindow, at: datetime) -> bool:
    """Whether it ended so long before the moment in question that it is another story: the longer
    it lasted, the longer people speak of it."""
    if window.end is None:
        return False
    lasted = window.end - window.onset
    return at - window.end > min(_STALE, _FRESH + 2 * lasted)


def _asked_about(anomaly: AnomalousSeries, observation: Observation) -> bool:
    """Whether it is the very series that raised the alert: whoever watches it says that it
    matters, be it only how much memory is used."""
    key, question = anomaly.window.key, observation.question
    return bool(question.metric) and (key.service, key.name) == (question.service, question.metric)


def _calm_where_asked(
    service: str, felt: Sequence[AnomalousSeries], observation: Observation, graph: ServiceGraph
) -> bool:
    """Whether the service in question reports of itself and nothing of it, nor of the calls to it,
    is felt: what is unusual elsewhere is then not what was asked about, unless something it
    depends on fails by two independent signals."""
    if service not in observation.detection.services:
        return False
    if any(service in (a.window.service, a.window.key.peer) for a in felt):
        return False
    below: dict[str, set[Signal]] = defaultdict(set)
    for anomaly in felt:
        if anomaly.window.score >= _CLEAR:
            below[anomaly.window.service].add(anomaly.window.signal)
    return not any(len(below[callee]) > 1 for callee in graph.downstream(service))


def step_of(observation: Observation) -> timedelta:
    return timedelta(microseconds=observation.step_ns / 1000)


def graph_of(observation: Observation) -> ServiceGraph:
    """Calls seen in traces, counted by metrics, listed in the catalogue or mentioned by logs and
    metric names, the first that tells of a pair; and shared machines."""
    detection = observation.detection
    told = (
        *observation.edges,
        *metered_edges(observation.series, detection.services),
        *declared_calls(observation.catalogue, detection.services),
    )
    edges = list({(e.caller, e.callee): e for e in reversed(told)}.values())[::-1]
    mentioned = mentioned_edges(
        detection.templates,
        (a.series for a in detection.anomalies),
        detection.services,
        edges,
    )
    return ServiceGraph([*edges, *mentioned], observation.placement)


def _loudest(felt: Sequence[AnomalousSeries]) -> str:
    return max(felt, key=lambda a: a.window.score).window.service


def _calm(observation: Observation, graph: ServiceGraph) -> Scene:
    return Scene(
        symptom_service=observation.question.service,
        first_failing="",
        services=(),
        hurt=frozenset(),
        failing=frozenset(),
        windows={},
        anomalies=(),
        everything=observation.detection.anomalies,
        graph=graph,
        onset=None,
        tolerance=timedelta(0),
        end=None,
    )
