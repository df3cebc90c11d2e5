"""More visitors than the system was built for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, about, measured
from assistant.analysis.code.mechanisms import Mechanism
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import SeriesKey, Signal

# A surge is this many times the usual traffic, and at least this many requests a second more:
# a handful of sampled traces is no traffic.
_SURGE, _MORE_PER_S = 1.4, 0.5
_SURE = 2.0
# A surge builds up: what is short of room gives in before the level has settled.
_CLIMB = timedelta(minutes=5)
_PROFILE = Profile("traffic_surge", "scale_out", frozenset({Mechanism.TRAFFIC, Mechanism.CAPACITY}))


def traffic_surge(clues: Clues) -> Iterator[OperationalCause]:
    """Requests at an entry rose before, or with, the trouble: more of the same work.

    Traffic that rises only behind an entry whose own traffic is steady is amplification (retries,
    a query in a loop), which a change makes, so it does not count. Where an entry counts its
    requests itself, spans do not: they may be sampled more densely when something fails."""
    counted = _counted(clues)
    entries = [
        a
        for a in clues.scene.anomalies
        if _rose(a)
        and clues.scene.is_entry(a.window.service)
        and (a.window.key in counted or not _counting(a.window.service, counted))
        and clues.began(a, _CLIMB)
        and _most_rose(a.window.service, counted, clues)
    ]
    if not entries:
        return
    strongest = max(entries, key=_ratio)
    ratio = _ratio(strongest)
    evidence = [a.window.id for a in entries]
    # No change makes visitors come; where their number is not counted, it is only inferred.
    sure = strongest.window.key in counted and ratio >= _SURE
    parts = [
        part("more requests at an entry", 2.0, measured(strongest), evidence),
        part(
            "how many more",
            3.0,
            f"{ratio:.1f} times as many",
            value=math.log2(ratio) / 2,
        ),
    ]
    yield weigh(
        _PROFILE, f"Traffic rose {ratio:.1f}-fold", strongest.window.service, parts, decisive=sure
    )


def _counted(clues: Clues) -> frozenset[SeriesKey]:
    """Series in which a service counts the requests that come to it."""
    services = clues.observation.detection.services | clues.scene.graph.services
    return frozenset(
        s.key
        for s in clues.observation.series
        if s.key.signal is Signal.TRAFFIC
        and not _of_spans(s.key)
        and not about(s.key, services - {s.key.service})
    )


def _counting(service: str, counted: Iterable[SeriesKey]) -> list[SeriesKey]:
    return [key for key in counted if key.service == service]


def _most_rose(service: str, counted: Iterable[SeriesKey], clues: Clues) -> bool:
    """Requests bring all that is counted with them; what rises alone has its own cause."""
    keys = _counting(service, counted)
    rose = {a.window.key for a in clues.rising}
    return not keys or 2 * len(rose.intersection(keys)) > len(keys)


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
