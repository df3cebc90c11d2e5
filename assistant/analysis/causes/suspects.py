"""Every change before the onset gets a score whose parts are shown.

The score is a logistic model over named parts (each 0..1): its weights stand in `WEIGHTS` and
nowhere else. The parts follow change-impact and spectrum ideas used in the field: time order and
temporal proximity, topological distance to the first failing service, and the textual and
structural likeness of the hunks with the symptoms (information retrieval for bug localisation,
Zhou et al. 2012).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from assistant.analysis.causes.bearing import Bearing, bearings_of
from assistant.analysis.causes.candidates import Candidate
from assistant.analysis.causes.clock import Clock, Timing
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.observed import observed
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.shown import Shown, shown
from assistant.analysis.causes.symptoms import Symptoms
from assistant.domain.report import ScorePart, Suspect
from assistant.domain.window import to_ns

BIAS = -7.3
# Fitted by `benchmarks/fit_weights.py` to generated incidents of the example shop (none of a public
# data set), penalised towards what engineers would say beforehand, and rounded.
WEIGHTS: Mapping[str, float] = {
    "before onset": 2.7,
    "after onset": -5.0,
    "first sign after it": 2.1,
    "close to the failure": 1.3,
    "touches the service": 3.0,
    "its outcome shows": 4.2,
    "nothing of it shows": -2.7,
    "content unknown": -0.4,
    "explains the symptoms": 1.3,
    "shares words": 1.0,
    "means the same": 1.0,
    "same numbers": 1.6,
    "stack points into it": 2.5,
    "only its version fails": 1.5,
    "ended when undone": 2.0,
    "cannot change behaviour": -5.5,
}
# From this value on, what shows of a change is as much as one may expect.
_SHOWS = 0.3


def score(parts: Sequence[ScorePart]) -> float:
    """The logistic of the weighted sum, 0..1."""
    logit = BIAS + sum(p.value * p.weight for p in parts)
    return 1 / (1 + math.exp(-logit))


def _part(name: str, value: float, reason: str, *evidence: str) -> ScorePart:
    return ScorePart(name, round(min(max(value, 0.0), 1.0), 3), WEIGHTS[name], reason, evidence)


def _near(candidate: Candidate, scene: Scene) -> list[ScorePart]:
    value, reason = scene.closeness(candidate.service)
    return [_part("close to the failure", value, reason)] if value else []


def _touched(candidate: Candidate) -> list[ScorePart]:
    if not candidate.touch:
        return []
    return [_part("touches the service", candidate.touch, candidate.touch_reason)]


def _times(timing: Timing, match: Shown) -> list[ScorePart]:
    parts = []
    # What adds up may show late: as far as it does show, a later beginning is no worse.
    began = timing.began
    if match.gradual:
        began += (timing.followed - timing.began) * min(1.0, match.value / _SHOWS)
    if began:
        reason = f"{timing.reason}; {timing.began:.0%} of the trouble began then"
        parts.append(_part("before onset", began, reason))
    if timing.before:
        reason = f"{timing.reason}; {timing.before:.0%} of the trouble was there before"
        # Squared: one early onset is chance, all of them are proof.
        parts.append(_part("after onset", timing.before**2, reason))
    return parts


def _sign(candidate: Candidate, clock: Clock) -> list[ScorePart]:
    value, reason, evidence = clock.first_sign(candidate)
    return [_part("first sign after it", value, reason, evidence)] if value else []


def _outcome(bearing: Bearing, match: Shown) -> list[ScorePart]:
    if bearing.inert:
        return [_part("cannot change behaviour", 1.0, bearing.inert_reason)]
    if bearing.opaque:
        return [_part("content unknown", 1.0, "its content cannot be read")]
    parts = []
    if match.value:
        parts.append(_part("its outcome shows", match.value, match.reason, *match.evidence))
    if match.value < _SHOWS:
        reason = "what it would bring about was not observed"
        parts.append(_part("nothing of it shows", 1 - match.value / _SHOWS, reason))
    return parts


def _content(bearing: Bearing, best_words: float) -> list[ScorePart]:
    parts = []
    if bearing.fit:
        parts.append(_part("explains the symptoms", bearing.fit, bearing.fit_reason))
    if bearing.words:
        # Relative to the best candidate, so that verbose diffs or terse logs do not decide.
        value = bearing.words / max(best_words, 0.1)
        parts.append(_part("shares words", value, "in common: " + ", ".join(bearing.common[:6])))
    if bearing.likeness:
        parts.append(_part("means the same", bearing.likeness, "nearest hunk in the vector store"))
    if bearing.numbers:
        parts.append(_part("same numbers", bearing.number_share, "; ".join(bearing.numbers[:3])))
    if bearing.frame:
        parts.append(_part("stack points into it", 1.0, bearing.frame))
    return parts


def _course(candidate: Candidate, facts: Facts, scene: Scene) -> list[ScorePart]:
    parts = []
    onset_ns = to_ns(scene.onset) if scene.onset else 0
    share = candidate.version_share(facts.observation, onset_ns)
    if share is not None and share > 0.6:
        parts.append(_part("only its version fails", share, f"{share:.0%} of failing spans run it"))
    if (undone := candidate.undone_at) is not None and (end := scene.end) is not None:
        late = abs((end - undone).total_seconds()) / 60
        if late < 10:
            parts.append(
                _part(
                    "ended when undone",
                    1 - late / 10,
                    f"recovered within {late:.0f} min of undoing",
                )
            )
    return parts


def rank(
    candidates: Sequence[Candidate], facts: Facts, scene: Scene, symptoms: Symptoms
) -> list[Suspect]:
    """All candidates as suspects, highest score first; ties by time, latest first.

    A commit that several deployments brought is kept once, at its most suspicious deployment."""
    if scene.onset is None:
        return []
    clock = Clock.of(scene, scene.onset, facts.observation.question)
    seen = observed(facts.observation, scene)
    bearings = bearings_of(candidates, facts, symptoms)
    best_words = max((b.words for b in bearings.values()), default=0.0)
    content = {i: _content(bearing, best_words) for i, bearing in bearings.items()}
    # Of all that one deployment brought, time and place are the same.
    told: dict[tuple[str, datetime], tuple[Timing, list[ScorePart]]] = {}
    best: dict[str, Suspect] = {}
    for candidate in candidates:
        key = candidate.service, candidate.at
        if key not in told:
            placed = [*_sign(candidate, clock), *_near(candidate, scene)]
            told[key] = clock.timing(candidate.at), placed
        timing, placed = told[key]
        bearing = bearings[candidate.id]
        match = shown(bearing.found, candidate.service, seen, scene, bearing.idf)
        parts = [*_times(timing, match), *placed, *_touched(candidate)]
        parts += _outcome(bearing, match)
        parts += [*content[candidate.id], *_course(candidate, facts, scene)]
        points = score(parts)
        known = best.get(candidate.id)
        if known is None or points > known.score:
            best[candidate.id] = replace(
                candidate.suspect(),
                score=points,
                parts=tuple(parts),
                guilty_hunks=bearing.guilty_hunks,
            )
    return sorted(best.values(), key=lambda s: (-s.score, -s.at.timestamp()))
