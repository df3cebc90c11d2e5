"""Answers about what was observed: anomalies, times, impact, the path, which requests fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.analysis.account.breakdowns import in_words
from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.claim import Claim
from assistant.domain.report import Hop
from assistant.investigator.chat.answers.book import Asked, claim

_MOST = 8


def what_happened(asked: Asked) -> Iterator[Claim]:
    """Headline and summary as the report has them."""
    yield asked.report.headline
    yield from asked.report.summary


def anomalies(asked: Asked) -> Iterator[Claim]:
    """Anomaly windows, most unusual first; of the services that were asked about."""
    book, services = asked.book, asked.services
    found: Sequence[AnomalyWindow] = [
        a for a in asked.report.anomalies if not services or a.service in services
    ]
    if services and not found:
        found = book.look(services)
    if not found:
        where = ", ".join(services) or "any service"
        text = f"No series of {where} left its baseline in the period looked at."
        yield book.absent(text, f"anomalies {where}", services[0] if services else "")
    ranked = sorted(found, key=lambda a: -a.score)
    for anomaly in ranked[:_MOST]:
        yield book.anomaly(anomaly)
    if len(ranked) > _MOST:
        more = len(ranked) - _MOST
        yield Claim(f"{more} more anomaly windows; name a service to see its own.", ())


def since_when(asked: Asked) -> Iterator[Claim]:
    report, book = asked.report, asked.book
    impact = report.impact
    if impact.since is None:
        yield Claim("Nothing was found that began.", report.headline.evidence)
        return
    evidence = impact.evidence or report.headline.evidence
    first = f"; {report.first_failing_service} failed first" if report.first_failing_service else ""
    yield claim(f"Since {book.clock(impact.since)}{first}.", evidence)
    end = report.window.end
    if impact.ongoing:
        yield claim(
            f"It was still going on at {book.clock(end)}, the end of the data that was read; this "
            "report says nothing about later. “investigate now” looks again.",
            evidence,
        )
        return
    ended = [a.end for a in report.anomalies if a.end and a.service == report.first_failing_service]
    when = f" at {book.clock(max(ended))}" if ended else ""
    yield claim(f"It is over: {report.first_failing_service} went back to usual{when}.", evidence)


def impact(asked: Asked) -> Iterator[Claim]:
    found = asked.report.impact
    if found.since is None:
        yield Claim("Nobody was found to be hurt.", asked.report.headline.evidence)
        return
    evidence = found.evidence or asked.report.headline.evidence
    if found.requests:
        share = f"{100 * found.failed_requests / found.requests:.1f} %"
        yield claim(
            f"{found.failed_requests:,} of {found.requests:,} requests failed ({share}) since "
            f"{asked.book.clock(found.since)}.",
            evidence,
        )
    else:
        yield Claim("Requests could not be counted: there are no spans of the entry.", evidence)
    if asked.report.first_failing_service:
        hurt = ", ".join(found.services) or "no other service"
        yield claim(
            f"{asked.report.first_failing_service} failed first; also hurt: {hurt}.", evidence
        )
    if found.endpoints:
        yield claim(f"Endpoints: {', '.join(found.endpoints[:8])}.", evidence)
    yield Claim("How many people that were is not counted: spans count requests.", ())


def path(asked: Asked) -> Iterator[Claim]:
    """Hop by hop with its checks; up to the service that was asked about."""
    report = asked.report
    if not report.causal_path:
        yield Claim("There is no causal path to tell.", report.headline.evidence)
        return
    yield report.headline
    for hop in _up_to(report.causal_path, asked.services):
        yield Claim(_hop(hop), hop.evidence)
    for service in asked.services:
        yield from _own(service, asked)


def requests(asked: Asked) -> Iterator[Claim]:
    found = [
        b for b in asked.report.breakdowns if not asked.services or b.service in asked.services
    ]
    for breakdown in found[:3]:
        yield Claim(in_words(breakdown), breakdown.evidence)
    if not found:
        yield Claim(
            "No group of requests stands out: either all fail alike, or there are no spans to "
            "tell them apart by.",
            asked.report.impact.evidence or asked.report.headline.evidence,
        )


def _up_to(hops: Sequence[Hop], services: Sequence[str]) -> Sequence[Hop]:
    last = next((n for n, hop in enumerate(hops, 1) if hop.target in services), len(hops))
    return hops[:last]


def _hop(hop: Hop) -> str:
    checks = (
        ("connected", hop.connected),
        ("the target deviates", hop.deviates),
        ("the order fits", hop.ordered),
    )
    told = ", ".join(f"{name}: {_answer(value)}" for name, value in checks)
    return f"{hop.source} → {hop.target} ({hop.relation}); {told}."


def _answer(value: bool | None) -> str:
    return "cannot be told" if value is None else "yes" if value else "no"


def _own(service: str, asked: Asked) -> Iterator[Claim]:
    """The most unusual windows of a service itself."""
    own = sorted(
        (a for a in asked.report.anomalies if a.service == service), key=lambda a: -a.score
    )
    for anomaly in own[:2]:
        yield asked.book.anomaly(anomaly)
