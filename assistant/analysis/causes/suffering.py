"""Which anomalies mean that a service fails, and which only that others treat it differently.

A callee that sees more requests, fewer requests or cancelled ones is not failing: its callers are
doing something to it (gRPC defines CANCELLED as the client's doing; nginx logs it as 499).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.analysis.logs.templates import LogTemplate
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import Signal

_WARN = 13
_CANCELLED = re.compile(
    r"cancell?ed(?! order)|client (?:closed|disconnected|went away)|closed by (?:the )?client"
    r"|broken pipe|\b499\b",
    re.IGNORECASE,
)
# Measures of health: trouble when they fall.
_HEALTH = re.compile(
    r"\b(?:ready|healthy|available|alive|up|success\w*|replicas|quality|accuracy|apdex)\b",
    re.IGNORECASE,
)
# What is paid for: money, and the tokens of language models (a unit of OpenTelemetry's).
_PAID = re.compile(r"\b(?:cost|costs|spend|spending)\b", re.IGNORECASE)
_TOKENS = ("{token}", "{token}/s")
_OCCURRENCES = "1/s"  # how often something was measured, not how much it was
# What nobody notices is no trouble, however unusual: a tenth of a millisecond more, one request in
# a thousand. Seconds, and the ratio of failed requests.
_NOTICED_S, _NOTICED_SHARE, _NOTICED_RATIO = 0.005, 0.2, 0.005
_LOUDER = (Direction.APPEARED, Direction.ROSE)
_FAILS = frozenset({Signal.LATENCY, Signal.ERRORS, Signal.SATURATION})


@dataclass(frozen=True, slots=True)
class Suffering:
    """Judges anomaly windows; `severities` are those of the log templates by service and text."""

    severities: Mapping[tuple[str, str], int]
    bodies: Mapping[tuple[str, str], str]

    @classmethod
    def over(cls, templates: Iterable[LogTemplate]) -> Suffering:
        kept = list(templates)
        return cls(
            {(t.service, t.template): t.severity_number for t in kept},
            {(t.service, t.template): t.exemplar.body for t in kept},
        )

    def felt(self, anomaly: AnomalousSeries) -> bool:
        """Whether users or callers notice: failing, or requests that no longer come."""
        window = anomaly.window
        if window.signal is Signal.TRAFFIC and window.direction is Direction.FELL:
            return window.peak <= 0.5 * window.baseline
        return self.failing(anomaly)

    def failing(self, anomaly: AnomalousSeries) -> bool:
        """Whether the service itself fails: slow, wrong, full, or complaining in its logs."""
        window = anomaly.window
        if _CANCELLED.search(self._text(anomaly)):
            return False
        if window.signal is Signal.LOG_RATE:
            severity = self.severities.get((window.service, window.key.name), 0)
            return window.direction in _LOUDER and severity >= _WARN
        if window.signal is Signal.TRAFFIC:
            return window.direction is Direction.STOPPED
        if window.direction is Direction.FELL and _HEALTH.search(self._text(anomaly)):
            return True
        if window.direction is Direction.FELL:
            return False
        return _noticed(anomaly) if window.signal in _FAILS else self._dearer(anomaly)

    def _dearer(self, anomaly: AnomalousSeries) -> bool:
        """Whether it uses up notably more of what is paid for."""
        window = anomaly.window
        paid = window.key.unit in _TOKENS or _PAID.search(self._text(anomaly))
        if not paid or window.key.unit == _OCCURRENCES:
            return False
        return window.peak - window.baseline >= _NOTICED_SHARE * window.baseline

    def _text(self, anomaly: AnomalousSeries) -> str:
        window = anomaly.window
        body = self.bodies.get((window.service, window.key.name), "")
        return body or window.key.name.replace("_", " ").replace(".", " ")


def _noticed(anomaly: AnomalousSeries) -> bool:
    """Whether the change is large enough to matter to anyone, not only unlikely."""
    window = anomaly.window
    more = window.peak - window.baseline
    if window.key.unit == "s":
        return more >= max(_NOTICED_S, _NOTICED_SHARE * window.baseline)
    if window.signal is Signal.ERRORS and window.key.statistic == "ratio":
        return more >= _NOTICED_RATIO
    return True
