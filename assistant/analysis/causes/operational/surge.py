"""More visitors than the system was built for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured
from assistant.analysis.code.mechanisms import Mechanism
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import SeriesKey, Signal

# A surge is this many times the usual traffic, and at least this many requests a second more:
# a handful of sampled traces is no traffic.
_SURGE, _MORE_PER_S = 1.4, 0.5
_PROFILE = Profile("traffic_surge", "scale_out", frozenset({Mechanism.TRAFFIC, Mechanism.CAPACITY}))


def traffic_surge(clues: Clues) -> Iterator[OperationalCause]:
    """Requests at an entry rose before, or with, the trouble: more of the same work.

    Traffic that rises only behind an entry whose own traffic is steady is amplification (retries,
    a query in a loop), which a change makes, so it does not count. Where an entry counts its
    requests itself, spans do not: they may be sampled more densely when something fails."""
    counted = {
        s.key.service
        for s in clues.observation.series
        if s.key.signal is Signal.TRAFFIC and not _of_spans(s.key)
    }
    entries = [
        a
        for a in clues.scene.anomalies
        if _rose(a)
        and clues.scene.is_entry(a.window.service)
        and not (_of_spans(a.window.key) and a.window.service in counted)
        and clues.began(a)
    ]
    if not entries:
        return
    strongest = max(entries, key=_ratio)
    ratio = _ratio(strongest)
    evidence = [a.window.id for a in entries]
    parts = [
        part("more requests at an entry", 2.0, measured(strongest), evidence),
        part(
            "how many more",
            2.0,
            f"{ratio:.1f} times as many",
            value=math.log2(ratio) * 0.75,
        ),
    ]
    yield weigh(_PROFILE, f"Traffic rose {ratio:.1f}-fold", strongest.window.service, parts)


def _rose(anomaly: AnomalousSeries) -> bool:
    window = anomaly.window
    enough = max(_SURGE * window.baseline, window.baseline + _MORE_PER_S)
    return (
        window.signal is Signal.TRAFFIC
        and window.direction is Direction.ROSE
        and window.peak >= enough
        and window.baseline > 0
        and not window.key.peer
    )


def _ratio(anomaly: AnomalousSeries) -> float:
    return anomaly.window.peak / anomaly.window.baseline


def _of_spans(key: SeriesKey) -> bool:
    return bool(key.peer or key.operation) or key.name == "requests"
