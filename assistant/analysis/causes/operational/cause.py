"""A recognised state of the world, and how its parts are weighed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.analysis.code.mechanisms import Mechanism
from assistant.domain.report import ScorePart

BIAS = -3.0


@dataclass(frozen=True, slots=True)
class OperationalCause:
    """A recognised state of the world. `evidence` holds anomaly ids; `parts` are the witnesses,
    each a log-odds it adds. What is `decisive` no change of ours can have brought about, so no
    suspect explains it away."""

    kind: str
    title: str
    service: str
    score: float
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    action: str
    mechanisms: frozenset[Mechanism]
    decisive: bool = False
    parts: tuple[ScorePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What all causes of one kind have in common."""

    kind: str
    action: str
    mechanisms: frozenset[Mechanism]


def part(
    name: str, weight: float, reason: str, evidence: Iterable[str] = (), *, value: float = 1.0
) -> ScorePart:
    """A witness: `weight` are the log-odds it adds at a `value` of 1."""
    held = round(min(max(value, 0.0), 1.0), 3)
    return ScorePart(name, held, weight, reason, tuple(dict.fromkeys(evidence)))


def weigh(
    profile: Profile,
    title: str,
    service: str,
    parts: Iterable[ScorePart],
    *,
    decisive: bool = False,
) -> OperationalCause:
    """The logistic of the witnesses' sum over the rarity of such causes (BIAS): each is taken to
    be independent of the others given the cause, as in a naive Bayes classifier."""
    kept = tuple(parts)
    logit = BIAS + sum(p.weight * p.value for p in kept)
    strongest = sorted(kept, key=lambda p: -p.weight * p.value)
    return OperationalCause(
        kind=profile.kind,
        title=title,
        service=service,
        score=1 / (1 + math.exp(-logit)),
        reasons=tuple(dict.fromkeys(p.reason for p in strongest if p.weight > 0)),
        evidence=tuple(dict.fromkeys(i for p in strongest for i in p.evidence)),
        action=profile.action,
        mechanisms=profile.mechanisms,
        decisive=decisive,
        parts=kept,
    )
