"""Log templates as series, and templates that were never seen before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from assistant.analysis.logs.templates import LogTemplate
from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow, Direction
from assistant.domain.signals import Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns

_ERROR = 17  # OpenTelemetry severity
_HEARD_BEFORE = 0.2  # share of the window that must be known before something counts as new
_LEAST_SCORE, _LEAST_ERROR_SCORE = 4.0, 3.0
_HIGHEST = 100.0


def log_series(templates: Sequence[LogTemplate]) -> list[Series]:
    """One series per template: records per second."""
    return [
        Series(
            key=SeriesKey(
                service=t.service,
                signal=Signal.LOG_RATE,
                name=t.template,
                unit="1/s",
                statistic="rate",
            ),
            start_ns=t.start_ns,
            step_ns=t.step_ns,
            values=t.counts * (NANOSECONDS / t.step_ns),
        )
        for t in templates
    ]


def newcomers(
    templates: Sequence[LogTemplate], series: Sequence[Series], window: TimeWindow
) -> list[AnomalousSeries]:
    """Templates whose first record comes after a good part of the window in which their service
    was heard without them. `series` are those of `templates`, in the same order."""
    heard: dict[str, int] = {}
    troubled: dict[str, list[int]] = {}
    for t in templates:
        heard[t.service] = min(heard.get(t.service, t.first_ns), t.first_ns)
        if t.severity_number >= _ERROR:
            troubled.setdefault(t.service, []).append(t.first_ns)
    found = []
    for template, one in zip(templates, series, strict=True):
        known_from = max(heard[template.service], window.start_ns)
        silence = template.first_ns - known_from
        if silence < _HEARD_BEFORE * (window.end_ns - window.start_ns):
            continue
        score = _surprise(template, known_from, window.end_ns)
        error = template.severity_number >= _ERROR
        first_error = error and min(troubled[template.service]) == template.first_ns
        if first_error:
            score = max(score, _LEAST_ERROR_SCORE + 1.0)
        if score >= (_LEAST_ERROR_SCORE if error else _LEAST_SCORE):
            found.append(_appeared(template, one, score))
    return found


def _surprise(template: LogTemplate, known_from: int, end_ns: int) -> float:
    """Robust standard deviations of all records falling after the first one by chance, when they
    are equally likely anywhere; records of one step count once, since they come in bursts."""
    steps = int(np.count_nonzero(template.counts))
    total = float(template.counts.sum())
    # The first record sets the onset, so it is no surprise itself.
    independent = max(steps - 1, 0) + 0.25 * max(np.log2(max(total / max(steps, 1), 1.0)), 0.0)
    before = (template.first_ns - known_from) / max(end_ns - known_from, 1)
    chance = (1 - before) ** independent
    return min(_HIGHEST, float(stats.norm.isf(max(chance, 1e-300))))


def _appeared(template: LogTemplate, series: Series, score: float) -> AnomalousSeries:
    last_step = (template.last_ns - template.start_ns) // template.step_ns
    over = last_step < len(template.counts) - max(3, len(template.counts) // 20)
    onset = from_ns(template.first_ns)
    return AnomalousSeries(
        AnomalyWindow(
            id="",
            key=series.key,
            direction=Direction.APPEARED,
            onset=onset,
            onset_earliest=onset,
            onset_latest=onset,
            end=from_ns(template.last_ns) if over else None,
            baseline=0.0,
            peak=float(series.values.max()),
            score=score,
            detector="novelty",
        ),
        series,
    )
