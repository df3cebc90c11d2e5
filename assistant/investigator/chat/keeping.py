"""Evidence that an answer found is kept with its report, so that anyone can open it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.domain.claim import Claim
from assistant.domain.ports import ReportStore
from assistant.domain.report import Report
from assistant.investigator.notebook import Notebook


def kept(
    reports: ReportStore, report: Report, notebook: Notebook, claims: Sequence[Claim]
) -> tuple[Claim, ...]:
    """The claims, after what they cite was added to the stored report. Another answer may have
    added to it meanwhile: what was found now then goes by the next free ids."""
    used = {e for claim in claims for e in claim.evidence}
    found = [evidence for evidence in notebook.found() if evidence.id in used]
    if not found:
        return tuple(claims)
    stored = reports.report(report.id)
    book = Notebook(stored)
    ids = {evidence.id: book.keep(evidence) for evidence in found}
    evidence = book.evidence(ids.values())
    if len(evidence) > len(stored.evidence):
        reports.save(replace(stored, evidence=evidence))
    return tuple(_renamed(claim, ids) for claim in claims)


def _renamed(claim: Claim, ids: Mapping[str, str]) -> Claim:
    asserts = tuple(
        replace(a, subject=ids.get(a.subject, a.subject), object=ids.get(a.object, a.object))
        for a in claim.asserts
    )
    return replace(claim, evidence=tuple(ids.get(e, e) for e in claim.evidence), asserts=asserts)
