"""What one witness believes of where a failure began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.report import Finding


@dataclass(frozen=True, slots=True)
class Opinion:
    """`shares` of belief by service (each 0..1, together at most 1) with the reason for each;
    `weight` is the say it has beside other witnesses, `findings` are what it saw at a service,
    `evidence` ids of anomaly windows."""

    name: str
    weight: float
    shares: Mapping[str, float]
    reasons: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
