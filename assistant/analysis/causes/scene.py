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
_SOON = timedelta(minutes=30)
# In the first part of the data there is no usual level yet to leave: caches fill, things start.
_WARM_UP = 0.08
# How long before the outbreak trouble of a service still belongs to it, when it is asked who
# failed first, and when it is asked since when.
_HERALD, _SLACK = timedelta(minutes=10), timedelta(minutes=2)
_CLEAR = 5.0  # robust standard deviations
_EQUAL = 0.8  # of the best candidate's score: as good as it


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
    question, detection, window = observation.question, observation.detection, observation.window
    graph = graph_of(observation)
    near = graph.neighbourhood(question.service) if question.service else frozenset[str]()
    names = detection.services | graph.services
    doubtful = denied(detection.anomalies, observation.series, names)
    everything = tuple(a for a in detection.anomalies if a.window.id not in doubtful)
    current = [
        a
        for a in everything
        if not _over(a.window, question.at) and a.window.onset <= question.at + timedelta(minutes=5)
    ]
    # Of a service without known calls, nobody can say that it has no part.
    ours = [
        a
        for a in current
        if len(near) < 2 or a.window.service in near or not graph.knows(a.window.service)
    ]
    suffering = Suffering.over(detection.templates)
    settled = window.start + _WARM_UP * window.duration
    felt = [
        a
        for a in ours
        if (suffering.felt(a) or _asked_about(a, observation)) and a.window.onset >= settled
    ]
    if not felt or _calm_where_asked(question.service, felt, observation, graph):
        return _calm(observation, graph)
    start_of_it = outbreak([a.window for a in felt])
    windows = merge(ours, detection.services)
    symptom = question.service if question.service in windows else _loudest(felt)
    fails = [
        a
        for a in felt
        if (suffering.failing(a) or _asked_about(a, observation))
        and a.window.onset >= start_of_it - _HERALD
    ]
    failing = merge(fails, detection.services) or windows
    first = _first_failing(symptom, failing, graph, step_of(observation))
    reached = _reached(first, symptom, windows, graph)
    anomalies = tuple(a for a in ours if a.window.service in reached)
    start = failing.get(first, windows[first])
    firsts = [a.series for a in anomalies if a.window.id in start.anomaly_ids]
    tolerance = max([start.onset_latest - start.onset, *(resolution(s) for s in firsts)])
    began = [
        a.window.onset
        for a in fails
        if a.window.service == first and a.window.onset >= start_of_it - _SLACK
    ]
    ends = [windows[s].end for s in reached]
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
        onset=min(began, default=max(start.onset, start_of_it)),
        tolerance=tolerance,
        end=None if None in ends else max(e for e in ends if e is not None),
    )


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


def _first_failing(
    symptom: str, failing: Mapping[str, ServiceWindow], graph: ServiceGraph, step: timedelta
) -> str:
    """Among the failing services that the symptom can have come from, the likeliest to have failed
    first; the one asked about where others failed with it. A service without telemetry of its
    own is blamed through its callers instead."""
    within = (graph.blast_radius(symptom, failing) & _related(symptom, graph)) | {symptom}
    near = {s: w for s, w in failing.items() if s in within} or dict(failing)
    own = {s: w for s, w in near.items() if not w.inferred} or near
    ranked = graph.first_failing(own, step)
    best = ranked[0]
    if symptom in own and own[symptom].onset <= own[best.service].onset + step:
        at_once = next(c for c in ranked if c.service == symptom)
        if at_once.score >= _EQUAL * best.score:
            return symptom
    return best.service


def _related(symptom: str, graph: ServiceGraph) -> frozenset[str]:
    """Those whose trouble can become that of the symptom: it depends on them, they send it work,
    or they share a machine with one of those. Another callee of a common caller can not."""
    line = frozenset({symptom}) | graph.downstream(symptom) | graph.upstream(symptom)
    return line.union(*(graph.sharing(service) for service in line))


def _reached(
    first: str, symptom: str, windows: Mapping[str, ServiceWindow], graph: ServiceGraph
) -> frozenset[str]:
    """Affected services connected to the first failing one through affected services. Of services
    that nothing is known to call or be called by, time is the only witness: those that deviate
    soon after the first failing one, and not before it, are taken in."""
    reached = {first, symptom, *graph.blast_radius(first, windows)}
    reached |= graph.blast_radius(symptom, windows)
    start = windows[first]
    reached |= {
        service
        for service, window in windows.items()
        if not graph.knows(service)
        and start.onset_earliest <= window.onset_latest
        and window.onset_earliest <= start.onset_latest + _SOON
    }
    return frozenset(reached)


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
