"""Where the failure may have begun: services with their share of the belief.

Several witnesses look at the same scene, each spreading its belief over the services it can speak
of (shares that add up to at most 1). They are brought together by a linear opinion pool (Stone,
"The Opinion Pool", Annals of Mathematical Statistics 32, 1961), so that a witness that sees
nothing takes nothing, every part of a score can be shown, and all scores add up to at most 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.analysis.causes.arisen import extra_failures, extra_time
from assistant.analysis.causes.coursed import broke_first, slowed
from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.firsts import failed_first
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.resources import own_resources
from assistant.analysis.causes.scene import Scene
from assistant.domain.report import Origin, ScorePart

_MOST = 10

Witness = Callable[[Observation, Scene], Opinion | None]
WITNESSES: tuple[Witness, ...] = (
    extra_failures,
    extra_time,
    broke_first,
    slowed,
    own_resources,
    failed_first,
)


def origins_of(
    observation: Observation, scene: Scene, witnesses: Sequence[Witness] = WITNESSES
) -> tuple[Origin, ...]:
    """Services where the failure may have begun, likeliest first, at most ten; their scores add
    up to at most 1, what is missing to 1 is what no witness can place. Evidence ids are those of
    anomaly windows."""
    opinions = [o for o in (w(observation, scene) for w in witnesses) if o is not None]
    say = sum(o.weight for o in opinions)
    services = dict.fromkeys(s for o in opinions for s in o.shares)
    found = [_origin(s, opinions, say) for s in services]
    return tuple(sorted(found, key=lambda o: (-o.score, o.service))[:_MOST])


def _origin(service: str, opinions: Sequence[Opinion], say: float) -> Origin:
    parts = tuple(_parts(service, opinions, say))
    findings = [f for o in opinions for f in o.findings.get(service, ())]
    return Origin(
        service=service,
        score=round(sum(p.value * p.weight for p in parts), 4),
        parts=parts,
        findings=tuple(sorted(findings, key=lambda f: -f.strength)),
        evidence=tuple(dict.fromkeys(e for p in parts for e in p.evidence)),
    )


def _parts(service: str, opinions: Sequence[Opinion], say: float) -> Iterator[ScorePart]:
    for opinion in opinions:
        if share := opinion.shares.get(service, 0.0):
            yield ScorePart(
                name=opinion.name,
                value=round(share, 4),
                weight=round(opinion.weight / say, 4),
                reason=opinion.reasons.get(service, ""),
                evidence=opinion.evidence.get(service, ()),
            )
