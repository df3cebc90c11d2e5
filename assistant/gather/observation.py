"""What telemetry shows: signals on one grid, anomaly windows, traces before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from assistant.analysis.causes.facts import Observation
from assistant.analysis.detection.windows import Detection, detect
from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import LogRecord, Series
from assistant.domain.window import NANOSECONDS, TimeWindow
from assistant.gather.scope import Scope
from assistant.gather.sources import Sources

_WARN = 13  # OpenTelemetry severity
_SAMPLES, _SAMPLED_TEMPLATES = 50, 20
_MOST_STEPS = 20_000  # of a time known to be good


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
        usual=_usual(scope, telemetry),
        samples=_samples(detection, after, telemetry),
    )


def _usual(scope: Scope, telemetry: TelemetryStore) -> Sequence[Series]:
    """Series of the time known to be good, of its end where it is longer than a grid may be."""
    good = scope.question.baseline
    if good is None:
        return ()
    longest = timedelta(seconds=_MOST_STEPS * (scope.step_ns / NANOSECONDS))
    period = TimeWindow(max(good.start, good.end - longest), good.end)
    return [*telemetry.series(period, scope.step_ns), *telemetry.red(period, scope.step_ns)]


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
