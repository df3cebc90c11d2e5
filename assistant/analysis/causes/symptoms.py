"""The symptoms of an incident in comparable form: mechanisms, words, numbers and places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.scene import Scene
from assistant.analysis.code.literals import Quantity, quantities
from assistant.analysis.code.mechanisms import Mechanism, mechanisms_of
from assistant.analysis.code.words import identifiers, telling_words
from assistant.analysis.logs.frames import frames_of_log, frames_of_span
from assistant.analysis.logs.stacks import Frame
from assistant.analysis.logs.templates import LogTemplate
from assistant.analysis.traces.origins import error_origins
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import Signal

_WARN = 13
# Where a text comes from decides how much it says about the cause: the service that failed first
# knows more than those it hurt.
_FIRST, _HURT, _ALERT = 1.0, 0.35, 0.7
_OF_SIGNAL: Mapping[Signal, Mechanism] = {
    Signal.LATENCY: Mechanism.LATENCY,
    Signal.ERRORS: Mechanism.ERRORS,
    Signal.TRAFFIC: Mechanism.TRAFFIC,
    Signal.SATURATION: Mechanism.CAPACITY,
}


@dataclass(frozen=True, slots=True)
class SymptomText:
    """A sentence that telemetry says about the incident, and how much it weighs."""

    text: str
    service: str
    weight: float
    source: str  # template, span, metric or alert


@dataclass(frozen=True, slots=True, eq=False)
class Symptoms:
    texts: tuple[SymptomText, ...]
    mechanisms: Mapping[Mechanism, float]  # shares that add up to 1
    words: Mapping[str, float]
    identifiers: frozenset[str]
    quantities: tuple[Quantity, ...]
    frames: tuple[Frame, ...]
    hosts: frozenset[str]  # external hosts that failing calls name

    def query(self) -> str:
        """The strongest sentences, for the vector store."""
        strongest = sorted(self.texts, key=lambda t: -t.weight)
        return "\n".join(dict.fromkeys(t.text[:300] for t in strongest[:6]))


def symptoms_of(observation: Observation, scene: Scene) -> Symptoms:
    """What the incident looks like, weighted by closeness to where it began."""
    templates = troubled_templates(observation.detection.templates, scene)
    origins = [
        o
        for o in error_origins(observation.failing)
        if not scene.services or o.service in scene.services
    ]
    texts = [*_from_templates(templates, scene)]
    texts += [
        SymptomText(
            f"{o.operation} {o.message}".strip(), o.service, _weight(o.service, scene), "span"
        )
        for o in origins
    ]
    texts += _from_metrics(scene.anomalies, scene)
    if observation.question.symptom:
        alert = f"{observation.question.metric} {observation.question.symptom}".strip()
        texts.append(SymptomText(alert, observation.question.service, _ALERT, "alert"))
    frames = [f for t in templates for f in frames_of_log(t.exemplar)]
    frames += [f for t in observation.failing for s in t.spans for f in frames_of_span(s)]
    return Symptoms(
        texts=tuple(texts),
        mechanisms=_mechanisms(texts, scene.anomalies),
        words=_words(texts, {w for s in scene.services for w in telling_words(s)}),
        identifiers=frozenset(i for t in texts for i in identifiers(t.text)),
        quantities=tuple(_quantities(templates, scene.anomalies)),
        frames=tuple(dict.fromkeys(frames)),
        hosts=frozenset(_hosts(t.exemplar.body for t in templates)),
    )


def troubled_templates(templates: Iterable[LogTemplate], scene: Scene) -> list[LogTemplate]:
    """Templates of affected services that are new or louder since the onset and speak of trouble:
    warnings and worse, or first seen in the incident."""
    anomalous = {(a.window.service, a.window.key.name): a for a in scene.anomalies}
    found = []
    for template in templates:
        anomaly = anomalous.get((template.service, template.template))
        if anomaly is None or anomaly.window.direction in (Direction.FELL, Direction.STOPPED):
            continue
        if scene.onset and anomaly.window.end and anomaly.window.end < scene.onset:
            continue  # another story, over before this one began
        if template.severity_number >= _WARN or anomaly.window.direction is Direction.APPEARED:
            found.append(template)
    return found


def _weight(service: str, scene: Scene) -> float:
    return _FIRST if service == scene.first_failing else _HURT


def _from_templates(templates: Iterable[LogTemplate], scene: Scene) -> Iterable[SymptomText]:
    for template in templates:
        loud = 1.0 if template.severity_number >= _WARN else 0.4
        weight = _weight(template.service, scene) * loud
        yield SymptomText(template.exemplar.body[:500], template.service, weight, "template")


def _from_metrics(anomalies: Iterable[AnomalousSeries], scene: Scene) -> Iterable[SymptomText]:
    for anomaly in anomalies:
        key = anomaly.window.key
        if key.signal is not Signal.LOG_RATE:
            weight = 0.6 * _weight(key.service, scene)
            yield SymptomText(
                f"{key.name} {anomaly.window.direction}", key.service, weight, "metric"
            )


def _mechanisms(
    texts: Iterable[SymptomText], anomalies: Iterable[AnomalousSeries]
) -> dict[Mechanism, float]:
    shares: defaultdict[Mechanism, float] = defaultdict(float)
    for text in texts:
        named = mechanisms_of(text.text)
        for mechanism, count in named.items():
            # Saturating: the third word of one kind adds little to the second.
            shares[mechanism] += text.weight * (1 - 0.5**count)
    for anomaly in anomalies:
        if (of_signal := _OF_SIGNAL.get(anomaly.window.signal)) is not None:
            shares[of_signal] += 0.3
    total = sum(shares.values())
    strongest = sorted(shares.items(), key=lambda item: -item[1])
    return {m: share / total for m, share in strongest} if total else {}


def _words(texts: Iterable[SymptomText], names: Collection[str]) -> dict[str, float]:
    """Names of services say where, not what: the place of a change is a part of its own."""
    weights: dict[str, float] = {}
    for text in texts:
        for word in set(telling_words(text.text)).difference(names):
            weights[word] = max(weights.get(word, 0.0), text.weight)
    return weights


def _quantities(
    templates: Iterable[LogTemplate], anomalies: Iterable[AnomalousSeries]
) -> Iterable[Quantity]:
    for template in templates:
        yield from quantities(template.exemplar.body)
    for anomaly in anomalies:
        window = anomaly.window
        if window.signal is not Signal.LOG_RATE:
            for value in (window.baseline, window.peak):
                if value == int(value):  # a level that was configured, not one that was measured
                    yield Quantity(float(value), "", f"{window.key.name} {value:g}")


_URL = re.compile(r"https?://[^\s\"'<>]+")
_PRIVATE = re.compile(r"^(localhost|[\d.]+|.*\.(local|internal|svc|cluster\.local|lan|test))$")


def _hosts(bodies: Iterable[str]) -> Iterable[str]:
    for body in bodies:
        for url in _URL.findall(body):
            host = urlsplit(url).hostname or ""
            if "." in host and not _PRIVATE.match(host):
                yield host
