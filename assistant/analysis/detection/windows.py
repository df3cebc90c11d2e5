"""Anomaly windows: which of many series left their usual level, when, and how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from assistant.analysis.detection.absence import Silence, silence_as_zero, silences, stopped
from assistant.analysis.detection.excursions import excursions
from assistant.analysis.detection.habits import Excursion
from assistant.analysis.detection.merge import ServiceWindow, merge
from assistant.analysis.detection.novelty import log_series, newcomers
from assistant.analysis.detection.scales import scale_of
from assistant.analysis.detection.screening import lively
from assistant.analysis.logs.templates import LogTemplate, templates
from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow, Direction
from assistant.domain.signals import LogShape, Series, Signal
from assistant.domain.window import TimeWindow, from_ns, to_ns

__all__ = ["Detection", "ServiceWindow", "detect", "merge", "service_windows"]

FALSE_DISCOVERY_RATE = 0.05
_FAINT = 0.25  # of the strongest score, below which an excursion does not speak for its series
_LED = 2  # steps between an excursion and the one it led into


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """`anomalies` strongest first with ids 'A1', 'A2' …; `services` are all that sent telemetry,
    calm or not."""

    anomalies: tuple[AnomalousSeries, ...]
    templates: tuple[LogTemplate, ...]
    silences: tuple[Silence, ...]
    services: frozenset[str] = frozenset()


def detect(
    series: Sequence[Series],
    shapes: Sequence[LogShape],
    window: TimeWindow,
    focus: datetime | None = None,
) -> Detection:
    """Every series and log template that left its baseline in `window`, with one window each: the
    one in force at `focus` or the latest before it, unless another is far stronger; and the one
    that led straight into it. The share of false ones is held at 5 % over all series tested
    (Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995)."""
    grouped = templates(shapes)
    logs = log_series(grouped)
    silent = silences(series, window)
    tested = [*silence_as_zero(series), *logs]
    candidates = [(s, excursions(s)) for s in lively(tested)]
    found = [(s, e) for s, several in candidates for e in _chosen(several, s, focus)]
    passed = _discoveries(found, tested=len(tested))
    anomalies = [_anomaly(s, e) for s, e in passed]
    anomalies = _with_newcomers(anomalies, newcomers(grouped, logs, window))
    known = {a.window.key for a in anomalies}
    anomalies += [a for a in stopped(silent, series) if a.window.key not in known]
    severities = {s.key: t.severity_number for s, t in zip(logs, grouped, strict=True)}
    anomalies.sort(key=lambda a: (-a.window.score, a.window.onset, a.window.key.label()))
    return Detection(
        anomalies=tuple(
            AnomalousSeries(
                replace(a.window, id=f"A{i}"), a.series, severities.get(a.series.key, 0)
            )
            for i, a in enumerate(anomalies, 1)
        ),
        templates=tuple(grouped),
        silences=tuple(silent),
        services=frozenset(s.key.service for s in tested),
    )


def service_windows(detection: Detection) -> Mapping[str, ServiceWindow]:
    """Service → the window merged over all its signals, earliest onset first."""
    return merge(detection.anomalies, detection.services)


def _chosen(
    found: Sequence[Excursion], series: Series, focus: datetime | None
) -> Sequence[Excursion]:
    """The excursion that speaks for the series, with the one that led into it: what climbs until
    it collapses has two."""
    if not found:
        return ()
    chosen = strongest = max(found, key=lambda e: e.score)
    if focus is not None:
        step = (to_ns(focus) - series.start_ns) // series.step_ns
        begun = [e for e in found if e.onset <= step + 1]
        current = [e for e in begun if e.ongoing or e.stop > step]
        latest = (current or begun or [strongest])[-1]
        if latest.score >= _FAINT * strongest.score:
            chosen = latest
    led = [e for e in found if 0 <= chosen.onset - e.stop <= _LED and e is not chosen]
    return (*led, chosen)


def _discoveries(
    found: Sequence[tuple[Series, Excursion]], tested: int
) -> list[tuple[Series, Excursion]]:
    chances = np.array([e.chance for _, e in found])
    order = np.argsort(chances, kind="stable")
    allowed = FALSE_DISCOVERY_RATE * np.arange(1, len(order) + 1) / max(tested, 1)
    below = np.flatnonzero(chances[order] <= allowed)
    count = int(below[-1]) + 1 if len(below) else 0
    return [
        (s, e) for s, e in (found[i] for i in order[:count]) if e.score >= scale_of(s.key).score
    ]


def _with_newcomers(
    anomalies: Sequence[AnomalousSeries], new: Sequence[AnomalousSeries]
) -> list[AnomalousSeries]:
    """The first record tells the onset of a new template to the nanosecond, so it replaces a
    window found in its rate."""
    by_rate = {a.window.key: a.window.score for a in anomalies}
    first_seen = {a.window.key for a in new}
    return [a for a in anomalies if a.window.key not in first_seen] + [
        replace(
            a, window=replace(a.window, score=max(a.window.score, by_rate.get(a.window.key, 0.0)))
        )
        for a in new
    ]


def _anomaly(series: Series, found: Excursion) -> AnomalousSeries:
    def moment(step: int) -> datetime:
        return from_ns(series.start_ns + step * series.step_ns)

    direction = Direction.ROSE if found.rose else Direction.FELL
    unheard = not np.nan_to_num(series.values[: found.onset]).any()
    if found.rose and scale_of(series.key).counts and unheard:
        direction = Direction.APPEARED
    elif not found.rose and series.key.signal is Signal.TRAFFIC and found.peak == 0:
        direction = Direction.STOPPED if found.ongoing else Direction.FELL
    return AnomalousSeries(
        AnomalyWindow(
            id="",
            key=series.key,
            direction=direction,
            onset=moment(found.onset),
            onset_earliest=moment(found.earliest),
            onset_latest=moment(found.latest + 1),
            end=None if found.ongoing else moment(found.stop),
            baseline=found.baseline,
            peak=found.peak,
            score=found.score,
            detector="pelt+ramp" if found.ramp else "pelt",
        ),
        series,
    )
