"""A consistent renaming of components and metrics, so that no result can rest on a name."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from benchmarks.petshop.cases import Incident, Recording

_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


@dataclass(frozen=True, slots=True)
class Renaming:
    """Components by their new names; `prefix` goes before metric names."""

    components: dict[str, str]
    prefix: str

    @classmethod
    def of(cls, components: Iterable[str], seed: int) -> Renaming:
        """The same for the same components and seed."""
        source = random.Random(seed)
        seen: dict[str, None] = {}
        names = sorted(set(components))
        while len(seen) <= len(names):
            seen["".join(source.choices(_SYLLABLES, k=3))] = None
        prefix, *words = seen
        return cls(dict(zip(names, words, strict=True)), prefix)

    def incident(self, incident: Incident) -> Incident:
        """The incident under its new names."""
        target = incident.target
        return Incident(
            normal=self._recording(incident.normal),
            observed=self._recording(incident.observed),
            calls=tuple((self.component(a), self.component(b)) for a, b in incident.calls),
            target=replace(
                target,
                component=self.component(target.component),
                metric=self._metric(target.metric),
            ),
        )

    def component(self, name: str) -> str:
        return self.components.get(name, name)

    def _recording(self, recording: Recording) -> Recording:
        columns = (
            replace(c, component=self.component(c.component), metric=self._metric(c.metric))
            for c in recording.columns
        )
        return replace(recording, columns=tuple(columns))

    def _metric(self, name: str) -> str:
        return f"{self.prefix}_{name}"


def components_of(incident: Incident) -> set[str]:
    """Every component that sends metrics or stands in the call graph."""
    sending = {c.component for c in (*incident.normal.columns, *incident.observed.columns)}
    return sending | {name for call in incident.calls for name in call}
