"""Regions of code that broke: between two events inside a span, where what used to follow no
longer does.

For each event of a service, what follows it is counted at a good time and now, in the manner of
spectrum-based fault localisation over event graphs: each trace has one vote however often it
passes, and calls from different callers are compared apart, so that a different mix of requests is
no difference. The likelihood-ratio statistic (Wilks, 1938) is maximised over when the change may
have come (a scan statistic: Naus, 1965; the splits tried count as tests), and the share of false
discoveries is held at 5 % (Benjamini and Hochberg, 1995). In each trace only the first of several
breaks is blamed: what breaks after it may follow from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.stats import chi2

from assistant.analysis.traces.journeys import END, Journey, Passage, Site
from assistant.domain.signals import Floats

FALSE_DISCOVERY_RATE = 0.05
_SPLITS = 12  # moments at which the change may have come
_FEWEST = 3.0  # traces on either side
_EXCESS = 2.0  # times as often as expected, for a passage to count as deviating
_WARN = 13  # OpenTelemetry severity

Event = tuple[str, str]  # service and label


@dataclass(frozen=True, slots=True)
class BrokenRegion:
    """After `before`, `after` used to follow in `was` of the traces and now does in `now`; most
    often `instead` comes. `nats` is the log of the likelihood ratio, `first` the share of the
    traces that deviate here in which nothing deviated earlier. START and END stand for the start
    and the end of the span that serves `operation`."""

    service: str
    operation: str
    before: str
    after: str
    instead: str
    was: float
    now: float
    nats: float
    first: float
    traces: int  # that deviate here
    example: str  # id of one of them


@dataclass(slots=True)
class _Cell:
    """What follows an event at one site: label → traces, at a good time and now by bin."""

    good: Counter[str] = field(default_factory=Counter)
    now: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Break:
    region: BrokenRegion
    chance: float
    split: int
    deviating: frozenset[str]  # labels that come more often than expected


def broken_regions(good: Sequence[Journey], now: Sequence[Journey]) -> list[BrokenRegion]:
    """What broke in `now` (in order of start) against `good` and against the earlier part of `now`
    itself, the likeliest origin first. Without `good`, the earlier part alone is compared with."""
    bins = [i * _SPLITS // len(now) for i in range(len(now))]
    passages = [j.passages for j in now]
    cells = _counted(good, passages, bins)
    severities = {p.after: p.severity for ps in passages for p in ps}
    found = [b for e, sites in cells.items() if (b := _broken(e, sites, severities)) is not None]
    return _blamed(_discoveries(found, len(cells)), now, passages, bins)


def _counted(
    good: Sequence[Journey], now: Sequence[Sequence[Passage]], bins: Sequence[int]
) -> Mapping[Event, Mapping[Site, _Cell]]:
    cells: dict[Event, dict[Site, _Cell]] = defaultdict(lambda: defaultdict(_Cell))
    for journey in good:
        for passage, vote in _votes(journey.passages):
            cell = cells[passage.site.service, passage.before][passage.site]
            cell.good[passage.after] += vote  # type: ignore[assignment]
    for position, passages in zip(bins, now, strict=True):
        for passage, vote in _votes(passages):
            cell = cells[passage.site.service, passage.before][passage.site]
            cell.now.setdefault(passage.after, np.zeros(_SPLITS))[position] += vote
    return cells


def _votes(passages: Sequence[Passage]) -> Iterator[tuple[Passage, float]]:
    """Each trace has one vote at each event of each site."""
    times = Counter((p.site, p.before) for p in passages)
    return ((p, 1.0 / times[p.site, p.before]) for p in passages)


def _broken(
    event: Event, sites: Mapping[Site, _Cell], severities: Mapping[str, int]
) -> _Break | None:
    tables = {site: table for site, cell in sites.items() if (table := _Table.of(cell)) is not None}
    if not tables:
        return None
    gains = np.sum([t.gains() for t in tables.values()], axis=0)
    freedom = sum(len(t.labels) - 1 for t in tables.values())
    if not freedom:
        return None
    split = int(np.argmax(gains))
    if gains[split] <= 0:
        return None
    balance: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for table in tables.values():
        for label, seen, due in table.at(split):
            balance[label] += seen - due  # type: ignore[assignment]
            expected[label] += due  # type: ignore[assignment]
    lost = min(balance, key=lambda label: (balance[label], label))
    gained = max(balance, key=lambda label: (balance[label], label))
    if lost == END and severities.get(gained, 0) < _WARN:
        return None  # more happens than before, and nothing complains: no break
    total = sum(expected.values())
    busiest = max(tables, key=lambda site: tables[site].size)
    region = BrokenRegion(
        service=event[0],
        operation=busiest.operation,
        before=event[1],
        after=lost,
        instead=gained,
        was=expected[lost] / total,
        now=(expected[lost] + balance[lost]) / total,
        nats=float(gains[split]) / 2,
        first=0.0,
        traces=0,
        example="",
    )
    deviating = {x for x in balance if expected[x] + balance[x] >= _EXCESS * max(expected[x], 0.05)}
    chance = min(1.0, float(chi2.sf(gains[split], freedom)) * _SPLITS)
    return _Break(region, chance, split, frozenset(deviating))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One cell as arrays: labels × (good, bins of now)."""

    labels: tuple[str, ...]
    good: Floats
    now: Floats

    @classmethod
    def of(cls, cell: _Cell) -> _Table | None:
        """None where one label is all there is, or where now is unheard of."""
        labels = tuple(sorted({*cell.good, *cell.now}))
        if not cell.now or len(labels) < 2:
            return None
        nothing = np.zeros(_SPLITS)
        return cls(
            labels,
            np.array([float(cell.good[x]) for x in labels]),
            np.stack([cell.now.get(x, nothing) for x in labels]),
        )

    @property
    def size(self) -> float:
        return float(self.now.sum())

    def _sides(self) -> tuple[Floats, Floats]:
        """(labels × splits) before and from each split on."""
        total = self.now.sum(axis=1, keepdims=True)
        earlier = np.cumsum(self.now, axis=1) - self.now
        return self.good[:, None] + earlier, total - earlier

    def gains(self) -> Floats:
        """G statistic for each split; 0 where a side is too thin."""
        before, after = self._sides()
        n, m = before.sum(axis=0), after.sum(axis=0)
        pooled = (before + after) / np.maximum(n + m, 1e-9)
        gains = 2 * (_cross(before, pooled * n) + _cross(after, pooled * m))
        return np.where((n >= _FEWEST) & (m >= _FEWEST), gains.sum(axis=0), 0.0)

    def at(self, split: int) -> Iterator[tuple[str, float, float]]:
        """(label, seen after the split, due by what was before it)."""
        before, after = (side[:, split] for side in self._sides())
        if before.sum() < _FEWEST or after.sum() < _FEWEST:
            return
        due = before / before.sum() * after.sum()
        yield from zip(self.labels, after.tolist(), due.tolist(), strict=True)


