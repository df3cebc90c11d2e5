"""What the investigation fetches: the window in question, its signals, the changes before it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from assistant.analysis.catalogue import canonical, corrected, guess_catalogue, near_names
from assistant.analysis.causes.facts import Observation
from assistant.analysis.code.documents import hunk_documents
from assistant.analysis.detection.windows import Detection, detect
from assistant.analysis.logs.frames import frames_of_log, frames_of_span
from assistant.analysis.logs.stacks import Frame
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import (
    ChangeSet,
    Commit,
    ConfigChange,
    Delivery,
    Deployment,
    DeploymentPhase,
    FlagChange,
)
from assistant.domain.errors import CausewayError, InvalidWindow, NotFound, UnknownService
from assistant.domain.knowledge import DocumentKind
from assistant.domain.ports import (
    CatalogueSource,
    ChangeLog,
    CodeHistory,
    Compute,
    Knowledge,
    ReportStore,
    TelemetryStore,
)
from assistant.domain.report import Question
from assistant.domain.signals import LogRecord
from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns

# Grid steps that people use on dashboards; the finest that keeps a window under _MOST_STEPS.
_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_STEPS = 180
_MOST_COMMITS = 2000
_MANY_DEPLOYMENTS = 10
_WARN = 13  # OpenTelemetry severity
_SAMPLES, _SAMPLED_TEMPLATES = 50, 20


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an investigation looks around the moment in question."""

    lookback: timedelta = timedelta(hours=3)
    lookahead: timedelta = timedelta(minutes=15)
    changes: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sources:
    """The ports an investigation reads and writes."""

    telemetry: TelemetryStore
    changes: ChangeLog
    code: CodeHistory
    knowledge: Knowledge
    catalogue: CatalogueSource
    reports: ReportStore
    compute: Compute
    clock: Callable[[], datetime]
    reach: Reach = Reach()


@dataclass(frozen=True, slots=True)
class Scope:
    question: Question
    window: TimeWindow
    step_ns: int
    catalogue: Catalogue
    # each service that sent something in the window, with what its resource says
    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def scope_of(question: Question, sources: Sources) -> Scope:
    """The window that holds data, the grid, and the service under its canonical name.

    Raises InvalidWindow for a window that lies in the future, UnknownService when nothing knows
    the service."""
    now = sources.clock()
    asked = question.window or TimeWindow.around(
        question.at, sources.reach.lookback, sources.reach.lookahead
    )
    if asked.start > now + timedelta(minutes=5):
        raise InvalidWindow(
            f"The window starts at {asked.start.isoformat()}, which is in the future.",
            hint="Ask about a time that has passed; times are UTC unless they carry a zone.",
        )
    extent = sources.telemetry.extent(asked)
    window = extent or asked
    seconds = window.duration.total_seconds()
    step = next(
        (s for s in _STEPS_S if seconds / s <= _MOST_STEPS), 3600 * math.ceil(seconds / 648000)
    )
    window = _aligned(window, step)
    seen = sources.telemetry.services(window)
    catalogue = _catalogue(seen, sources)
    known = {*catalogue.names(), *seen}
    service = _service(question.service, catalogue, known, window, sources)
    asked_of = replace(question, service=service)
    return Scope(asked_of, window, step * NANOSECONDS, catalogue, seen)


