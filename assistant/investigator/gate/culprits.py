"""What the report holds to be a cause: the guilty change, the hops of the causal path, and between
services that call each other the one that failed first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import CallEdge, Report, Suspect, Verdict
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.names import stem, written_in

_SHORTEST_HASH = 7


def is_guilty(evidence: Evidence, report: Report) -> bool:
    """Whether this piece is about the guilty change itself, or the deployment that brought it."""
    guilty = report.guilty
    if guilty is None or evidence.id not in guilty.evidence:
        return False
    return evidence.kind is not EvidenceKind.COMMIT or names_hash(evidence, guilty.id)


def names_hash(evidence: Evidence, commit: str) -> bool:
    return evidence.data.get("hash") == commit or commit[:10] in evidence.excerpt + evidence.query


def changes_meant(grounds: Grounds, pieces: Sequence[Evidence]) -> list[Evidence]:
    """Commits, flags and configuration before the deployments that carried them."""
    own = [e for e in pieces if e.kind is not EvidenceKind.DEPLOYMENT]
    return own or list(pieces)


def suspect_named(name: str, report: Report) -> Suspect | None:
    """By id, by the start of a hash, or by what its title says (a flag's key)."""
    low = name.lower().strip()
    for suspect in report.suspects:
        known = suspect.id.lower()
        if low == known or (len(low) >= _SHORTEST_HASH and known.startswith(low)):
            return suspect
    for suspect in report.suspects:
        title = suspect.title.lower()
        if low and (low == title or title.startswith(f"{low}:") or low == suspect.deployment):
            return suspect
    return None


def leads(cause: str, effect: str, report: Report) -> bool:
    """Whether verified hops lead from one service to the other. Off the causal path: they call
    each other, the calls fail or both deviate, and the cause did not deviate later."""
    if stem(cause) == stem(effect):
        return True
    return _along(cause, effect, _hops(report)) or _beside(cause, effect, report)


def _hops(report: Report) -> list[tuple[str, str]]:
    return [(stem(h.source), stem(h.target)) for h in report.causal_path if h.verified]


def _along(cause: str, effect: str, hops: Sequence[tuple[str, str]]) -> bool:
    at, seen = {stem(cause)}, set[str]()
    while at - seen:
        seen |= at
        at = {target for source, target in hops if source in at}
    return stem(effect) in seen


def _beside(cause: str, effect: str, report: Report) -> bool:
    """The effect's service calls the cause's, directly; not against the causal path."""
    if _along(effect, cause, _all_hops(report)):
        return False
    if stem(effect) == stem(report.first_failing_service) and report.causal_path:
        return written_in(report.causal_path[0].source, cause)  # nothing lies before the first
    edges = _calls(stem(effect), stem(cause), report)
    if not edges:
        return False
    first, second = _onset(cause, report), _onset(effect, report)
    if first is not None and second is not None:
        return first[0] <= second[1]
    return any(e.errors for e in edges) or first is not None


def _calls(caller: str, callee: str, report: Report) -> list[CallEdge]:
    """The last calls on the ways from one service to another, straight or through one between."""
    edges = [(stem(e.caller), stem(e.callee), e) for e in report.graph]
    near = {b for a, b, _ in edges if a == caller}
    return [e for a, b, e in edges if b == callee and (a == caller or a in near)]


def _all_hops(report: Report) -> list[tuple[str, str]]:
    return [(stem(h.source), stem(h.target)) for h in report.causal_path]


def _onset(service: str, report: Report) -> tuple[datetime, datetime] | None:
    own = [a for a in report.anomalies if stem(a.service) == stem(service)]
    if not own:
        return None
    first = min(own, key=lambda a: a.onset)
    return first.onset_earliest, first.onset_latest


def operational(report: Report) -> Iterator[str]:
    """The services at which an operational cause is seated, when the verdict is one."""
    if report.verdict is Verdict.NO_CHANGE_GUILTY:
        yield from (h.service for h in report.hypotheses[:1] if h.kind != "change")
