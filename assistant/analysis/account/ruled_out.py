"""What was considered and set aside, with the reason."""

from __future__ import annotations

from assistant.analysis.account.evidence import EvidenceBook
from assistant.analysis.account.path import cite_suspect
from assistant.analysis.causes.diagnosis import Diagnosis
from assistant.analysis.causes.facts import Facts
from assistant.domain.report import RuledOut, Suspect

_MOST = 8
_WEAK = 0.25
_PLAIN = 0.5


def ruled_out(facts: Facts, diagnosis: Diagnosis, book: EvidenceBook) -> tuple[RuledOut, ...]:
    """The rivals of the verdict: other changes near the onset, and operational causes."""
    accused = diagnosis.judgement.suspect
    rivals = [s for s in diagnosis.suspects if accused is None or s.id != accused.id]
    found = [
        RuledOut(_title(s), why_not(s), cite_suspect(s, facts, book))
        for s in rivals[:_MOST]
        if not (diagnosis.judgement.verdict == "not_enough_evidence" and s.score > 0.5)
    ]
    leading = diagnosis.judgement.cause
    for cause in diagnosis.causes:
        if leading is None or cause.kind != leading.kind:
            reason = (
                "a change that would bring it about explains more" if accused else "explains less"
            )
            found.append(RuledOut(cause.title, reason, book.anomalies(cause.evidence[:2])))
    return tuple(found)


def _title(suspect: Suspect) -> str:
    short = f"{suspect.id[:10]} " if suspect.kind == "commit" else ""
    return f"{suspect.kind} {short}“{suspect.title}”"


def why_not(suspect: Suspect) -> str:
    """The strongest reason against a change, from the parts of its score."""
    parts = {p.name: p for p in suspect.parts}
    for name in ("after onset", "cannot change behaviour"):
        if name in parts and parts[name].value >= _PLAIN:
            return parts[name].reason
    if "close to the failure" not in parts:
        return f"{suspect.service or 'its service'} has no part in the failing calls"
    if parts["close to the failure"].value < 0.5:
        return parts["close to the failure"].reason + ", it is not where it began"
    absent = parts.get("nothing of it shows")
    if absent is not None and absent.value >= _PLAIN:
        return absent.reason
    fit = parts.get("explains the symptoms")
    if fit is None or fit.value < _WEAK:
        return "what it changes would not cause these symptoms"
    return "another change explains the symptoms better"