def _aligned(window: TimeWindow, step_s: int) -> TimeWindow:
    step = step_s * NANOSECONDS
    return TimeWindow.of_ns(window.start_ns // step * step, -(-window.end_ns // step) * step)


def _catalogue(seen: Mapping[str, Mapping[str, str]], sources: Sources) -> Catalogue:
    """What people wrote down, and for the rest what the data suggests."""
    listing: dict[str, Sequence[str]] = {}
    for repository in sources.code.repositories():
        try:
            listing[repository] = sources.code.paths(repository, "HEAD")
        except CausewayError:
            listing[repository] = ()  # the reason comes up again, as a gap, when commits are read
    return corrected(guess_catalogue(seen, listing), sources.catalogue.catalogue())


def _service(
    name: str, catalogue: Catalogue, known: AbstractSet[str], window: TimeWindow, sources: Sources
) -> str:
    found = canonical(name, catalogue) if name else ""
    if not found or found in known:
        return found
    deployed = {c.service for c in _recorded(window, sources)}
    if found in deployed:
        return found
    raise UnknownService(name, near_names(name, sorted(known | deployed - {""})))


def observe(scope: Scope, sources: Sources) -> Observation:
    """Signals of the window on one grid, with the anomaly windows found in them."""
    telemetry, window = sources.telemetry, scope.window
    series = [*telemetry.series(window, scope.step_ns), *telemetry.red(window, scope.step_ns)]
    shapes = telemetry.shapes(window, scope.step_ns)
    detection: Detection = sources.compute(detect, series, shapes, window, scope.question.at)
    split = _onset(detection) or scope.question.at
    before = TimeWindow(window.start, max(split, window.start + timedelta(seconds=1)))
    after = TimeWindow(min(split, window.end - timedelta(seconds=1)), window.end)
    return Observation(
        question=scope.question,
        window=window,
        step_ns=scope.step_ns,
        as_of=sources.clock(),
        detection=detection,
        series=series,
        edges=telemetry.edges(window),
        failing=telemetry.traces(after, errors_only=True, limit=60),
        ordinary=telemetry.traces(before, limit=60),
        later=telemetry.traces(after, limit=60),
        catalogue=scope.catalogue,
        placement={
            service: frozenset({resource["node"]})
            for service, resource in scope.seen.items()
            if resource.get("node")
        },
        versions=telemetry.versions(window),
        samples=_samples(detection, after, telemetry),
    )


def _samples(
    detection: Detection, window: TimeWindow, telemetry: TelemetryStore
) -> dict[tuple[str, str], Sequence[LogRecord]]:
    """Records of the failing templates that stand out most."""
    loud = {(a.window.service, a.window.key.name) for a in detection.anomalies}
    troubled = [
        t
        for t in detection.templates
        if t.severity_number >= _WARN and (t.service, t.template) in loud
    ]
    return {
        (t.service, t.template): telemetry.records(
            window, t.service, shape=t.shapes[0], limit=_SAMPLES
        )
        for t in troubled[:_SAMPLED_TEMPLATES]
    }


def _onset(detection: Detection) -> datetime | None:
    return min((a.window.onset for a in detection.anomalies[:10]), default=None)


def _recorded(window: TimeWindow, sources: Sources) -> list[Deployment | FlagChange | ConfigChange]:
    period = window.extended(before=sources.reach.changes)
    return list(sources.changes.changes(period))


def changes_before(scope: Scope, sources: Sources) -> ChangeSet:
    """Deployments with the commits they really brought, flags, configuration; where nobody
    recorded deployments, those that service.version betrays."""
    recorded = _recorded(scope.window, sources)
    deployments = [c for c in recorded if isinstance(c, Deployment)]
    notes: list[str] = []
    covered = {d.service for d in deployments}
    deployments += [d for d in _inferred(scope, sources) if d.service not in covered]
    merged = _merged(deployments, scope.catalogue)
    _read_ahead(merged, scope, sources)
    deliveries = tuple(_delivery(d, scope, sources, notes) for d in merged)
    return ChangeSet(
        deliveries=deliveries,
        flags=tuple(c for c in recorded if isinstance(c, FlagChange)),
        configs=tuple(c for c in recorded if isinstance(c, ConfigChange)),
        undeployed=() if deliveries else _undeployed(scope, sources, notes),
        notes=tuple(dict.fromkeys(notes)),
    )


def _read_ahead(deployments: Sequence[Deployment], scope: Scope, sources: Sources) -> None:
    """Histories keep what they have read: all commits at once take a tenth of the time of a few
    for each of a hundred deployments."""
    counts = Counter(_repository(d, scope, sources) for d in deployments)
    period = scope.window.extended(before=sources.reach.changes)
    for repository, count in counts.items():
        if repository and count > _MANY_DEPLOYMENTS:
            with suppress(CausewayError):  # the reason comes up again, with each deployment
                sources.code.commits(repository, period, limit=_MOST_COMMITS)


def _merged(deployments: Iterable[Deployment], catalogue: Catalogue) -> list[Deployment]:
    """Under canonical names, oldest first."""
    named = [replace(d, service=canonical(d.service, catalogue)) for d in deployments]
    return sorted(named, key=lambda d: d.at)


def _inferred(scope: Scope, sources: Sources) -> list[Deployment]:
    """A version that appears after another of the same service was deployed when it appeared."""
    found: list[Deployment] = []
    last: dict[str, str] = {}
    for service, version, first_ns, _ in sources.telemetry.versions(scope.window):
        if service in last:
            found.append(
                Deployment(
                    id=f"inferred:{service}:{version}",
                    service=service,
                    at=from_ns(first_ns),
                    version=version,
                    revision=version if _looks_like_revision(version) else "",
                    previous_revision=last[service] if _looks_like_revision(last[service]) else "",
                    inferred=True,
                )
            )
        last[service] = version
    return found


def _looks_like_revision(version: str) -> bool:
    return len(version) >= 7 and all(c in "0123456789abcdef" for c in version)


def _delivery(deployment: Deployment, scope: Scope, sources: Sources, notes: list[str]) -> Delivery:
    repository = _repository(deployment, scope, sources)
    if not repository or not deployment.revision:
        missing = "its revision" if repository else "its repository"
        notes.append(
            f"The deployment of {deployment.service} {deployment.version}: {missing} is unknown."
        )
        return Delivery(deployment, ())
    last_good = deployment.previous_revision or sources.changes.last_good_revision(
        deployment.service, deployment.at
    )
    try:
        if deployment.phase is DeploymentPhase.REVERTED:
            return Delivery(deployment, (), last_good)
        commits = sources.code.delivered(repository, last_good, deployment.revision)
    except CausewayError as error:
        notes.append(f"{deployment.service} {deployment.version}: {error}")
        return Delivery(deployment, (), last_good, str(error))
    note = "" if last_good else "no earlier deployment is known"
    return Delivery(deployment, tuple(commits), last_good, note)


def _repository(deployment: Deployment, scope: Scope, sources: Sources) -> str:
    known = sources.code.repositories()
    entry = scope.catalogue.entry(deployment.service)
    for name in (
        scope.question.repository,
        deployment.repository,
        entry.repository if entry else "",
    ):
        if name in known:
            return name
    return known[0] if len(known) == 1 else ""


def _undeployed(scope: Scope, sources: Sources, notes: list[str]) -> tuple[Commit, ...]:
    found: list[Commit] = []
    period = scope.window.extended(before=sources.reach.changes)
    for repository in sources.code.repositories():
        try:
            found += sources.code.commits(repository, period, limit=_MOST_COMMITS)
        except CausewayError as error:
            notes.append(f"{repository}: {error}")
    return tuple(found)


def recall(query: str, changes: ChangeSet, sources: Sources) -> dict[str, float] | None:
    """Likeness of each commit's closest hunk with the symptoms; None while the vector store can
    only answer lexically."""
    commits = [*changes.commits, *changes.undeployed]
    documents = [d for commit in commits for d in hunk_documents(commit)]
    sources.knowledge.remember(documents)
    if not query or not documents:
        return {}
    hits = sources.knowledge.search(
        query,
        kinds=[DocumentKind.HUNK],
        references=[c.hash for c in commits],
        limit=50,
    )
    if any(hit.semantic is None for hit in hits):
        return None
    likeness: dict[str, float] = {}
    for hit in hits:
        reference = hit.document.reference
        likeness[reference] = max(likeness.get(reference, 0.0), hit.semantic or 0.0)
    return likeness


def blame(observation: Observation, changes: ChangeSet, sources: Sources) -> dict[str, Frame]:
    """Who last wrote the lines that failing stacks point at, for delivered commits only."""
    delivered = {c.hash for c in changes.commits}
    found: dict[str, Frame] = {}
    for frame in _frames(observation)[:10]:
        for delivery in changes.deliveries:
            for commit in delivery.commits[:1]:
                line = _blamed(commit.repository, delivery.deployment.revision, frame, sources)
                if line in delivered:
                    found.setdefault(line, frame)
    return found


def _frames(observation: Observation) -> list[Frame]:
    errors = [t for t in observation.detection.templates if t.severity_number >= 17]
    frames = [f for t in errors for f in frames_of_log(t.exemplar)]
    frames += [f for t in observation.failing[:20] for s in t.spans for f in frames_of_span(s)]
    return list(dict.fromkeys(frames))


def _blamed(repository: str, revision: str, frame: Frame, sources: Sources) -> str:
    try:
        paths = sources.code.paths(repository, revision)
        path = next((p for p in paths if frame.path.endswith(p)), "")
        line = sources.code.blame(repository, revision, path, frame.line) if path else None
    except (CausewayError, NotFound):
        return ""  # a frame from another repository or revision: nothing to learn from it
    return line.commit if line else ""
