"""Answers that are ready in time and arrive late: the way to a service, or the machine under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.traces.calls import Calls, Shift, pooled
from assistant.domain.anomaly import Direction
from assistant.domain.report import ScorePart
from assistant.domain.signals import Signal

_NETWORK = Profile(
    "network_loss", "repair_network", frozenset({Mechanism.NETWORK, Mechanism.TIMEOUT})
)
_MACHINE = Profile("node_trouble", "reschedule", frozenset({Mechanism.CPU}))


def late_answers(clues: Clues) -> Iterator[OperationalCause]:
    """Calls to a service take longer while its own part of them does not: the time is lost before
    its code begins or after it has ended. Where its processor became busy with no more to do, the
    machine is slow; else the network is (the round trip apart from the processing time, as in
    Aguilera et al., "Performance debugging for distributed systems of black boxes", SOSP 2003)."""
    called: dict[str, dict[str, list[Calls]]] = defaultdict(lambda: defaultdict(list))
    for kind, calls in clues.calls.items():
        called[kind.callee][kind.caller].append(calls)
    for callee, by_caller in called.items():
        parts = _lost_on_the_way(callee, by_caller, clues) or _calm_callee(callee, by_caller, clues)
        if parts:
            yield _judged(callee, parts, clues)


def _lost_on_the_way(
    callee: str, by_caller: dict[str, list[Calls]], clues: Clues
) -> list[ScorePart]:
    whole = pooled(c for calls in by_caller.values() for c in calls)
    lost = whole.farther
    if lost is None or not lost.scattered:
        return []
    each = [s for calls in by_caller.values() if (s := pooled(calls).farther) is not None]
    parts = [
        part(
            "time lost between caller and callee",
            6.5,
            f"of a call to {callee}, {_ms(lost.mean)} pass outside of {callee}'s own work, before "
            f"the onset {_ms(lost.before)}",
            clues.slow(callee),
            value=0.5 + 0.5 * lost.beyond,
        )
    ]
    return parts + _agreement(callee, each)


def _calm_callee(callee: str, by_caller: dict[str, list[Calls]], clues: Clues) -> list[ScorePart]:
    """The same without spans of the callee: its own metrics say that it answers as fast as ever."""
    if callee not in clues.observation.detection.services:
        return []
    kinds = [c for calls in by_caller.values() for c in calls]
    if any(c.query or c.before.gaps or c.after.gaps for c in kinds):
        return []
    shifts = [s for c in kinds if (s := c.slower) is not None]
    times = [
        s.key
        for s in clues.observation.series
        if s.key.service == callee and s.key.signal is Signal.LATENCY and not s.key.peer
    ]
    rose = any(
        a.window.service == callee
        and a.window.signal is Signal.LATENCY
        and a.window.direction is Direction.ROSE
        for a in clues.scene.everything
    )
    moved = sum(s.moved for s in shifts)
    if not times or rose or not moved or 2 * moved < len(shifts):
        return []
    slowest = max(shifts, key=lambda s: s.factor)
    reason = (
        f"calls to {callee} take {_ms(slowest.after)}, before the onset {_ms(slowest.before)}, "
        f"while {callee} measures no longer times itself"
    )
    parts = [part("time lost between caller and callee", 5.0, reason, clues.slow(callee))]
    return parts + _agreement(callee, shifts)


def _agreement(callee: str, shifts: Sequence[Shift]) -> list[ScorePart]:
    moved = sum(s.scattered for s in shifts)
    spared = sum(s.beyond == 0 for s in shifts)
    if spared:
        reason = f"{spared} of {len(shifts)} callers reach {callee} as fast as ever"
        return [part("some callers are not affected", -1.5, reason)]
    if moved > 1:
        return [part("whoever calls", 1.0, f"all {moved} callers of {callee} lose time")]
    return []


def _judged(callee: str, parts: list[ScorePart], clues: Clues) -> OperationalCause:
    unanimous = all(p.weight > 0 for p in parts)
    if busy := clues.busy_processor(callee):
        ids = [a.window.id for a in busy]
        parts.append(part("its processor is busier", 1.0, measured(busy[0]), ids))
        return weigh(
            _MACHINE, f"The machine of {callee} is slow", callee, parts, decisive=unanimous
        )
    return weigh(
        _NETWORK, f"Messages to {callee} are lost or late", callee, parts, decisive=unanimous
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
