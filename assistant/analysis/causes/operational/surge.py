"""More visitors than the system was built for."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

import numpy as np

from assistant.analysis.causes.naming import about
from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured
from assistant.analysis.causes.sampling import from_spans
from assistant.analysis.code.mechanisms import Mechanism
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.report import ScorePart
from assistant.domain.signals import SeriesKey, Signal

# A surge is this many times the usual traffic, and at least this many requests a second more:
# a handful of sampled traces is no traffic.
_SURGE, _MORE_PER_S = 1.4, 0.5
_SURE = 2.0
_SEVERAL, _NEARLY_ALL = 3, 0.8  # services
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
        for a in clues.scene.everything
        if _rose(a)
        and clues.goes_on(a)
        and _leads_here(a.window.service, clues)
        and (a.window.key in counted or _only_spans_tell(a.window.key, counted))
        and clues.began(a, _CLIMB)
        and _most_rose(a.window.service, counted, clues)
    ]
    everybody = _everybody(clues)
    if entries:
        strongest = max(entries, key=_ratio)
        # No change makes visitors come; where their number is not counted, it is only inferred.
        sure = strongest.window.key in counted and _ratio(strongest) >= _SURE
        yield _cause(strongest, [a.window.id for a in entries], everybody, sure=sure)
    elif everybody:
        busier = [a for a in clues.scene.everything if _rose_at_all(a) and clues.goes_on(a)]
        strongest = max(busier, key=_ratio)
        yield _cause(strongest, [a.window.id for a in busier], everybody, sure=False)


def _cause(
    strongest: AnomalousSeries, evidence: list[str], everybody: list[ScorePart], *, sure: bool
) -> OperationalCause:
    ratio = _ratio(strongest)
    more = part("how many more", 3.0, f"{ratio:.1f} times as many", value=math.log2(ratio) / 2)
    entry = part("more requests", 2.0, measured(strongest), evidence)
    title, service = f"Traffic rose {ratio:.1f}-fold", strongest.window.service
    return weigh(_PROFILE, title, service, [entry, more, *everybody], decisive=sure)


def _everybody(clues: Clues) -> list[ScorePart]:
    """Nearly every service that counts its work has more of it, in about the same proportion.
    Retries and loops multiply the work below one caller, visitors that of all."""
    factors: dict[str, list[float]] = defaultdict(list)
    for series in clues.observation.series:
        if series.key.signal is Signal.TRAFFIC and not from_spans(series.key):
            levels = clues.levels(series)
            if levels is not None and levels[0] > 0:
                factors[series.key.service].append(levels[1] / levels[0])
    typical = [float(np.median(several)) for several in factors.values()]
    busier = [f for f in typical if f >= _SURGE]
    rose = {a.window.service for a in clues.scene.everything if _rose_at_all(a)}
    if len(typical) < _SEVERAL or len(busier) < _NEARLY_ALL * len(typical) or len(rose) < _SEVERAL:
        return []
    reason = f"{len(busier)} of {len(typical)} services have more to do, typically "
    return [part("everybody has more to do", 1.5, f"{reason}{np.median(busier):.1f} times as much")]


def _leads_here(service: str, clues: Clues) -> bool:
    """Whether requests enter at the service, and reach what is affected."""
    reached = clues.scene.graph.downstream(service) | {service}
    return clues.scene.is_entry(service) and bool(reached.intersection(clues.scene.services))


def _counted(clues: Clues) -> frozenset[SeriesKey]:
    """Series in which a service counts the requests that come to it."""
    services = clues.observation.detection.services | clues.scene.graph.services
    return frozenset(
        s.key
        for s in clues.observation.series
        if s.key.signal is Signal.TRAFFIC
        and not from_spans(s.key)
        and not about(s.key, services - {s.key.service})
    )


def _counting(service: str, counted: Iterable[SeriesKey]) -> list[SeriesKey]:
    return [key for key in counted if key.service == service]


def _only_spans_tell(key: SeriesKey, counted: Iterable[SeriesKey]) -> bool:
    return from_spans(key) and not _counting(key.service, counted)


def _most_rose(service: str, counted: Iterable[SeriesKey], clues: Clues) -> bool:
    """Requests bring all that is counted with them; what rises alone has its own cause."""
    keys = _counting(service, counted)
    rose = {a.window.key for a in clues.scene.everything if _rose(a)}
    return not keys or 2 * len(rose.intersection(keys)) > len(keys)


def _rose_at_all(anomaly: AnomalousSeries) -> bool:
    return _rose(anomaly) and not from_spans(anomaly.window.key)


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
