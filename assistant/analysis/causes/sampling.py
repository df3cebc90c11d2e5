"""What sampled spans seem to show and a service's own counts deny.

Tracing keeps some requests and drops others, often more of them when something fails (tail
sampling), so rates and thin percentiles of spans change with the sampler. A service's own metrics
see every request (OpenTelemetry, "Sampling": metrics are recorded before spans are dropped).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from assistant.analysis.causes.naming import about
from assistant.domain.anomaly import AnomalousSeries
from assistant.domain.signals import Series, SeriesKey, Signal

_THIN = 5.0  # spans a step, on average, from which a percentile or a ratio is no accident
_MEASURED = (Signal.TRAFFIC, Signal.ERRORS, Signal.LATENCY)


def from_spans(key: SeriesKey) -> bool:
    """Whether a series was computed from spans rather than sent as a metric."""
    return bool(key.peer or key.operation) or key.name == "requests"


def denied(
    anomalies: Sequence[AnomalousSeries], series: Sequence[Series], names: Collection[str]
) -> frozenset[str]:
    """Ids of windows in thin series of spans, where the service measures the same signal itself
    and none of its own series of it is unusual. `names` are all services."""
    own: dict[tuple[str, Signal, str], set[SeriesKey]] = defaultdict(set)
    for one in series:
        if one.key.signal in _MEASURED and not from_spans(one.key):
            own[_subject(one.key, names)].add(one.key)
    unusual = {a.window.key for a in anomalies}
    return frozenset(
        a.window.id
        for a in anomalies
        if from_spans(a.window.key)
        and _thin(a.series)
        and (counted := own.get(_subject(a.window.key, names), set()))
        and not counted & unusual
    )


def _subject(key: SeriesKey, names: Collection[str]) -> tuple[str, Signal, str]:
    """Service, signal, and whom the calls go to."""
    return key.service, key.signal, about(key, [n for n in names if n != key.service])


def _thin(series: Series) -> bool:
    if series.weights is None:
        return False
    held = series.weights[series.weights > 0]
    return len(held) > 0 and float(np.mean(held)) < _THIN
