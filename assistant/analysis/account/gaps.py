"""What is missing, and what a person could look at next."""

from __future__ import annotations

from assistant.analysis.causes.diagnosis import Diagnosis
from assistant.analysis.causes.facts import Facts
from assistant.domain.report import Verdict
from assistant.domain.signals import Signal


def gaps_of(facts: Facts, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Signals, changes and knowledge that this investigation had to do without."""
    observation, changes = facts.observation, facts.changes
    found = list(changes.notes)
    seen = {s.key.service for s in observation.series if s.key.signal is Signal.TRAFFIC}
    blind = [s for s in diagnosis.scene.services if s not in seen]
    if blind:
        found.append(f"No request counts (spans) of {', '.join(blind[:5])}.")
    if not diagnosis.scene.graph.edges:
        found.append("No traces connect the services; who calls whom is unknown.")
    if inferred := sorted({e.callee for e in observation.edges if e.inferred})[:5]:
        found.append(f"Known only through their callers: {', '.join(inferred)}.")
    if not changes.deliveries:
        found.append("No deployment is known in the period.")
    if guessed := sorted(
        {d.deployment.service for d in changes.deliveries if d.deployment.inferred}
    ):
        found.append(f"Deployments of {', '.join(guessed[:5])} are inferred from service.version.")
    opaque = [c.hash[:10] for c in changes.commits if c.hunks is None]
    if opaque:
        found.append(
            f"The content of {len(opaque)} commits cannot be read ({', '.join(opaque[:3])})."
        )
    if facts.likeness is None and changes.commits:
        found.append("The vector store was not ready: likeness of meaning is left out.")
    found += [
        f"{s.service} went silent after {s.last_seen:%H:%M:%S} UTC."
        for s in observation.detection.silences[:5]
    ]
    return tuple(dict.fromkeys(found))


def next_checks(facts: Facts, diagnosis: Diagnosis) -> tuple[str, ...]:
    """What would raise the confidence most."""
    scene, judgement = diagnosis.scene, diagnosis.judgement
    if judgement.verdict is Verdict.HEALTHY:
        return ("Check the alert's own threshold and query against the series it watches.",)
    found = []
    if judgement.verdict is Verdict.CHANGE_GUILTY and judgement.suspect:
        found.append(f"Undo it and watch {scene.first_failing}: it should recover within minutes.")
    if judgement.verdict is Verdict.NOT_ENOUGH_EVIDENCE and judgement.suspect:
        found.append(
            f"Read {judgement.suspect.title!r}: it is the closest, but too little supports it."
        )
    if not facts.changes.deliveries:
        found.append("Record deployments (POST /api/v1/changes), so that changes can be dated.")
    if scene.first_failing and not any(
        s.service == scene.first_failing for t in facts.observation.failing for s in t.spans
    ):
        found.append(
            f"Send traces of {scene.first_failing}: none of its failing requests was seen."
        )
    return tuple(found)
