"""Causes that no change made: recognised by what telemetry says, each with its evidence.

A recogniser looks for a state of the world (a certificate that ran out, a disk that is full, a
provider that answers errors, more visitors than ever) and returns how strongly telemetry shows it,
on the same logistic scale as the suspects' scores. The list follows the non-change classes of
published incident studies (e.g. Ghosh et al., "How to fight production incidents?", SoCC 2022).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.marks import MARKS, Marks
from assistant.analysis.causes.repetition import repeated_subject
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.symptoms import Symptoms, troubled_templates
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.logs.templates import LogTemplate
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import Signal

BIAS = -3.0
# A surge is this many times the usual traffic, and at least this many requests a second more:
# a handful of sampled traces is no traffic.
_SURGE, _MORE_PER_S = 1.4, 0.5
_ONE_SUBJECT = 2.5  # log-odds that one bad record adds


@dataclass(frozen=True, slots=True)
class OperationalCause:
    """A recognised state of the world. `evidence` holds anomaly ids. What is `decisive` no change
    of ours can have brought about, so no suspect explains it away."""

    kind: str
    title: str
    service: str
    score: float
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    action: str
    mechanisms: frozenset[Mechanism]
    decisive: bool = False


def operational_causes(
    observation: Observation, scene: Scene, symptoms: Symptoms
) -> list[OperationalCause]:
    """Every operational cause that telemetry supports, strongest first."""
    found = [_marked(marks, observation, scene) for marks in MARKS]
    found += [recognise(observation, scene, symptoms) for recognise in _RECOGNISERS]
    causes = [cause for cause in found if cause is not None]
    return sorted(causes, key=lambda c: -c.score)


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _marked(marks: Marks, observation: Observation, scene: Scene) -> OperationalCause | None:
    templates = troubled_templates(observation.detection.templates, scene)
    said = [t for t in templates if marks.said.search(t.exemplar.body)]
    measured = [
        a for a in scene.anomalies if marks.measured and marks.measured.search(a.window.key.name)
    ]
    if not said and not measured:
        return None
    first_hand = any(t.service == scene.first_failing for t in said)
    logit = BIAS + (marks.said_weight if said else 0) + (marks.measured_weight if measured else 0)
    logit += 0.5 if first_hand else 0
    reasons = [f"{t.service} says: {t.exemplar.body[:160]}" for t in said[:2]]
    reasons += [_measured(a) for a in measured[:2]]
    subject = _subject(said, observation) if marks.about_one_subject else ""
    if subject:
        logit += _ONE_SUBJECT
        reasons.insert(0, f"nearly every failure is about {subject}")
    return OperationalCause(
        kind=marks.kind,
        title=marks.title,
        service=said[0].service if said else measured[0].window.service,
        score=_logistic(logit),
        reasons=tuple(reasons),
        evidence=(*scene.ids_of_templates(said), *(a.window.id for a in measured)),
        action=marks.action,
        mechanisms=marks.mechanisms,
        decisive=marks.decisive or bool(subject),
    )


def _subject(said: Sequence[LogTemplate], observation: Observation) -> str:
    found = (repeated_subject(observation.samples.get((t.service, t.template), ())) for t in said)
    return next((subject for subject in found if subject), "")


def _measured(anomaly: AnomalousSeries) -> str:
    window = anomaly.window
    name = f"{window.service} {window.key.name}"
    return f"{name} {window.direction}: {window.baseline:g} → {window.peak:g}"


def _traffic_surge(
    observation: Observation, scene: Scene, symptoms: Symptoms
) -> OperationalCause | None:
    """Requests at an entry rose before, or with, the trouble: more of the same work.

    Traffic that rises only behind an entry whose own traffic is steady is amplification (retries,
    a query in a loop), which a change makes, so it does not count."""
    entries = [
        a
        for a in scene.anomalies
        if a.window.signal is Signal.TRAFFIC
        and a.window.direction is Direction.ROSE
        and a.window.peak >= max(_SURGE * a.window.baseline, a.window.baseline + _MORE_PER_S)
        and a.window.baseline > 0
        and scene.is_entry(a.window.service)
        and not a.window.key.peer
    ]
    early = [a for a in entries if scene.onset and a.window.onset <= scene.onset + scene.tolerance]
    if not early:
        return None
    strongest = max(early, key=lambda a: a.window.peak / a.window.baseline)
    ratio = strongest.window.peak / strongest.window.baseline
    logit = BIAS + 2.0 + min(2.0, math.log2(ratio) * 1.5)
    return OperationalCause(
        "traffic_surge",
        f"Traffic rose {ratio:.1f}-fold",
        strongest.window.service,
        _logistic(logit),
        (_measured(strongest), "it rose before or with the trouble"),
        (strongest.window.id,),
        "scale_out",
        frozenset({Mechanism.TRAFFIC, Mechanism.CAPACITY}),
    )


_UNANSWERED = re.compile(r"timed? ?out|deadline|unavailable|refused|reset", re.IGNORECASE)
_OF_PROVIDER = re.compile(r"provider|third.?party|vendor|external", re.IGNORECASE)


def _provider_outage(
    observation: Observation, scene: Scene, symptoms: Symptoms
) -> OperationalCause | None:
    """Calls to someone outside fail: a host or callee that sends no telemetry of its own answers
    errors or not at all. RFC 9110, 15.6: with 5xx "the server is aware that it has erred"; what a
    stranger's server says of itself, no change of ours made it say."""
    templates = troubled_templates(observation.detection.templates, scene)
    outside = sorted(symptoms.hosts | {s for s in scene.graph.inferred if len(s) > 3})
    named = [(t, who) for t in templates for who in outside if who in t.exemplar.body]
    theirs = [(t, who) for t, who in named if _erred(who, t.exemplar.body)]
    silent = [(t, who) for t, who in named if _UNANSWERED.search(t.exemplar.body)]
    rising = [a for a in scene.anomalies if a.window.direction is Direction.ROSE]
    failing = [a for a in rising if a.window.signal is Signal.ERRORS and _external_of(a, outside)]
    said = [*theirs, *silent]
    if not said and not failing:
        return None
    gauges = [a for a in rising if _OF_PROVIDER.search(a.window.key.name)]
    logit = BIAS + (3.5 if theirs else 2.0 if silent else 0)
    logit += (2.0 if failing else 0) + (1.0 if gauges else 0)
    measured = [*failing, *gauges]
    who = said[0][1] if said else _external_of(failing[0], outside)
    return OperationalCause(
        kind="provider_outage",
        title=f"{who} answers with errors or not at all",
        service=said[0][0].service if said else failing[0].window.service,
        score=_logistic(logit),
        reasons=(
            *dict.fromkeys(f"{t.service} says: {t.exemplar.body[:160]}" for t, _ in said[:2]),
            *(_measured(a) for a in measured[:2]),
        ),
        evidence=(
            *scene.ids_of_templates(t for t, _ in said),
            *(a.window.id for a in measured),
        ),
        action="fail_over",
        mechanisms=frozenset({Mechanism.EXTERNAL, Mechanism.TIMEOUT, Mechanism.NETWORK}),
        decisive=bool(theirs),
    )


