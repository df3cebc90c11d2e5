"""The causal path from the cause to the symptom, every hop checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from assistant.analysis.account.evidence import EvidenceBook
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.scene import Scene
from assistant.analysis.causes.verdict import Judgement
from assistant.domain.report import Hop, Suspect


def causal_path(
    facts: Facts, scene: Scene, judgement: Judgement, book: EvidenceBook
) -> tuple[Hop, ...]:
    """cause → first failing service → … → the service where the symptom shows.

    Each hop answers three questions: are the two connected, does the target deviate, and does it
    deviate after its source? None where it cannot be told."""
    if scene.healthy:
        return ()
    hops = []
    if judgement.suspect is not None:
        hops.append(_first_hop(facts, scene, judgement.suspect, book))
    elif judgement.cause is not None:
        evidence = book.anomalies(judgement.cause.evidence)
        hops.append(
            Hop(judgement.cause.title, scene.first_failing, "reaches", True, True, True, evidence)
        )
    services = spine(scene)
    hops += [_hop(source, target, scene, facts, book) for source, target in pairwise(services)]
    return tuple(hops)


def spine(scene: Scene) -> list[str]:
    """Services from the first failing one up to where the symptom shows; when the symptom shows at
    the first failing service itself, up to the affected caller farthest from it."""
    first = scene.first_failing
    if scene.symptom_service != first:
        path = scene.graph.path(first, scene.symptom_service)
        return list(path) or [first, scene.symptom_service]
    spine, at = [first], first
    while True:
        above = [s for s in scene.graph.callers(at) if s in scene.windows and s not in spine]
        if not above:
            return spine
        at = max(above, key=lambda s: scene.windows[s].score)
        spine.append(at)


def _first_hop(facts: Facts, scene: Scene, suspect: Suspect, book: EvidenceBook) -> Hop:
    """From the change to the service that failed first."""
    value, _ = scene.closeness(suspect.service)
    first_sign = [i for p in suspect.parts if p.name == "first sign after it" for i in p.evidence]
    onset = scene.onset
    ordered = onset is not None and suspect.at <= onset + scene.tolerance
    evidence = [*cite_suspect(suspect, facts, book), *book.anomalies(first_sign[:1])]
    relation = "introduced by the deployment" if suspect.kind == "commit" else "took effect in"
    return Hop(
        suspect.title, scene.first_failing, relation, value > 0.2, True, ordered, tuple(evidence)
    )


def cite_suspect(suspect: Suspect, facts: Facts, book: EvidenceBook) -> tuple[str, ...]:
    """Evidence of a change itself: its commit with the hunks, its deployment, flag or config."""
    cited = []
    for delivery in facts.changes.deliveries:
        if delivery.deployment.id == suspect.deployment or delivery.deployment.id == suspect.id:
            for commit in delivery.commits:
                if commit.hash == suspect.id:
                    cited.append(book.commit(commit, suspect.guilty_hunks))
            cited.append(book.deployment(delivery.deployment))
            break
    else:
        cited += [book.commit(c, ()) for c in facts.changes.undeployed if c.hash == suspect.id]
    cited += [book.flag(f) for f in facts.changes.flags if f.id == suspect.id]
    cited += [book.config(c) for c in facts.changes.configs if c.id == suspect.id]
    return tuple(cited)


def _hop(source: str, target: str, scene: Scene, facts: Facts, book: EvidenceBook) -> Hop:
    edge = scene.graph.edge(source, target) or scene.graph.edge(target, source)
    deviates = target in scene.windows
    evidence = []
    relation = "is connected to"
    if edge is not None:
        evidence.append(book.topology(edge.caller, edge.callee, edge.calls, edge.errors))
        relation = "is called by" if edge.caller == target else "calls"
    ordered: bool | None = None
    if deviates and source in scene.windows:
        evidence += book.anomalies(scene.windows[target].anomaly_ids[:1])
        ordered = _ordered(scene.windows[source].onset, scene.windows[target].onset_latest, scene)
    return Hop(source, target, relation, edge is not None, deviates, ordered, tuple(evidence))


def _ordered(source: datetime, target_latest: datetime, scene: Scene) -> bool:
    return source <= target_latest + scene.tolerance


def unverified(hops: Sequence[Hop]) -> list[Hop]:
    return [hop for hop in hops if not hop.verified]
