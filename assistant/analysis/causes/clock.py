"""How well the time of a change fits the incident's.

Detection places the onset of each series with an uncertainty, and one series that happens to be
unusual early would move "the" onset. So every anomaly that means failing votes: a change explains
the share of the trouble that began with it or soon after, and cannot explain what began before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.analysis.causes.candidates import Candidate
from assistant.analysis.causes.outbreak import resolution
from assistant.analysis.causes.scene import Scene
from assistant.domain.anomaly import AnomalousSeries
from assistant.domain.report import Question

# Most regressions show at once; what comes later is likelier something else's doing, unless it
# fills something up: memory, a pool, a queue.
_SOON_S, _LATER_S = 300.0, 7200.0
_BLUR_S = 60.0  # an onset is a little less certain than detection says
_CLEARLY_LATE_S = 120.0  # beyond the uncertainty of an onset


@dataclass(frozen=True, slots=True)
class Timing:
    """Shares of the trouble, 0..1, that began with a change, at any time after it, the sooner the
    more, and before it."""

    began: float
    followed: float
    before: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """The onsets of an incident. `trouble` are (onset, how exactly it is known, weight)."""

    scene: Scene
    onset: datetime
    tolerance: timedelta
    trouble: Sequence[tuple[datetime, timedelta, float]]

    @classmethod
    def of(cls, scene: Scene, onset: datetime, question: Question) -> Clock:
        """What the question is about has as much of a vote as everything else: it may have begun
        to fail long before the crowd did."""
        failing = [a for a in scene.anomalies if a.window.id in scene.failing]
        trouble = [(a.window.onset, _uncertainty(a), math.log1p(a.window.score)) for a in failing]
        asked = [a for a in scene.anomalies if _about(a, question)]
        voices = sum(weight for *_, weight in trouble)
        trouble += [(a.window.onset, _uncertainty(a), voices / len(asked)) for a in asked]
        return cls(scene, onset, scene.tolerance, trouble or [(onset, scene.tolerance, 1.0)])

    def timing(self, at: datetime) -> Timing:
        """For a change that took effect at this moment."""
        began = followed = before = 0.0
        for onset, slack, weight in self.trouble:
            gap = (onset - at).total_seconds()
            beyond = max(abs(gap) - slack.total_seconds(), 0.0)
            if gap < 0:
                before += weight * min(1.0, beyond / _CLEARLY_LATE_S)
                near = far = math.exp(-beyond / _BLUR_S)
            else:
                near, far = math.exp(-beyond / _SOON_S), math.exp(-beyond / _LATER_S)
            began += weight * near
            followed += weight * far
        total = sum(weight for *_, weight in self.trouble)
        return Timing(began / total, followed / total, before / total, self._say(at))

    def _say(self, at: datetime) -> str:
        gap = self.onset - at
        if gap < -self.tolerance:
            return f"took effect {long(-gap)} after the onset"
        if gap <= timedelta(0):
            return "came with the onset"
        return f"took effect {long(gap)} before the onset"

    def first_sign(self, candidate: Candidate) -> tuple[float, str, str]:
        """How soon something in its service, or the calls to it, changed: 0..1, in words, and the
        id of the anomaly; ("", 0) when nothing did."""
        signs = [
            (a.window.onset - candidate.at, a)
            for a in self.scene.around(candidate.service)
            if a.window.onset_latest >= candidate.at - self.tolerance
        ]
        if not signs:
            return 0.0, "", ""
        delay, first = min(signs, key=lambda s: (max(s[0], timedelta(0)), -s[1].window.score))
        seconds = max(delay.total_seconds(), 0.0)
        when = f"{long(delay)} later" if seconds else "with it"
        name = f"{first.window.service} {first.window.key.name[:60]}"
        value = math.exp(-seconds / _SOON_S)
        return value, f"{name} {first.window.direction} {when}", first.window.id


def _about(anomaly: AnomalousSeries, question: Question) -> bool:
    key = anomaly.window.key
    return bool(question.metric) and (key.service, key.name) == (question.service, question.metric)


def _uncertainty(anomaly: AnomalousSeries) -> timedelta:
    window = anomaly.window
    return max(resolution(anomaly.series), window.onset_latest - window.onset)


def long(span: timedelta) -> str:
    """A span of time in words."""
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
