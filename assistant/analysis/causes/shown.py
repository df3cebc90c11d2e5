"""Whether what a change would do is what was observed, where it runs, and about the same things."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.analysis.causes.observed import Observed
from assistant.analysis.causes.scene import Scene
from assistant.analysis.code.findings import Finding, Kind
from assistant.analysis.code.outcomes import Outcome, outcomes_of
from assistant.analysis.code.words import identifiers, telling_words

# How much an outcome at another service than the changed one counts.
_NEAR, _FAR = 0.5, 0.15
_GRADUAL = frozenset(
    {Kind.GROWTH, Kind.CLEANUP_REMOVED, Kind.TASK_ADDED, Kind.LIMIT_REMOVED, Kind.LIMIT_RAISED}
)
# What is of the right kind without a word in common, against what is about the same thing.
_UNNAMED = 0.6


@dataclass(frozen=True, slots=True)
class Shown:
    """The best match of a change's findings with what was observed, 0..1, and in words."""

    value: float = 0.0
    reason: str = ""
    evidence: tuple[str, ...] = ()
    gradual: bool = False  # what the change does adds up until something is full


def shown(
    found: Iterable[Finding],
    service: str,
    seen: Sequence[Observed],
    scene: Scene,
    idf: Mapping[str, float],
) -> Shown:
    """The finding whose outcomes show best at `service` ('' for everywhere)."""
    best = Shown()
    for finding in found:
        expected = outcomes_of(finding)
        # What explains many outcomes explains some by chance.
        precise = 1 - len(expected) / len(Outcome)
        words = _words_of(finding)
        for one in seen:
            if one.outcome not in expected:
                continue
            link = _link(words, one, idf)
            place = _place(service, one, finding, scene)
            value = finding.strength * precise * one.strength * place
            value *= _UNNAMED + (1 - _UNNAMED) * link
            if value > best.value:
                reason = f"{finding.kind}: {finding.detail} — {one.outcome}: {one.text}"
                evidence = (one.evidence,) if one.evidence else ()
                best = Shown(value, reason, evidence, finding.kind in _GRADUAL)
    return best


def _words_of(finding: Finding) -> frozenset[str]:
    text = "\n".join([*(line.text for line in finding.lines), finding.place])
    return frozenset(telling_words(text)) | identifiers(text)


def _link(words: frozenset[str], one: Observed, idf: Mapping[str, float]) -> float:
    common = words & one.about
    return 1 - math.exp(-sum(idf.get(w, 0.0) for w in common) / 2)


def _place(service: str, one: Observed, finding: Finding, scene: Scene) -> float:
    if not service or one.service == service:
        return 1.0
    near = one.service in {*scene.graph.callers(service), *scene.graph.callees(service)}
    if finding.kind is Kind.INTERFACE_CHANGED and one.service in scene.graph.callers(service):
        return 1.0  # whoever reads the name stumbles
    return _NEAR if near else _FAR
