"""Answers about the report itself and what to do with it."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain.claim import Claim
from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import SimilarIncident
from assistant.investigator.chat.answers.book import Asked, claim, sentence
from assistant.investigator.chat.topics import evidence_ids


def confidence(asked: Asked) -> Iterator[Claim]:
    """The figure, its reasons, and what weakens it."""
    report = asked.report
    evidence = report.headline.evidence
    share = f"{100 * report.confidence:.0f} %"
    verdict = report.verdict.replace("_", " ")
    yield Claim(f"The verdict is: {verdict}; confidence {share}.", evidence)
    for reason in report.confidence_reasons[:4]:
        yield Claim(sentence(reason), evidence)
    for hop in report.causal_path:
        if not hop.verified:
            yield Claim(f"The hop {hop.source} → {hop.target} is not fully verified.", hop.evidence)
    for gap in report.gaps[:2]:
        yield asked.book.absent(f"Missing: {sentence(gap)}", "gaps")


def owner(asked: Asked) -> Iterator[Claim]:
    """Of the first failing service, or of those that were asked about."""
    report, book = asked.report, asked.book
    services = asked.services or tuple(filter(None, (report.first_failing_service,)))
    if not services:
        yield Claim("No service failed, so there is nobody to page.", report.headline.evidence)
    for service in services:
        entry = book.catalogue.entry(service)
        known = entry.owner if entry else ""
        if not known and service == report.first_failing_service:
            known = report.owner
        query = f"catalogue service={service}"
        if not known:
            yield book.absent(f"The catalogue names no owner of {service}.", query, service)
            continue
        text = f"{service} belongs to {known}, says the service catalogue"
        cited = book.notebook.add(EvidenceKind.TOPOLOGY, text, text, query, report.window, service)
        yield Claim(f"{text}.", (cited,))
    if (accused := report.guilty) and accused.author and not asked.services:
        yield claim(f"The accused {accused.kind} is by {accused.author}.", accused.evidence)


def what_to_do(asked: Asked) -> Iterator[Claim]:
    report = asked.report
    for remedy in report.remediation:
        command = f" Command: {remedy.command}" if remedy.command else ""
        yield Claim(f"{sentence(remedy.text)}{command}", remedy.evidence)
    if not report.remediation:
        yield Claim("No remedy can be proposed without a cause.", report.headline.evidence)
    if report.next_checks:
        yield from checks(asked)


def checks(asked: Asked) -> Iterator[Claim]:
    report = asked.report
    for check in report.next_checks:
        yield Claim(f"Check: {sentence(check)}", report.headline.evidence)
    if not report.next_checks:
        yield Claim("Nothing further to check is proposed.", report.headline.evidence)


def gaps(asked: Asked) -> Iterator[Claim]:
    for gap in asked.report.gaps:
        yield asked.book.absent(sentence(gap), "gaps")
    if not asked.report.gaps:
        yield Claim("No gap in the data was noticed.", asked.report.headline.evidence)


def evidence(asked: Asked) -> Iterator[Claim]:
    """Excerpt, query and window of each piece that was asked for."""
    for wanted in evidence_ids(asked.follow_up.text):
        found = asked.book.notebook.cited(wanted)
        if found is None:
            known = asked.report.evidence
            most = f"; it has {known[0].id} to {known[-1].id}" if known else ""
            yield Claim(f"Report {asked.report.id} has no evidence {wanted}{most}.", ())
            continue
        window = f"{found.window.start:%Y-%m-%d %H:%M:%S} to {found.window.end:%H:%M:%S} UTC"
        text = f"{found.kind}: {found.title}\n{found.excerpt}\nfrom {found.query}; {window}"
        yield Claim(text, (found.id,))


def similar(asked: Asked) -> Iterator[Claim]:
    for one in asked.report.similar:
        yield Claim(_similar(one), asked.report.headline.evidence)
    if not asked.report.similar:
        yield Claim("No finished investigation is similar enough to be worth a look.", ())


def _similar(one: SimilarIncident) -> str:
    remedy = f" Proposed then: {sentence(one.remedy)}" if one.remedy else ""
    outcome = f" In the end: {sentence(one.outcome)}" if one.outcome else ""
    return (
        f"Report {one.report_id} of {one.at:%Y-%m-%d %H:%M} UTC, likeness {one.likeness:.2f}: "
        f"{sentence(one.headline)}{remedy}{outcome}"
    )
