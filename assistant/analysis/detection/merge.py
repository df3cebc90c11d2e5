"""One window per service: the anomaly windows of all its signals taken together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.domain.anomaly import AnomalousSeries, AnomalyWindow
from assistant.domain.signals import Signal

# An onset is reliable from this share of the strongest score on, or from this score on.
_RELIABLE, _CERTAIN = 0.2, 6.0
_GAP = timedelta(minutes=5)


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
    peak = max(windows, key=lambda w: w.score)
    reliable = [w for w in windows if w.score >= min(_CERTAIN, _RELIABLE * peak.score)]
    first = peak
    for window in sorted(reliable, key=lambda w: w.onset, reverse=True):
        # What was over before the rest began is another story.
        if window.onset <= first.onset and (window.end is None or window.end >= first.onset - _GAP):
            first = window
    ends = [w.end for w in windows if w.end is not None]
    return ServiceWindow(
        service=service,
        onset=first.onset,
        onset_earliest=first.onset_earliest,
        onset_latest=first.onset_latest,
        end=max(ends) if len(ends) == len(windows) else None,
        score=peak.score,
        signals=tuple(sorted({w.signal for w in windows})),
        anomaly_ids=tuple(w.id for w in windows),
        inferred=inferred,
    )