def _external_of(anomaly: AnomalousSeries, outside: Sequence[str]) -> str:
    """Which of the outsiders a series is about: by its peer, or because its name says so
    (`egress_error_share_to_cardnet`)."""
    key = anomaly.window.key
    if key.peer:
        return key.peer if key.peer in outside else ""
    name = _plain(key.name)
    return next((who for who in outside if _plain(who) in name), "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower())


def _erred(who: str, body: str) -> bool:
    """Whether a body says that `who` answered 5xx."""
    return re.search(rf"{re.escape(who)}.{{0,80}}?\b5\d\d\b", body, re.DOTALL) is not None


def _node_trouble(
    observation: Observation, scene: Scene, symptoms: Symptoms
) -> OperationalCause | None:
    """Services that share a node suffer together while its resources are short."""
    suffering = [
        a
        for a in scene.anomalies
        if a.window.signal is Signal.RESOURCE
        and a.window.direction is Direction.ROSE
        and re.search(r"node|host|steal|system[._]|iowait|run.?queue", a.window.key.name, re.I)
    ]
    early = [
        a for a in suffering if scene.onset and a.window.onset <= scene.onset + scene.tolerance
    ]
    if not early:
        return None
    crowd = len({a.window.service for a in suffering})
    logit = BIAS + 2.0 + min(1.5, 0.5 * (crowd - 1))
    return OperationalCause(
        "node_trouble",
        "The machine is short of a resource",
        early[0].window.service,
        _logistic(logit),
        tuple(_measured(a) for a in early[:3]),
        tuple(a.window.id for a in early),
        "reschedule",
        frozenset({Mechanism.CPU}),
    )


_Recogniser = Callable[[Observation, Scene, Symptoms], OperationalCause | None]
_RECOGNISERS: Sequence[_Recogniser] = (_traffic_surge, _provider_outage, _node_trouble)
