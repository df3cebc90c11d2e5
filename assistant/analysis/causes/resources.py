"""A witness of where a failure began: the service whose own resources are unlike themselves.

CPU, memory, disk or packets of a service are its own: unlike latency and errors they do not climb
along calls. How far a series has moved is judged by how far the same metric moves anywhere, at any
time: a metric that jumps now and then somewhere says nothing when it jumps. The tail of those
moves is fitted by Hill's estimator ("A simple general approach to inference about the tail of a
distribution", Annals of Statistics 3, 1975), which tells rare moves from very rare ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.scene import Scene
from assistant.domain.report import Finding
from assistant.domain.signals import Floats, SeriesKey, Signal
from assistant.domain.window import to_ns

_RESOURCES = (Signal.RESOURCE, Signal.SATURATION)
_WEIGHT = 1.0
_DOUBT_NATS = 5.0
_LEAST_NATS = float(np.log(20))  # a chance of 5 % over all series together (Bonferroni)
_LATEST = 3  # values from the moment in question on
_ENOUGH = 8  # values of usual time below which nothing is known of a series
_TAIL = 0.1  # of the moves
_PEERS = 5  # services with the metric, below which a move has nothing to be compared with
_FEWEST = 30  # moves below which nothing is known of their tail
_EPSILON = 1e-3
_SAME = 0.99  # correlation at which two metrics are one


@dataclass(frozen=True, slots=True, eq=False)
class _History:
    """A series in usual time, and its middle value from the moment in question on."""

    key: SeriesKey
    values: Floats
    usual: Floats
    now: float

    @property
    def level(self) -> float:
        return float(np.median(self.usual))

    @property
    def spread(self) -> float:
        return float(1.4826 * np.median(np.abs(self.usual - self.level)))


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """How far a series has moved, in its usual spreads, and the moves it made in usual time."""

    history: _History
    move: float
    moves: Floats


def own_resources(observation: Observation, scene: Scene) -> Opinion | None:
    """Belief in the services whose resources made a move that is rare among all moves of the
    metric, by the squares of the log-likelihoods. Needs services with the same metric."""
    groups = [_moved(peers) for peers in _by_metric(_histories(observation)).values()]
    by_service: dict[str, list[tuple[_History, float]]] = defaultdict(list)
    for moved in groups:
        for history, rarity in _rare(moved):
            by_service[history.key.service].append((history, rarity))
    tests = np.log(max(1, sum(map(len, groups))))
    rarest = {s: max(n for _, n in found) - tests for s, found in by_service.items()}
    nats = {s: float(n) for s, n in rarest.items() if n > _LEAST_NATS}
    if not nats:
        return None
    whole = sum(n**2 for n in nats.values()) + _DOUBT_NATS**2
    findings = {s: tuple(_findings(by_service[s])) for s in nats}
    return Opinion(
        name="its resources stand out",
        weight=_WEIGHT,
        shares={s: n**2 / whole for s, n in nats.items()},
        reasons={s: findings[s][0].text for s in nats},
        findings=findings,
    )


def _histories(observation: Observation) -> Iterator[_History]:
    at_ns = to_ns(observation.question.at)
    good = {s.key: s for s in observation.usual}
    for series in observation.series:
        if series.key.signal not in _RESOURCES:
            continue
        known = np.isfinite(series.values)
        earlier = known & (series.times_ns() < at_ns)
        later = series.values[known & ~earlier][:_LATEST]
        usual = series.values[earlier]
        if (one := good.get(series.key)) is not None:
            usual = np.concatenate([one.values[np.isfinite(one.values)], usual])
        if len(later) and len(usual) >= _ENOUGH:
            yield _History(series.key, series.values, usual, float(np.median(later)))


def _by_metric(histories: Iterable[_History]) -> Mapping[tuple[str, str], list[_History]]:
    """What moves alike for several services (the machine they share) is nobody's own."""
    groups: dict[tuple[str, str], list[_History]] = defaultdict(list)
    for one in histories:
        groups[one.key.name, one.key.statistic].append(one)
    return {
        name: [h for h in peers if seen[h.level, h.now] == 1]
        for name, peers in groups.items()
        for seen in [Counter((h.level, h.now) for h in peers)]
    }


def _moved(peers: Sequence[_History]) -> list[_Moved]:
    """A series that hardly moved so far is granted half the middle spread of its peers."""
    if len(peers) < _PEERS:
        return []
    least = float(np.median([h.spread for h in peers])) / 2 + _EPSILON
    found = []
    for one in peers:
        spread = max(one.spread, least, _EPSILON * abs(one.level))
        moves = np.abs(_medians(one.usual) - one.level) / spread
        found.append(_Moved(one, abs(one.now - one.level) / spread, moves))
    return found


def _medians(values: Floats) -> Floats:
    """Of every few values that follow each other."""
    if len(values) <= _LATEST:
        return values
    return np.median(np.lib.stride_tricks.sliding_window_view(values, _LATEST), axis=1)


def _rare(peers: Sequence[_Moved]) -> Iterator[tuple[_History, float]]:
    """Each series with how rare its move is: minus the log of its chance."""
    moves = np.sort(np.concatenate([p.moves for p in peers] or [np.zeros(0)]))
    count = int(len(moves) * _TAIL)
    if len(moves) < _FEWEST or count < 2:
        return
    start = max(float(moves[-count - 1]), 1.0)
    excess = np.log(np.maximum(moves[-count:], start) / start)
    # One more move of twice the threshold, so that a tail without moves is not infinitely thin.
    tail = (float(excess.sum()) + np.log(2.0)) / (count + 1)
    for peer in peers:
        if peer.move > start:
            yield peer.history, float(np.log(1 / _TAIL) + np.log(peer.move / start) / tail)


def _findings(found: Sequence[tuple[_History, float]]) -> Iterator[Finding]:
    """Rarest first; metrics that move as one (a usage and its share of the limit) are one."""
    left = sorted(found, key=lambda pair: (-pair[1], pair[0].key.label()))
    while left:
        (first, nats), *rest = left
        same = [pair for pair in rest if _alike(first.values, pair[0].values)]
        names = (first.key.name, *(m.key.name for m, _ in same))
        text = f"{' and '.join(names)} {first.level:.3g} → {first.now:.3g}"
        yield Finding("metric", text, nats, names)
        left = [pair for pair in rest if pair not in same]


def _alike(one: Floats, other: Floats) -> bool:
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3 or not np.ptp(one[known]) or not np.ptp(other[known]):
        return False
    return float(np.corrcoef(one[known], other[known])[0, 1]) >= _SAME
