"""Breakdowns in words and as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.analysis.account.evidence import EvidenceBook
from assistant.domain.report import Breakdown, Claim


def in_words(breakdown: Breakdown) -> str:
    """One sentence with the counts."""
    b, verb = breakdown, "fail" if breakdown.measure == "failed" else "are slow"
    others = b.total_requests - b.requests
    elsewhere = f", {_percent(b.total_events - b.events, others)} of the others" if others else ""
    usual = (
        f"; it was {_percent(b.usual_events, b.usual_requests)}"
        if b.usual_requests
        else "; there were none before"
    )
    share = f" (counted in {100 * b.sampled:.0f} % of the traces)" if b.sampled < 1 else ""
    return (
        f"{_percent(b.events, b.total_events)} of the {b.measure} requests of {b.service} have "
        f"{subset_in_words(b.subset)}: {b.events} of {b.total_events}. "
        f"{_percent(b.events, b.requests)} of such requests {verb}{elsewhere}{usual}{share}."
    )


def subset_in_words(subset: Sequence[tuple[str, str]]) -> str:
    return " and ".join(f"{name}={value}" for name, value in subset)


def claim_of(breakdowns: Sequence[Breakdown]) -> Claim | None:
    """The sentence for the summary: what carries most of the failures, or else of the slowness."""
    return Claim(in_words(breakdowns[0]), breakdowns[0].evidence) if breakdowns else None


def cited(breakdown: Breakdown, book: EvidenceBook) -> Breakdown:
    return replace(breakdown, evidence=(book.breakdown(breakdown, in_words(breakdown)),))


def _percent(part: int, whole: int) -> str:
    """Small shares keep a digit: 0.3 % is not nothing."""
    percent = 100 * part / max(whole, 1)
    return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"
