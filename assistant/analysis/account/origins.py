"""Origins as a report cites them."""

from __future__ import annotations

from dataclasses import replace

from assistant.analysis.account.evidence import EvidenceBook
from assistant.domain.report import Origin


def placed(origin: Origin, book: EvidenceBook) -> Origin:
    """The origin with evidence ids of this report in place of anomaly ids; what was worked out
    from series without an anomaly window of their own is evidence in its words."""
    parts = [
        replace(p, evidence=book.anomalies(p.evidence) or (book.account(origin.service, p.reason),))
        for p in origin.parts
    ]
    return replace(
        origin,
        parts=tuple(parts),
        findings=tuple(replace(f, evidence=book.anomalies(f.evidence)) for f in origin.findings),
        evidence=tuple(dict.fromkeys(e for p in parts for e in p.evidence)),
    )
