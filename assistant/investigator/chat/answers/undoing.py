"""What undoing a change would do."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain.claim import Claim
from assistant.domain.report import Report, Suspect, TimelineMark, Verdict
from assistant.investigator.chat.answers.book import Asked, change_name, claim, sentence


def roll_back(asked: Asked) -> Iterator[Claim]:
    """Whether undoing something is expected to help, what, and what else it would undo."""
    report = asked.report
    undoing = [r for r in report.remediation if r.action.startswith(("roll", "revert", "disable"))]
    accused = report.guilty
    if accused is None or not undoing:
        yield Claim(_no_use(report), report.headline.evidence)
        for remedy in report.remediation[:2]:
            yield Claim(f"Proposed instead: {remedy.text}", remedy.evidence)
        return
    for remedy in undoing:
        command = f" Command: {remedy.command}" if remedy.command else ""
        yield Claim(f"{sentence(remedy.text)}{command}", remedy.evidence)
    others = [s for s in report.suspects if s is not accused and _together(s, accused)]
    for other in others[:4]:
        yield claim(
            f"The same deployment brought {change_name(other)}: rolling back undoes it, too.",
            other.evidence,
        )
    for mark in _after(report, accused):
        yield claim(
            f"Since then {mark.kind} {mark.label} followed at {asked.book.clock(mark.at)}: look at "
            "it before you roll back over it.",
            [asked.book.mark(mark)],
        )
    for check in report.next_checks[:1]:
        yield Claim(f"How to tell that it helped: {check}", report.headline.evidence)
    yield Claim(
        f"How sure it is that this is the change: {report.confidence:.0%}.".replace("%", " %"),
        report.headline.evidence,
    )


def _no_use(report: Report) -> str:
    if report.verdict is Verdict.NO_CHANGE_GUILTY:
        return "No change is guilty, so rolling back is not expected to help."
    if report.verdict is Verdict.HEALTHY:
        return "Nothing is wrong, so there is nothing to roll back."
    if report.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return "No change could be named as the cause: whether a roll-back helps cannot be told."
    return "Nothing of what is accused can be rolled back."


def _together(one: Suspect, other: Suspect) -> bool:
    return bool(one.deployment) and one.deployment == other.deployment


def _after(report: Report, accused: Suspect) -> list[TimelineMark]:
    """Later deployments of the same service."""
    return [
        m
        for m in report.timeline
        if m.kind == "deployment" and m.service == accused.service and m.at > accused.at
    ][:3]
