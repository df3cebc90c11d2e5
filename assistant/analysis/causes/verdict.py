"""Weighs suspects against operational causes, and says when neither is enough.

Hypotheses compete by their odds, with "something we do not see" as a standing rival of odds one,
so that the leading hypothesis has to be more likely than not on its own merits, and more likely
than the others. A cause needs two independent kinds of support, or its confidence stays low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.operational import OperationalCause
from assistant.analysis.causes.scene import Scene
from assistant.analysis.code.effects import expected_symptoms
from assistant.analysis.code.hunks import findings
from assistant.analysis.code.mechanisms import Mechanism
from assistant.domain.report import Suspect, Verdict

_LOW = 0.4
_UNLIKELY = 0.2
_BESIDE = 0.1  # of a suspect's odds remains beside a decisive operational cause
_BASELINE_STEPS = 8  # as few as detection needs
# Parts of a score by what they rest on; two of one row are one signal.
_INDEPENDENT = (
    frozenset({"before onset", "first sign after it"}),
    frozenset({"close to the failure"}),
    frozenset({"its outcome shows", "explains the symptoms"}),
    frozenset({"shares words", "means the same"}),
    frozenset({"same numbers"}),
    frozenset({"stack points into it"}),
    frozenset({"only its version fails"}),
    frozenset({"ended when undone"}),
)
_SUPPORTS = 0.25  # the value from which a part counts as support
_THERE = 0.9  # of closeness: near the failure is no signal, where it began is one


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    confidence: float
    reasons: tuple[str, ...]
    suspect: Suspect | None = None
    cause: OperationalCause | None = None


def judge(
    facts: Facts, scene: Scene, suspects: Sequence[Suspect], causes: Sequence[OperationalCause]
) -> Judgement:
    """The verdict over ranked suspects and operational causes."""
    if not facts.observation.detection.services:
        return Judgement(
            Verdict.NOT_ENOUGH_EVIDENCE, 0.0, ("no telemetry of this window is known",)
        )
    if scene.healthy and not _covers(facts):
        reason = "the telemetry does not cover the moment asked about, with enough before it"
        return Judgement(Verdict.NOT_ENOUGH_EVIDENCE, 0.0, (reason,))
    if scene.healthy:
        return Judgement(
            Verdict.HEALTHY, 0.8, ("no series of the services in question left its baseline",)
        )
    suspect = suspects[0] if suspects else None
    weighed = [explained_away(cause, suspect, facts) for cause in causes]
    cause = max(weighed, key=lambda c: c.score, default=None)
    # What no change of ours can have brought about leaves little for one to have done.
    left = _BESIDE if any(c.decisive and c.score >= 0.5 for c in weighed) else 1.0
    rivals = [*(left * _odds(s.score) for s in suspects), *(_odds(c.score) for c in weighed)]
    total = 1.0 + sum(rivals)
    change = left * _odds(suspect.score) / total if suspect else 0.0
    operational = _odds(cause.score) / total if cause else 0.0
    if suspect and change >= operational and left * _odds(suspect.score) >= 1:
        return _guilty(suspect, change)
    if cause and operational > change and cause.score >= 0.4:
        return _operational(cause, operational)
    return _unexplained(facts, suspect, max(change, operational))


def _covers(facts: Facts) -> bool:
    """Whether there is data at the moment in question, and enough before it to know what is usual:
    silence is not health."""
    observation = facts.observation
    step = timedelta(microseconds=observation.step_ns / 1000)
    window, at = observation.window, observation.question.at
    return window.start + _BASELINE_STEPS * step <= at <= window.end + step


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-9)


def explained_away(
    cause: OperationalCause, suspect: Suspect | None, facts: Facts
) -> OperationalCause:
    """A state of the world that the best suspect would itself bring about is its effect, not a
    rival: a full disk after the log level was turned to debug."""
    if cause.decisive or suspect is None or suspect.kind not in ("commit", "config"):
        return cause
    commit = next((c for c in facts.changes.commits if c.hash == suspect.id), None)
    caused = frozenset[Mechanism]()
    for finding in findings(commit) if commit else ():
        caused |= expected_symptoms(finding)
    telling = ("its outcome shows", "explains the symptoms")
    fits = any(p.name in telling and p.value >= _SUPPORTS for p in suspect.parts)
    if fits and caused & cause.mechanisms:
        return replace(cause, score=cause.score * 0.4)
    return cause


def independent_signals(suspect: Suspect) -> int:
    """How many independent kinds of support a suspect has."""
    strong = {
        p.name
        for p in suspect.parts
        if p.weight > 0 and p.value >= (_THERE if p.name == "close to the failure" else _SUPPORTS)
    }
    return sum(bool(row & strong) for row in _INDEPENDENT)


def _guilty(suspect: Suspect, share: float) -> Judgement:
    signals = independent_signals(suspect)
    reasons = [
        f"{p.name}: {p.reason}"
        for p in sorted(suspect.parts, key=lambda p: -p.value * p.weight)[:4]
    ]
    if signals < 2:
        reasons.append("only one kind of evidence supports it")
        return Judgement(Verdict.NOT_ENOUGH_EVIDENCE, min(share, _LOW), tuple(reasons), suspect)
    reasons.append(f"{signals} independent kinds of evidence agree")
    return Judgement(Verdict.CHANGE_GUILTY, share, tuple(reasons), suspect)


def _operational(cause: OperationalCause, share: float) -> Judgement:
    confidence = share if len(cause.evidence) > 1 else min(share, _LOW)
    return Judgement(Verdict.NO_CHANGE_GUILTY, confidence, cause.reasons, cause=cause)


def _unexplained(facts: Facts, suspect: Suspect | None, best: float) -> Judgement:
    """Nothing explains it. When every change is known and none fits, that itself says that no
    change is guilty; otherwise it cannot be told. What cannot be read has been weighed by its time
    and place, so that it is still suspected where these fit."""
    known = bool(facts.changes.deliveries) and not facts.changes.notes
    if known and (suspect is None or suspect.score < _UNLIKELY):
        unread = sum(c.hunks is None for c in facts.changes.commits)
        reason = "every deployed change is known, and none of them fits"
        reason += f"; the content of {unread} cannot be read" if unread else ""
        return Judgement(Verdict.NO_CHANGE_GUILTY, _LOW, (reason,))
    reason = "no change and no operational cause fits well enough"
    return Judgement(Verdict.NOT_ENOUGH_EVIDENCE, min(best, _LOW), (reason,), suspect)
