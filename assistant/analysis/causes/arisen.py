"""Two witnesses of where a failure began: where the extra time of requests arose, and where the
extra failures did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.analysis.causes.answered import Bins, answered, tells_success
from assistant.analysis.causes.excess import Books, Excess, excesses
from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.scene import Scene
from assistant.domain.signals import Series, Signal
from assistant.domain.window import to_ns

# The say of a witness: of what was asked about, of something else, of what nobody asked about: who
# suffers is then a guess of ours.
_ASKED, _ASIDE, _GUESSED = 2.0, 1.0, 0.5
_FEWEST = 5  # bins of good time, below which nothing is known of its spread


def extra_time(observation: Observation, scene: Scene) -> Opinion | None:
    """Belief by how much of the target's extra time arose at each service itself."""
    return _opinion("extra time arose here", Signal.LATENCY, observation, scene)


def extra_failures(observation: Observation, scene: Scene) -> Opinion | None:
    """Belief by how much of the target's extra failures arose at each service itself."""
    return _opinion("extra failures arose here", Signal.ERRORS, observation, scene)


def _opinion(name: str, signal: Signal, observation: Observation, scene: Scene) -> Opinion | None:
    target = scene.symptom_service or observation.question.service
    books = _books(observation, scene, target)
    asked = _asked(observation)
    found = excesses(books, target, signal, reported=asked is signal) if books else []
    whole = max(sum(e.own for e in found), sum(e.total for e in found if e.service == target))
    if whole <= 0:
        return None
    return Opinion(
        name=name,
        weight=_weight(observation, asked, signal),
        shares={e.service: e.own / whole for e in found if e.own > 0},
        reasons={e.service: _reason(e, whole, signal, target) for e in found},
    )


def _weight(observation: Observation, asked: Signal | None, signal: Signal) -> float:
    if not observation.question.service:
        return _GUESSED
    return _ASKED if asked in (None, signal) else _ASIDE


def _reason(excess: Excess, whole: float, signal: Signal, target: str) -> str:
    share = f"{excess.own / whole:.0%} of what {target} suffers more than usual"
    if signal is Signal.LATENCY:
        own = excess.own
        time = f"{own:.2f} s" if own >= 1 else f"{own * 1000:.3g} ms"
        amount = f"{time} more for each request of {target}"
    else:
        amount = f"{excess.own * 100:.3g} more failures for each 100 requests of {target}"
    began = f"; it began to call {', '.join(excess.newcomers)}" if excess.newcomers else ""
    return f"{amount}, {share}, arose in the service itself{began}"


def _asked(observation: Observation) -> Signal | None:
    """What the metric in question is about; None where that is not known."""
    named = [s.key for s in observation.series if s.key.name == observation.question.metric]
    signals = {Signal.ERRORS if tells_success(k) else k.signal for k in named}
    return next((s for s in (Signal.ERRORS, Signal.LATENCY) if s in signals), None)


def _books(observation: Observation, scene: Scene, target: str) -> Books | None:
    """Good time is the one that the question names, else that before the onset."""
    bins = _bins(observation.series, target)
    now = answered(observation.series, bins, observation.question.metric)
    if observation.usual:
        usual = answered(observation.usual, bins, observation.question.metric)
        return Books(now, usual, scene.graph)
    if scene.onset is None:
        return None
    start = (to_ns(scene.onset) - observation.window.start_ns) // observation.step_ns
    onset = int(start) // bins.steps
    if onset < _FEWEST:
        return None
    return Books(
        {name: one.cut(onset, None) for name, one in now.items()},
        {name: one.cut(0, onset) for name, one in now.items()},
        scene.graph,
    )


def _bins(series: Sequence[Series], target: str) -> Bins:
    """As wide as the samples of the target are apart."""
    apart = [
        float(np.median(np.diff(known)))
        for s in series
        if s.key.service == target and len(known := np.flatnonzero(np.isfinite(s.values))) > 1
    ]
    return Bins(max(1, round(min(apart, default=1.0))))
