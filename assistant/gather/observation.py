"""What telemetry shows: signals on one grid, anomaly windows, traces before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from assistant.analysis.causes.facts import Observation
from assistant.analysis.detection.windows import Detection, detect
from assistant.analysis.traces.course import Course, course_of
from assistant.analysis.traces.journeys import Journeys
from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import LogRecord, Trace
from assistant.domain.window import TimeWindow
from assistant.gather.scope import Scope
from assistant.gather.series import fitted, usual_series
from assistant.gather.sources import Sources

_WARN = 13  # OpenTelemetry severity
_SAMPLES, _SAMPLED_TEMPLATES = 50, 20
_TRACES = 60
# Of a period: traces, spans of all of them, and records inside these.
_JOURNEYS, _SPANS, _LOGGED = 240, 12_000, 10_000
_MARGIN = timedelta(minutes=5)  # in which a trace that begins in a period ends


def observe(scope: Scope, sources: Sources) -> Observation:
    """Signals of the window on one grid, with the anomaly windows found in them."""
    telemetry = sources.telemetry
    scope, series = fitted(scope, telemetry)
    window = scope.window
    shapes = telemetry.shapes(window, scope.step_ns)
    detection: Detection = sources.compute(detect, series, shapes, window, scope.question.at)
    split = _onset(detection) or scope.question.at
    before = TimeWindow(window.start, max(split, window.start + timedelta(seconds=1)))
    after = TimeWindow(min(split, window.end - timedelta(seconds=1)), window.end)
    earlier, later = (_traces(part, telemetry) for part in (before, after))
    return Observation(
        question=scope.question,
        window=window,
        step_ns=scope.step_ns,
        as_of=sources.clock(),
        detection=detection,
        series=series,
        edges=telemetry.edges(window),
        failing=telemetry.traces(after, errors_only=True, limit=_TRACES),
        ordinary=_spread(earlier),
        later=_spread(later),
        catalogue=scope.catalogue,
        placement={
            service: frozenset({resource["node"]})
            for service, resource in scope.seen.items()
            if resource.get("node")
        },
        versions=telemetry.versions(window),
        usual=usual_series(scope, telemetry),
        course=_course(scope, {before: earlier, after: later}, sources),
        samples=_samples(detection, after, telemetry),
    )


def _traces(period: TimeWindow, telemetry: TelemetryStore) -> Sequence[Trace]:
    """As many as hold a bounded number of spans, evenly spread over the period."""
    few = telemetry.traces(period, limit=_TRACES)
    if len(few) < _TRACES:
        return few
    spans = sum(len(t.spans) for t in few)
    limit = min(_JOURNEYS, _TRACES * _SPANS // max(spans, 1))
    return telemetry.traces(period, limit=limit) if limit > _TRACES else few


def _spread(traces: Sequence[Trace]) -> Sequence[Trace]:
    """Fewer of them, as evenly spread as they are."""
    return traces[:: -(-len(traces) // _TRACES) or 1]


def _course(scope: Scope, parts: Mapping[TimeWindow, Sequence[Trace]], sources: Sources) -> Course:
    """Traces of the window, from both sides of the onset, against those of a good time."""
    telemetry, good = sources.telemetry, scope.question.baseline
    usual = {good: _traces(good, telemetry)} if good else {}
    return sources.compute(course_of, _journeys(usual, telemetry), _journeys(parts, telemetry))


def _journeys(parts: Mapping[TimeWindow, Sequence[Trace]], telemetry: TelemetryStore) -> Journeys:
    """Traces that start in each period, each once, with what was logged inside their spans."""
    traces: dict[str, Trace] = {}
    records: list[LogRecord] = []
    for period, found in parts.items():
        new = [t.trace_id for t in found if t.trace_id not in traces]
        records += telemetry.logged_in(period.extended(after=_MARGIN), new, limit=_LOGGED)
        traces |= {t.trace_id: t for t in found}
    return Journeys(tuple(traces.values()), tuple(records))


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
