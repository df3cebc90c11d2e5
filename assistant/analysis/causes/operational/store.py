"""A store (a database, a cache, a queue) that serves several and became slow for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.traces.calls import CallKind, Shift
from assistant.domain.anomaly import Direction
from assistant.domain.report import ScorePart
from assistant.domain.signals import Signal

_SLOW_MACHINE = Profile("noisy_neighbour", "reschedule", frozenset({Mechanism.CPU}))
_CROWD = Profile("foreign_load", "stop_job", frozenset({Mechanism.CPU, Mechanism.BATCH}))
_KINDS = 3  # of work that tell that all of it is slower
_NEARLY_ALL = 0.75
_APART = 3.0  # a kind of work that slowed so much more than the others has a cause of its own


def crowded_stores(clues: Clues) -> Iterator[OperationalCause]:
    """Every statement of every caller takes longer, the cheapest as well, and none stands out: no
    statement of ours became dearer, somebody else is using the store or its machine. Where all
    slowed by one factor the machine is slow, where all wait equally long they queue behind others'
    work (the method of Pu et al., "Understanding performance interference of I/O workload in
    virtualized cloud environments", CLOUD 2010, read from the victims' side). A service of ours
    that lost its spans is no store: see `network`."""
    stores: dict[str, dict[CallKind, Shift]] = defaultdict(dict)
    for kind, calls in clues.calls.items():
        answered = bool(calls.before.gaps or calls.after.gaps)
        theirs = not calls.query and kind.callee in clues.observation.detection.services
        if not answered and not theirs and (shift := calls.slower) is not None:
            stores[kind.callee][kind] = shift
    for store, shifts in stores.items():
        cause = _slow_for_all(store, shifts, clues)
        if cause is not None:
            yield cause


def _slow_for_all(
    store: str, shifts: Mapping[CallKind, Shift], clues: Clues
) -> OperationalCause | None:
    longer = [s for s in shifts.values() if s.after > s.before]
    moved = [s for s in shifts.values() if s.moved]
    callers = {kind.caller for kind in shifts}
    if len(shifts) < _KINDS or not moved or len(longer) < _NEARLY_ALL * len(shifts):
        return None
    outlier = _stands_out(list(shifts.values()))
    everybody = len(longer) / len(shifts)
    typical = float(np.median([s.factor for s in shifts.values()]))
    parts = [
        part(
            "all of its work is slower",
            6.0,
            f"{len(longer)} of {len(shifts)} kinds of work at {store} take longer, "
            f"typically {typical:.1f} times as long",
            clues.slow(store),
            value=everybody * min(1.0, np.log2(max(typical, 1.0))),
        )
    ]
    if len(callers) > 1:
        parts.append(part("whoever asks", 1.0, f"{len(callers)} services feel it"))
    if outlier:
        parts.append(part("one kind of work stands out", -3.5, "one slowed far more than the rest"))
    parts += _resources(store, clues)
    profile, how = (_SLOW_MACHINE, "is slow") if _by_factor(list(shifts.values())) else (
        _CROWD, "is busy with others' work"
    )  # fmt: skip
    return weigh(profile, f"{store} {how}", store, parts, decisive=not outlier)


def _resources(store: str, clues: Clues) -> Iterator[ScorePart]:
    shown = [
        a
        for a in clues.scene.everything
        if a.window.service == store
        and a.window.direction is Direction.ROSE
        and a.window.signal in (Signal.RESOURCE, Signal.SATURATION)
    ]
    if shown:
        yield part("it is busier", 0.5, measured(shown[0]), [a.window.id for a in shown])


def _stands_out(shifts: Sequence[Shift]) -> bool:
    """Whether one kind slowed far more than the others both by factor and by seconds."""
    factors = np.array([s.factor for s in shifts])
    added = np.array([s.after - s.before for s in shifts])
    by_factor = factors >= _APART * np.median(factors)
    by_seconds = added >= _APART * max(float(np.median(added)), 1e-3)
    return bool(np.any(by_factor & by_seconds))


def _by_factor(shifts: Sequence[Shift]) -> bool:
    """Whether one factor tells the slowdown better than one number of added seconds."""
    factors = np.log([s.factor for s in shifts])
    added = np.log([max(s.after - s.before, 1e-4) for s in shifts])
    return float(np.std(factors)) <= float(np.std(added))