def _cross(observed: Floats, expected: Floats) -> Floats:
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=observed > 0)
    return np.asarray(observed * np.log(ratio))


def _discoveries(found: Sequence[_Break], tested: int) -> list[_Break]:
    ranked = sorted(found, key=lambda b: (b.chance, -b.region.nats))
    passed = 0
    for rank, one in enumerate(ranked, 1):
        if one.chance <= FALSE_DISCOVERY_RATE * rank / max(tested, 1):
            passed = rank
    return ranked[:passed]


def _blamed(
    breaks: Sequence[_Break],
    journeys: Sequence[Journey],
    passages: Sequence[Sequence[Passage]],
    bins: Sequence[int],
) -> list[BrokenRegion]:
    """With `first`, `traces` and `example` filled in; by the log-likelihood that is left when a
    break counts only where it came first."""
    known = {(b.region.service, b.region.before): b for b in breaks}
    where: dict[Event, list[str]] = defaultdict(list)
    first: Counter[Event] = Counter()
    for journey, walked, position in zip(journeys, passages, bins, strict=True):
        deviations = sorted(
            (p.at_ns, event)
            for p in walked
            if (event := (p.site.service, p.before)) in known
            and position >= known[event].split
            and p.after in known[event].deviating
        )
        if deviations:
            first[deviations[0][1]] += 1
        for event in {event for _, event in deviations}:
            where[event].append(journey.trace_id)
    found = [
        replace(
            known[event].region,
            first=first[event] / len(traces),
            traces=len(traces),
            example=traces[0],
        )
        for event, traces in where.items()
    ]
    return sorted(found, key=lambda r: (-r.nats * r.first, r.service, r.before))
