"""Causes that no change made: recognised by what telemetry says, each with its evidence.

A recogniser looks for a state of the world (a certificate that ran out, a disk that is full, a
provider that answers late, more visitors than ever) and says how strongly telemetry shows it, on
the same logistic scale as the suspects' scores and in named parts as they have. The list follows
the non-change classes of published incident studies (e.g. Ghosh et al., "How to fight production
incidents?", SoCC 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.operational.cause import OperationalCause
from assistant.analysis.causes.operational.clues import Clues, clues_of
from assistant.analysis.causes.operational.data import (
    bad_messages,
    grown_data,
    unexpected_answers,
)
from assistant.analysis.causes.operational.machine import node_trouble
from assistant.analysis.causes.operational.marked import marked
from assistant.analysis.causes.operational.network import late_answers
from assistant.analysis.causes.operational.provider import providers
from assistant.analysis.causes.operational.store import crowded_stores
from assistant.analysis.causes.operational.surge import traffic_surge
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.symptoms import Symptoms

__all__ = ["OperationalCause", "operational_causes"]

Recogniser = Callable[[Clues], Iterable[OperationalCause]]
_RECOGNISERS: Sequence[Recogniser] = (
    marked,
    traffic_surge,
    providers,
    late_answers,
    crowded_stores,
    node_trouble,
    grown_data,
    bad_messages,
    unexpected_answers,
)


def operational_causes(facts: Facts, scene: Scene, symptoms: Symptoms) -> list[OperationalCause]:
    """Every operational cause that telemetry supports, strongest first."""
    clues = clues_of(facts, scene, symptoms)
    causes = [cause for recognise in _RECOGNISERS for cause in recognise(clues)]
    return sorted(causes, key=lambda c: -c.score)
