"""Two witnesses of where a failure began that look inside of traces: in which service what used to
follow no longer does, and in which one time grew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.scene import Scene
from assistant.analysis.traces.journeys import END, START
from assistant.analysis.traces.regions import BrokenRegion
from assistant.analysis.traces.slowdowns import Slowdown
from assistant.domain.report import Finding

WIRE = "network latency"
_WEIGHT = 2.0  # traces tell one service's doing from another's, which levels alone do not
_DOUBT_NATS = 5.0  # a region this likely broken has half the belief
_MOST = 4


def broke_first(observation: Observation, scene: Scene) -> Opinion | None:
    """Belief in the services in which a region of code broke and nothing had broken before it, by
    the squares of their log-likelihoods: twice as sure has four times the belief."""
    by_service: dict[str, list[BrokenRegion]] = defaultdict(list)
    for region in observation.course.regions:
        by_service[region.service].append(region)
    nats = {s: max(r.nats * r.first for r in found) for s, found in by_service.items()}
    whole = sum(n**2 for n in nats.values()) + _DOUBT_NATS**2
    shares = {s: n**2 / whole for s, n in nats.items() if n > 0}
    if not shares:
        return None
    return Opinion(
        name="code broke here first",
        weight=_WEIGHT,
        shares=shares,
        reasons={s: _broke(by_service[s][0]) for s in shares},
        findings={s: tuple(map(_region, by_service[s][:_MOST])) for s in shares},
    )


def slowed(observation: Observation, scene: Scene) -> Opinion | None:
    """Belief in the services in which time grew, by how much of the usual time of the traces that
    pass: twice the usual time has half the belief, if nothing else grew."""
    by_service: dict[str, list[Slowdown]] = defaultdict(list)
    for slowdown in observation.course.slowdowns:
        by_service[slowdown.blamed].append(slowdown)
    grown = {s: _grown(found) for s, found in by_service.items()}
    whole = 1.0 + sum(grown.values())
    if not grown:
        return None
    return Opinion(
        name="time grew here",
        weight=_WEIGHT,
        shares={s: g / whole for s, g in grown.items()},
        reasons={s: f"{_slow(_largest(by_service[s]))}" for s in grown},
        findings={s: tuple(_slowdowns(by_service[s])) for s in grown},
    )


def _grown(found: Iterable[Slowdown]) -> float:
    """Times the usual time of a trace. Own time between two records is own time of the operation
    as well, so that only one of both counts."""
    parts: Mapping[bool, list[float]] = {True: [0.0], False: [0.0]}
    for s in found:
        parts[s.place.kind == "region"].append(s.share)
    return max(max(parts[True]), sum(parts[False]))


def _largest(found: Iterable[Slowdown]) -> Slowdown:
    return max(found, key=lambda s: (s.share, s.place))


def _broke(region: BrokenRegion) -> str:
    return (
        f"in {region.operation} “{_short(region.before, region)}” used to be followed by "
        f"“{_short(region.after, region)}” in {region.was:.0%} of the traces, now in "
        f"{region.now:.0%}; instead comes “{_short(region.instead, region)}”"
    )


def _region(region: BrokenRegion) -> Finding:
    names = (_name(region.before, region), _name(region.after, region))
    return Finding("region", _broke(region), region.nats * region.first, names)


def _slowdowns(found: Sequence[Slowdown]) -> Iterator[Finding]:
    """At most two: what is slow for several callers or in several operations is named once."""
    wires = [s for s in found if s.place.kind == "wire"]
    if wires:
        worst = max(wires, key=lambda s: s.nats)
        yield Finding("metric", _slow(worst), worst.nats, (f"{WIRE} p90",))
    if own := [s for s in found if s.place.kind != "wire"]:
        worst = max(own, key=lambda s: (s.share, s.place.kind == "region"))
        kind = "region" if worst.place.kind == "region" else "operation"
        more = len({s.place for s in own if s.place.kind == "own"} - {worst.place})
        text = _slow(worst) + (f"; as in {more} other operations" if more else "")
        names = tuple(n for n in worst.place.names if n not in (START, END))
        yield Finding(kind, text, max(s.nats for s in own), names or (worst.place.service,))


def _slow(s: Slowdown) -> str:
    ms = f"{s.was * 1000:.3g} → {s.now * 1000:.3g} ms (p90 {s.high * 1000:.3g} ms)"
    if s.place.kind == "wire":
        return f"{WIRE} of calls from {s.place.service} to {s.place.callee} {ms}"
    if s.place.kind == "region":
        before, after = (n[:80] for n in s.place.names)
        return f"time from “{before or 'start'}” to “{'end' if after == END else after}” {ms}"
    return f"own time of {s.place.names[0]} {ms}"


def _name(label: str, region: BrokenRegion) -> str:
    return region.operation if label in (START, END) else label


def _short(label: str, region: BrokenRegion) -> str:
    words = {START: f"the start of {region.operation}", END: f"the end of {region.operation}"}
    return words.get(label, label)[:80]
