"""From facts to a diagnosis: scene → symptoms → suspects and operational causes → verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.analysis.causes.candidates import candidates_of
from assistant.analysis.causes.confidence import confidence, grounds_of
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.operational import OperationalCause, operational_causes
from assistant.analysis.causes.origins import origins_of
from assistant.analysis.causes.scene import Scene, scene_of
from assistant.analysis.causes.suspects import rank
from assistant.analysis.causes.symptoms import Symptoms, symptoms_of
from assistant.analysis.causes.verdict import Judgement, explained_away, judge
from assistant.domain.report import Origin, Suspect


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """What the analysis found, before it is put into words."""

    scene: Scene
    symptoms: Symptoms
    suspects: tuple[Suspect, ...]  # highest score first
    causes: tuple[OperationalCause, ...]  # weighed against the best suspect, strongest first
    judgement: Judgement
    origins: tuple[Origin, ...] = ()  # where it may have begun, likeliest first


def diagnose(facts: Facts) -> Diagnosis:
    """Pure: the same facts always give the same diagnosis."""
    scene = scene_of(facts.observation)
    symptoms = symptoms_of(facts.observation, scene)
    candidates = candidates_of(facts.changes, facts.observation.catalogue)
    suspects = rank(candidates, facts, scene, symptoms)
    causes = operational_causes(facts, scene, symptoms) if not scene.healthy else []
    judgement = judge(facts, scene, suspects, causes)
    if judgement.cause is not None and judgement.cause.decisive:
        scene = scene.beginning_at(judgement.cause.service)
    origins = origins_of(facts.observation, scene)
    best = suspects[0] if suspects else None
    weighed = sorted((explained_away(c, best, facts) for c in causes), key=lambda c: -c.score)
    sure = confidence(grounds_of(judgement, suspects, weighed))
    judgement = replace(judgement, confidence=sure)
    return Diagnosis(scene, symptoms, tuple(suspects), tuple(weighed), judgement, origins)
