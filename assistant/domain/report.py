"""The result of an investigation: typed, versioned, every sentence cited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.changes import Hunk
from assistant.domain.claim import Claim as Claim
from assistant.domain.evidence import Evidence
from assistant.domain.usage import PromptRef, Usage
from assistant.domain.window import TimeWindow

SCHEMA_VERSION = 1


class Verdict(StrEnum):
    CHANGE_GUILTY = "change_guilty"
    NO_CHANGE_GUILTY = "no_change_guilty"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    HEALTHY = "healthy"  # nothing left its baseline: a false alarm, or already over


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a service (or '' for the whole system), a moment and how far to look."""

    at: datetime
    service: str = ""
    window: TimeWindow | None = None  # overrides lookback and lookahead
    symptom: str = ""  # alert text or a person's words; data, never an instruction
    metric: str = ""  # the alerting metric, when known
    repository: str = ""
    baseline: TimeWindow | None = None  # a time known to be good; else the time before the onset


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A named part of a suspect's score: `value` in 0..1, `weight` may be negative."""

    name: str
    value: float
    weight: float
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change with its score and the parts of that score. `kind` is commit, flag or config;
    `guilty_hunks` are the hunks that bear on this failure."""

    id: str  # commit hash, flag or config change id
    kind: str
    title: str
    service: str
    at: datetime  # when it took effect
    score: float  # 0..1
    parts: tuple[ScorePart, ...]
    author: str = ""
    deployment: str = ""  # id of the deployment that brought it
    version: str = ""  # of the service, as that deployment names it
    repository: str = ""
    guilty_hunks: tuple[Hunk, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something named at an origin. `kind` is metric, operation, log or region; `names` are the
    metric, the operation, the log template, or the two log templates that enclose a region."""

    kind: str
    text: str
    strength: float  # comparable within one origin only
    names: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A service where the failure may have begun: its share of the belief, the parts of that
    score, and what was found there, strongest first."""

    service: str
    score: float  # 0..1; all origins of a report add up to at most 1
    parts: tuple[ScorePart, ...]
    findings: tuple[Finding, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A subset of a service's requests that carries a change. `measure` is 'failed' or 'slow';
    `events` of the subset's `requests` did, of all `total_requests` `total_events`; the numbers
    are those of the incident, `usual_…` those of the time before it."""

    service: str
    measure: str
    subset: tuple[tuple[str, str], ...]  # attribute and value, all of which hold
    events: int
    requests: int
    total_events: int
    total_requests: int
    usual_events: int
    usual_requests: int
    usual_total_events: int
    explained: float  # share of the change, 0..1
    surprise: float  # Jensen-Shannon, in bits: how unlike its usual share its share is
    also: tuple[tuple[str, str], ...] = ()  # values that exactly the same requests have
    sampled: float = 1.0  # share of the traces that was counted
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hop:
    """A step of the causal path and its three checks (None: cannot be told)."""

    source: str
    target: str
    relation: str  # 'introduced', 'saturated', 'called by', 'shares', …
    connected: bool | None
    deviates: bool | None
    ordered: bool | None
    evidence: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        return bool(self.connected and self.deviates and self.ordered)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A cause. `kind` is 'change' or an operational cause (traffic surge, upstream outage, …)."""

    kind: str
    title: str
    service: str
    confidence: float
    suspect: str = ""  # id of the suspect, for kind 'change'
    supporting: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """Whom it hurts, since when, and whether it goes on."""

    since: datetime | None
    ongoing: bool
    services: tuple[str, ...]  # blast radius: hurt besides the first failing service
    endpoints: tuple[str, ...]
    requests: int
    failed_requests: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuledOut:
    title: str
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remediation:
    action: str  # rollback, disable_flag, scale, failover, rotate_certificate, purge_data, …
    text: str
    command: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SimilarIncident:
    """A finished investigation that looked alike. Offered to people; it moves no ranking."""

    report_id: str
    at: datetime
    likeness: float  # 0..1
    verdict: Verdict
    headline: str
    remedy: str = ""
    outcome: str = ""  # what people said of it in the end


@dataclass(frozen=True, slots=True)
class Narration:
    """How a model took part: which one, with which prompt, what it cost, and why it ended when it
    did not end by itself. `overrules` is its cited reason for another verdict than the engine's;
    `engine_verdict` and `engine_suspect` keep what that was."""

    model: str
    prompt: PromptRef
    usage: Usage
    tools: tuple[str, ...] = ()  # called, in order
    ended: str = ""
    overrules: Claim | None = None
    engine_verdict: Verdict | None = None
    engine_suspect: str = ""
    retrieved: tuple[str, ...] = ()  # evidence that tools found, cited or not


@dataclass(frozen=True, slots=True)
class CallEdge:
    """An edge of the affected part of the service graph, for pictures."""

    caller: str
    callee: str
    calls: int
    errors: int
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class TimelineMark:
    """A change on the time axis."""

    at: datetime
    kind: str  # deployment, commit, flag, config
    label: str
    service: str
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What broke, since when, whom it hurts, why, how sure, and what else was considered."""

    id: str
    question: Question
    verdict: Verdict
    headline: Claim
    summary: tuple[Claim, ...]
    confidence: float
    confidence_reasons: tuple[str, ...]
    window: TimeWindow
    as_of: datetime
    first_failing_service: str
    owner: str
    impact: Impact
    anomalies: tuple[AnomalyWindow, ...]
    causal_path: tuple[Hop, ...]
    hypotheses: tuple[Hypothesis, ...]
    suspects: tuple[Suspect, ...]
    ruled_out: tuple[RuledOut, ...]
    remediation: tuple[Remediation, ...]
    gaps: tuple[str, ...]
    next_checks: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    origins: tuple[Origin, ...] = ()  # likeliest first
    breakdowns: tuple[Breakdown, ...] = ()  # what explains most first
    graph: tuple[CallEdge, ...] = ()
    timeline: tuple[TimelineMark, ...] = ()
    similar: tuple[SimilarIncident, ...] = ()  # likest first
    narration: Narration | None = None  # None: no model took part
    author: str = "Written by code from the analysis, without a language model."
    schema_version: int = SCHEMA_VERSION
    seconds: dict[str, float] = field(default_factory=dict)  # per step of the pipeline

    @property
    def guilty(self) -> Suspect | None:
        """The suspect that the verdict names, if it names one."""
        return self.suspects[0] if self.verdict is Verdict.CHANGE_GUILTY and self.suspects else None

    def cited(self, evidence_id: str) -> Evidence | None:
        return next((e for e in self.evidence if e.id == evidence_id), None)
