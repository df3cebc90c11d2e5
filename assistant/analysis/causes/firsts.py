"""A witness of where a failure began: which services failed before those that depend on them."""

from __future__ import annotations

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.opinion import Opinion
from assistant.analysis.causes.scene import Scene, step_of

_FIRST = 0.5  # of the belief goes to the one that the scene names, the rest by rank


def failed_first(observation: Observation, scene: Scene) -> Opinion | None:
    """Belief in the services that fail, by their place in the graph and their onset."""
    if scene.healthy:
        return None
    windows = {s: scene.windows[s] for s in scene.hurt | {scene.first_failing}}
    ranked = scene.graph.first_failing(windows, step_of(observation))
    total = sum(c.score for c in ranked) or 1.0
    shares = {c.service: (1 - _FIRST) * c.score / total for c in ranked if c.score > 0}
    first = scene.first_failing
    shares[first] = shares.get(first, 0.0) + _FIRST
    reasons = {
        s: f"left its usual level at {windows[s].onset:%H:%M:%S} UTC, by {windows[s].score:.0f} σ"
        for s in shares
    }
    evidence = {s: windows[s].anomaly_ids[:3] for s in shares}
    return Opinion("failed first", 1.0, shares, reasons, evidence=evidence)
