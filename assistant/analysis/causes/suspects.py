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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.analysis.causes.bearing import Bearing, bearings_of
from assistant.analysis.causes.candidates import Candidate
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.symptoms import Symptoms
from assistant.domain.anomaly import AnomalousSeries
from assistant.domain.report import ScorePart, Suspect
from assistant.domain.window import to_ns

BIAS = -7.5
_CLEARLY_LATE = timedelta(minutes=2)  # beyond the uncertainty of the onset
# Fitted by penalised logistic regression to generated incidents of the example shop (none of a
# public data set), each penalised towards what engineers would say beforehand and then rounded.
WEIGHTS: Mapping[str, float] = {
    "before onset": 1.0,
    "after onset": -5.0,
    "first sign after it": 2.2,
    "close to the failure": 1.5,
    "touches the service": 2.2,
    "explains the symptoms": 3.0,
    "shares words": 1.5,
    "means the same": 1.5,
    "same numbers": 3.0,
    "stack points into it": 3.0,
    "only its version fails": 1.5,
    "ended when undone": 2.0,
    "cannot change behaviour": -5.0,
}


def score(parts: Sequence[ScorePart]) -> float:
    """The logistic of the weighted sum, 0..1."""
    logit = BIAS + sum(p.value * p.weight for p in parts)
    return 1 / (1 + math.exp(-logit))


@dataclass(frozen=True, slots=True)
class Clock:
    """How well a change's time fits the incident's."""

    scene: Scene
    onset: datetime
    tolerance: timedelta

    def parts(self, candidate: Candidate) -> list[ScorePart]:
        gap = self.onset - candidate.at
        if gap < -self.tolerance:
            late = -gap - self.tolerance
            reason = f"took effect {_long(-gap)} after the onset"
            return [_part("after onset", late / _CLEARLY_LATE, reason)]
        minutes = max(gap.total_seconds(), 0) / 60
        # Half the weight at half an hour, a tenth at four and a half: most regressions show at
        # once, delayed ones are told by the first sign in the service instead.
        value = 1 / (1 + minutes / 30)
        when = f"took effect {_long(gap)} before the onset" if minutes else "came with the onset"
        parts = [_part("before onset", value, when)]
        return parts + self._first_sign(candidate)

    def _first_sign(self, candidate: Candidate) -> list[ScorePart]:
        signs = [
            (a.window.onset - candidate.at, a)
            for a in self.scene.around(candidate.service)
            if a.window.onset_latest >= candidate.at - self.tolerance
        ]
        if not signs:
            return []
        delay, first = min(signs, key=lambda s: (max(s[0], timedelta(0)), -s[1].window.score))
        minutes = max(delay.total_seconds() / 60, 0)
        when = f"{_long(delay)} later" if minutes else "with it"
        reason = f"{_name(first)} {first.window.direction} {when}"
        return [_part("first sign after it", math.exp(-minutes / 5), reason, first.window.id)]


def _long(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _name(anomaly: AnomalousSeries) -> str:
    return f"{anomaly.window.service} {anomaly.window.key.name[:60]}"


def _part(name: str, value: float, reason: str, *evidence: str) -> ScorePart:
    return ScorePart(name, round(min(max(value, 0.0), 1.0), 3), WEIGHTS[name], reason, evidence)


def _near(candidate: Candidate, scene: Scene) -> list[ScorePart]:
    value, reason = scene.closeness(candidate.service)
    return [_part("close to the failure", value, reason)] if value else []


def _touched(candidate: Candidate) -> list[ScorePart]:
    if not candidate.touch:
        return []
    return [_part("touches the service", candidate.touch, candidate.touch_reason)]


def _content(bearing: Bearing, best_words: float) -> list[ScorePart]:
    parts = []
    if bearing.inert:
        parts.append(_part("cannot change behaviour", 1.0, bearing.inert_reason))
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
    clock = Clock(scene, scene.onset, scene.tolerance)
    bearings = bearings_of(candidates, facts, symptoms)
    best_words = max((b.words for b in bearings.values()), default=0.0)
    content = {i: _content(bearing, best_words) for i, bearing in bearings.items()}
    # Of all that one deployment brought, time and place are the same.
    told: dict[tuple[str, datetime], list[ScorePart]] = {}
    best: dict[str, Suspect] = {}
    for candidate in candidates:
        key = candidate.service, candidate.at
        if key not in told:
            told[key] = clock.parts(candidate) + _near(candidate, scene)
        parts = [*told[key], *_touched(candidate), *content[candidate.id]]
        parts += _course(candidate, facts, scene)
        points = score(parts)
        known = best.get(candidate.id)
        if known is None or points > known.score:
            best[candidate.id] = replace(
                candidate.suspect(),
                score=points,
                parts=tuple(parts),
                guilty_hunks=bearings[candidate.id].guilty_hunks,
            )
    return sorted(best.values(), key=lambda s: (-s.score, -s.at.timestamp()))
