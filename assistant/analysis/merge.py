"""One window per service: the anomaly windows of all its signals taken together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow
from assistant.domain.signals import Signal

_RELIABLE = 0.2  # of the service's strongest score
_CERTAIN = 6.0


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """When a service was not itself: from the earliest reliable onset over its signals. `inferred`
    where the service sends no telemetry and its callers' spans speak for it."""

    service: str
    onset: datetime
    onset_earliest: datetime
    onset_latest: datetime
    end: datetime | None
    score: float
    signals: tuple[Signal, ...]
    anomaly_ids: tuple[str, ...]
    inferred: bool = False

    @property
    def ongoing(self) -> bool:
        return self.end is None


def merge(
    anomalies: Iterable[AnomalousSeries], observed: Collection[str] | None = None
) -> Mapping[str, ServiceWindow]:
    """Service → its window, earliest onset first. A series about a peer speaks for its caller,
    and for the peer too when `observed` (the services that send telemetry) lacks the peer."""
    own: dict[str, list[AnomalyWindow]] = defaultdict(list)
    about: dict[str, list[AnomalyWindow]] = defaultdict(list)
    for anomaly in anomalies:
        own[anomaly.window.service].append(anomaly.window)
        peer = anomaly.window.key.peer
        if peer and observed is not None and peer not in observed:
            about[peer].append(anomaly.window)
    merged = [_merged(name, windows, inferred=False) for name, windows in own.items()]
    merged += [_merged(name, windows, inferred=True) for name, windows in about.items()]
    return {m.service: m for m in sorted(merged, key=lambda m: (m.onset, m.service))}


def _merged(service: str, windows: list[AnomalyWindow], *, inferred: bool) -> ServiceWindow:
    peak = max(w.score for w in windows)
    reliable = [
        w for w in windows if w.score >= min(_CERTAIN, peak) and w.score >= _RELIABLE * peak
    ]
    first = min(reliable, key=lambda w: (w.onset, w.onset_latest))
    ends = [w.end for w in windows if w.end is not None]
    return ServiceWindow(
        service=service,
        onset=first.onset,
        onset_earliest=first.onset_earliest,
        onset_latest=first.onset_latest,
        end=max(ends) if len(ends) == len(windows) else None,
        score=peak,
        signals=tuple(sorted({w.signal for w in windows})),
        anomaly_ids=tuple(w.id for w in windows),
        inferred=inferred,
    )
