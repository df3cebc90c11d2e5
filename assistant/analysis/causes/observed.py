"""What can be observed of an incident, as outcomes of changes: measured, with where and about what.

From three sources: how operations look inside before and after the onset (`traces.differences`),
which series left their baseline, and which failing templates came up. Each observation keeps the
words of what it is about (operation, statement, peer, message), so that a hunk that names the same
things is told from one that is of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.symptoms import troubled_templates
from assistant.analysis.code.mechanisms import Mechanism, mechanisms_of
from assistant.analysis.code.outcomes import Outcome
from assistant.analysis.code.words import identifiers, telling_words
from assistant.analysis.traces.differences import DifferenceKind, TraceDifference, compare
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import Signal, Span, SpanKind, Trace
from assistant.domain.window import to_ns

_CLEAR = 10.0  # robust standard deviations at which an anomaly counts almost fully
_ALARMED = 0.8  # strength of what an alert says
_ENDLESS = 10.0  # times the usual duration
_PASSED_ON = frozenset({Outcome.FAILURES, Outcome.ENDLESS, Outcome.EXCEPTIONS, Outcome.REJECTIONS})
_SERVES = (SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.INTERNAL, SpanKind.UNSPECIFIED)
_REFUSED = re.compile(
    r"4xx|client.?err|reject|refus|denied|valid|unauthori|forbidden|\b4\d\d\b", re.I
)
_EXCEPTION = re.compile(
    r"\b[A-Z]\w*(?:Error|Exception)\b|\bpanic\b|nil pointer|null pointer|[Tt]raceback|\bsegfault"
)
_AT_ONCE = re.compile(r"active|in.?flight|concurren|open.?requests|pending.?requests|busy", re.I)
_TASKS = re.compile(r"(?:co|go)routine|thread|\btasks?\b|_tasks?\b|fiber|timers?\b", re.I)
_BACKLOG = re.compile(r"queue|backlog|lag\b|outbox|unprocessed|depth", re.I)


@dataclass(frozen=True, slots=True)
class Observed:
    """One outcome at one service; `about` are the words of what shows it, as stems and
    identifiers; `evidence` is an anomaly id or ''."""

    outcome: Outcome
    service: str
    strength: float  # 0..1
    about: frozenset[str]
    text: str
    evidence: str = ""


def observed(observation: Observation, scene: Scene) -> list[Observed]:
    """Every outcome that telemetry shows, strongest first."""
    found = [*_from_traces(observation, scene), *_from_series(scene)]
    found += [*_from_templates(observation, scene), *_from_alert(observation)]
    return sorted(_own(found, scene), key=lambda o: -o.strength)


def _own(found: Sequence[Observed], scene: Scene) -> Iterator[Observed]:
    """What a service only passes on from those it calls counts half: a victim fails too."""
    trouble = {o.service for o in found if o.outcome in _PASSED_ON and o.strength >= 0.5}
    for one in found:
        callees = trouble.intersection(scene.graph.callees(one.service))
        if one.outcome in _PASSED_ON and callees:
            yield replace(one, strength=one.strength * 0.5)
        else:
            yield one


def _words(*texts: str) -> frozenset[str]:
    text = "\n".join(texts)
    return frozenset(telling_words(text)) | identifiers(text)


def _from_traces(observation: Observation, scene: Scene) -> Iterator[Observed]:
    before, after = _split(observation, scene)
    for difference in compare(before, after):
        outcome = _of_difference(difference)
        if outcome is None:
            continue
        # A call fails where it is answered, and takes long where it waits.
        fails = outcome is Outcome.FAILURES
        service = difference.child_service if fails else difference.service
        name = difference.child_operation or "itself"
        text = (
            f"{service} {difference.operation}: {name} {difference.kind}, "
            f"{difference.before:.3g} → {difference.after:.3g}"
        )
        yield Observed(outcome, service, _weight(difference), _about(difference), text)


def _split(observation: Observation, scene: Scene) -> tuple[list[Trace], list[Trace]]:
    """Every trace once, those of the onset itself left out."""
    if scene.onset is None:
        return [], []
    everything = {
        t.trace_id: t
        for t in (*observation.ordinary, *observation.failing, *observation.later)
        if t.spans
    }
    onset, slack = to_ns(scene.onset), int(scene.tolerance.total_seconds() * 1e9)
    starts = {i: min(s.start_ns for s in t.spans) for i, t in everything.items()}
    return (
        [t for i, t in everything.items() if starts[i] < onset - slack],
        [t for i, t in everything.items() if starts[i] >= onset],
    )


def _weight(difference: TraceDifference) -> float:
    factor = max(difference.after, 1e-6) / max(difference.before, 1e-6)
    grown = 1 - min(1.0, 1 / factor) if factor > 1 else 1 - factor
    return round(grown * (0.4 + 0.6 * difference.share), 3)


def _of_difference(difference: TraceDifference) -> Outcome | None:
    itself = not difference.child_operation
    kind, span = difference.kind, difference.example
    if kind in (DifferenceKind.APPEARED, DifferenceKind.REPEATED, DifferenceKind.RETRIED):
        return None if itself else Outcome.MORE_CALLS
    if kind is DifferenceKind.VANISHED:
        return Outcome.FEWER_CALLS
    if kind is DifferenceKind.TIMES_OUT:
        return Outcome.GIVING_UP
    if kind is DifferenceKind.FAILS:
        # What a stranger answers is no doing of whoever asked.
        return Outcome.FAILURES if span.kind in _SERVES else None
    if kind is DifferenceKind.SLOWED and itself:
        return Outcome.OWN_TIME if span.kind in _SERVES else Outcome.SLOW_CALLS
    return None  # that a caller is slow because of its callee says nothing of its own


def _about(difference: TraceDifference) -> frozenset[str]:
    span = difference.example
    return _words(difference.operation, difference.child_operation, *_spoken(span))


def _spoken(span: Span) -> Iterator[str]:
    for key, value in span.attributes.items():
        if isinstance(value, str) and key.startswith(
            ("db.", "http.route", "url.", "code.", "rpc.")
        ):
            yield value
    yield span.peer
    yield span.status_message


def _from_series(scene: Scene) -> Iterator[Observed]:
    for anomaly in scene.anomalies:
        window = anomaly.window
        strength = min(1.0, window.score / _CLEAR) ** 0.5
        about = _words(window.key.name, window.key.operation, window.key.peer)
        text = (
            f"{window.service} {window.key.name[:60]} {window.direction}: "
            f"{window.baseline:.4g} → {window.peak:.4g}"
        )
        for outcome in _of_series(anomaly, entry=scene.is_entry(window.service)):
            yield Observed(outcome, window.service, strength, about, text, window.id)


def _from_alert(observation: Observation) -> Iterator[Observed]:
    """What rang the alarm was measured too, by whoever watches the metric."""
    question = observation.question
    metric = question.metric
    for outcome in _of_name(metric) if metric else ():
        about = _words(metric)
        yield Observed(outcome, question.service, _ALARMED, about, f"the alert is about {metric}")


def _of_series(anomaly: AnomalousSeries, *, entry: bool) -> set[Outcome]:
    window = anomaly.window
    name = window.key.name
    if window.signal is Signal.LOG_RATE:
        return set()
    named = mechanisms_of(_spaced(name))
    if window.direction in (Direction.FELL, Direction.STOPPED):
        return {Outcome.CACHE_MISSES} if Mechanism.CACHE in named else set()
    found = set()
    if window.signal is Signal.ERRORS:
        found.add(Outcome.REJECTIONS if _REFUSED.search(_spaced(name)) else Outcome.FAILURES)
    if window.signal is Signal.LATENCY and window.peak >= _ENDLESS * max(window.baseline, 0.05):
        found.add(Outcome.ENDLESS)
    # More requests at the door are visitors; more of them behind it, somebody's calls.
    if window.signal is Signal.TRAFFIC and (window.key.peer or not entry):
        found.add(Outcome.MORE_CALLS)
    return found | _of_name(name)


def _of_name(name: str) -> set[Outcome]:
    """What it means that a metric of this name is high."""
    named = mechanisms_of(_spaced(name))
    found = {o for m, o in _OF_MECHANISM.items() if m in named}
    if _AT_ONCE.search(name) and Mechanism.POOL not in named:
        found.add(Outcome.ENDLESS)
    if _TASKS.search(name):
        found.add(Outcome.TASKS)
    if _BACKLOG.search(name) or (Mechanism.QUEUE in named and Mechanism.POOL not in named):
        found.add(Outcome.BACKLOG)
    return found


def _spaced(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")


_OF_MECHANISM: Mapping[Mechanism, Outcome] = {
    Mechanism.POOL: Outcome.POOL,
    Mechanism.MEMORY: Outcome.MEMORY,
    Mechanism.CRASH: Outcome.CRASHES,
    Mechanism.CPU: Outcome.CPU,
    Mechanism.DISK: Outcome.DISK,
    Mechanism.LOGGING: Outcome.CHATTER,
}


def _from_templates(observation: Observation, scene: Scene) -> Iterator[Observed]:
    for template in troubled_templates(observation.detection.templates, scene):
        body = template.exemplar.body
        for outcome in _of_text(body):
            ids = scene.ids_of_templates([template])
            yield Observed(outcome, template.service, 0.9, _words(body), body[:100], *ids[:1])


def _of_text(body: str) -> Iterable[Outcome]:
    named = mechanisms_of(body)
    if _REFUSED.search(body):
        yield Outcome.REJECTIONS
    if _EXCEPTION.search(body):
        yield Outcome.EXCEPTIONS
    if Mechanism.TIMEOUT in named:
        yield Outcome.GIVING_UP
    if Mechanism.POOL in named and Mechanism.TIMEOUT in named:
        yield Outcome.POOL
    if Mechanism.MEMORY in named and Mechanism.CRASH in named:
        yield Outcome.MEMORY
