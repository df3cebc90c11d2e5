"""Answers about changes: which there were, why one is suspected and another is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from assistant.analysis.code.words import telling_words
from assistant.domain.claim import Claim
from assistant.domain.report import Report, RuledOut, ScorePart, Suspect, TimelineMark
from assistant.investigator.chat.answers.book import (
    Asked,
    change_name,
    claim,
    evidence_of,
    sentence,
)
from assistant.investigator.chat.times import When

_MOST = 12
_WEAK = 0.3  # of 1: a part of a score that says this little speaks against a change
_PLAIN = "why not could rule out deploy deployment flag commit config change"
_KINDS = {
    "deployment": re.compile(r"\b(?:deploy\w*|releases?|rollouts?|versions?)\b", re.I),
    "flag": re.compile(r"\b(?:flags?|toggles?)\b", re.I),
    "config": re.compile(r"\b(?:config\w*|settings?)\b", re.I),
    "commit": re.compile(r"\b(?:commits?|patch|merge)\b", re.I),
}


def what_changed(asked: Asked) -> Iterator[Claim]:
    """Changes of the window, newest first, of the services and the period that were asked for."""
    report, book = asked.report, asked.book
    marks = [m for m in report.timeline if _asked_for(m, asked.services, asked.follow_up.period)]
    known = [s for s in report.suspects if _went_live(s, asked, marks)]
    told: list[TimelineMark | Suspect] = sorted([*marks, *known], key=lambda c: c.at, reverse=True)
    for change in told[:_MOST]:
        yield _mark(change, asked) if isinstance(change, TimelineMark) else _live(change, asked)
    if not told:
        where = f" of {', '.join(asked.services)}" if asked.services else ""
        yield book.absent(f"No change{where} is known in the period looked at.", "changes")
    if len(told) > _MOST:
        yield Claim(f"{len(told) - _MOST} older changes are not listed here.", ())


def _mark(mark: TimelineMark, asked: Asked) -> Claim:
    where = f" ({mark.service})" if mark.service and mark.service not in mark.label else ""
    accused = ", brought what is accused" if mark.suspect and asked.report.guilty else ""
    text = f"{asked.book.clock(mark.at)}: {mark.kind} {mark.label}{where}{accused}."
    return claim(text, [asked.book.mark(mark)])


def _live(suspect: Suspect, asked: Asked) -> Claim:
    where = suspect.service or "an unknown service"
    return claim(
        f"{asked.book.clock(suspect.at)}: {change_name(suspect)} went live in {where} "
        f"(score {suspect.score:.2f}).",
        suspect.evidence,
    )


def why_this(asked: Asked) -> Iterator[Claim]:
    """The parts of the leading suspect's score; of an operational cause what supports it."""
    report = asked.report
    if (accused := report.guilty) is None:
        yield from _why_no_change(report)
        return
    yield Claim(report.headline.text, report.headline.evidence)
    for part in _moving(accused, positive=True)[:5]:
        yield _part(part, accused, "For")
    for part in _moving(accused, positive=False)[:2]:
        yield _part(part, accused, "Against")
    for rival in report.suspects[1:2]:
        yield claim(
            f"The next suspect is {change_name(rival)} with a score of {rival.score:.2f} against "
            f"{accused.score:.2f}.",
            evidence_of(rival)[:3],
        )


def why_not(asked: Asked) -> Iterator[Claim]:
    """What speaks against the change, or the cause, that a question names."""
    report, text = asked.report, asked.follow_up.text
    suspects = [s for s in report.suspects if _names(text, s.title, s.service, s.kind, s.id, asked)]
    excluded = [r for r in report.ruled_out if _names_excluded(text, r, asked)]
    if report.guilty in suspects:
        yield Claim("That is the change that is accused.", report.headline.evidence)
        yield from why_this(asked)
        return
    for suspect in suspects[:3]:
        yield from _against(suspect, report)
    if suspects:
        return
    for one in excluded[:3]:
        yield Claim(sentence(f"{one.title} is ruled out: {one.reason}"), one.evidence)
    if excluded:
        return
    yield from _not_suspected(asked)


def _went_live(suspect: Suspect, asked: Asked, marks: Sequence[TimelineMark]) -> bool:
    """A commit of the services and the period asked about that no mark shows already."""
    if suspect.kind != "commit" or not _within(suspect.at, asked.follow_up.period):
        return False
    if asked.services and suspect.service not in asked.services:
        return False
    return not any(n in m.label for m in marks for n in (suspect.title, suspect.id[:12]))


def _asked_for(mark: TimelineMark, services: tuple[str, ...], period: When | None) -> bool:
    if services and mark.service and mark.service not in services:
        return False
    return _within(mark.at, period)


def _within(moment: datetime, period: When | None) -> bool:
    return period is None or period.moment or period.start <= moment <= period.end


def _moving(suspect: Suspect, *, positive: bool) -> list[ScorePart]:
    moved = [p for p in suspect.parts if p.value * p.weight and (p.weight > 0) == positive]
    return sorted(moved, key=lambda p: -abs(p.value * p.weight))


def _part(part: ScorePart, suspect: Suspect, side: str) -> Claim:
    text = f"{side} ({part.name}, {part.value * part.weight:+.2f}): {sentence(part.reason)}"
    return Claim(text, part.evidence or suspect.evidence)


def _why_no_change(report: Report) -> Iterator[Claim]:
    yield Claim(report.headline.text, report.headline.evidence)
    yield from report.summary[:3]
    for hypothesis in report.hypotheses[:1]:
        if hypothesis.supporting:
            yield Claim(
                f"The leading hypothesis is {hypothesis.title} ({hypothesis.service}), "
                f"{hypothesis.confidence:.2f}.",
                hypothesis.supporting[:4],
            )
    for one in report.ruled_out[:3]:
        yield Claim(sentence(f"Ruled out: {one.title}: {one.reason}"), one.evidence)


def _names(text: str, title: str, service: str, kind: str, change: str, asked: Asked) -> bool:
    """Whether a question names a change: by its hash, by its service and kind, by words of its
    title. A kind alone names every change of that kind."""
    if any(change.lower().startswith(w) for w in re.findall(r"\b[0-9a-f]{7,40}\b", text.lower())):
        return True
    kinds = {name for name, words in _KINDS.items() if words.search(text)}
    if asked.services:
        fits = not kinds or kind in kinds or (kind == "commit" and "deployment" in kinds)
        return service in asked.services and fits
    shared = (set(telling_words(text)) & set(telling_words(title))) - _plain()
    if kinds and kind not in kinds:
        return False
    named = len(shared) >= 2 or (bool(shared) and (bool(kinds) or len(telling_words(title)) < 3))
    return named or (kinds == {kind} and not _says_more(text))


@cache
def _plain() -> frozenset[str]:
    """Words of any question about changes, as `telling_words` has them."""
    return frozenset(telling_words(_PLAIN))


def _says_more(text: str) -> bool:
    """Whether a question holds words beyond those of any question."""
    return bool(set(telling_words(text)) - _plain())


def _names_excluded(text: str, one: RuledOut, asked: Asked) -> bool:
    if asked.services:
        return any(service in one.title for service in asked.services)
    return bool((set(telling_words(text)) & set(telling_words(one.title))) - _plain())


def _against(suspect: Suspect, report: Report) -> Iterator[Claim]:
    named = (suspect.title, suspect.id[:10], suspect.deployment or suspect.title)
    reason = next((r for r in report.ruled_out if any(n in r.title for n in named)), None)
    if reason is not None:
        yield Claim(
            sentence(f"{change_name(suspect)} is ruled out: {reason.reason}"),
            reason.evidence or suspect.evidence,
        )
    for part in _moving(suspect, positive=False)[:3]:
        yield _part(part, suspect, "Against")
    moving = _moving(suspect, positive=True)
    for part in [p for p in moving if p.value < _WEAK][:2]:
        text = f"Against ({part.name}, only {part.value:.2f} of 1): {sentence(part.reason)}"
        yield Claim(text, part.evidence or suspect.evidence)
    for part in [p for p in moving if p.value >= _WEAK][:2]:
        yield _part(part, suspect, "For")
    leading = report.suspects[0]
    rival = f" against {leading.score:.2f} of {change_name(leading)}" if leading != suspect else ""
    yield claim(
        f"Its score is {suspect.score:.2f}{rival}.", evidence_of(suspect)[:2], leading.evidence
    )


def _not_suspected(asked: Asked) -> Iterator[Claim]:
    """A change that is known and not suspected, or one that nobody knows of."""
    report, book = asked.report, asked.book
    marks = [m for m in report.timeline if m.service in asked.services]
    for mark in marks[:3]:
        part = "has a part" if _takes_part(mark.service, report) else "has no part"
        yield claim(
            f"{mark.kind.capitalize()} {mark.label} at {book.clock(mark.at)} is not among the "
            f"suspects; {mark.service} {part} in the incident.",
            [book.mark(mark)],
        )
    if marks:
        return
    where = ", ".join(asked.services)
    if where:
        window = f"{report.window.start:%Y-%m-%d %H:%M} to {report.window.end:%H:%M} UTC"
        yield book.absent(f"No change of {where} is known from {window}.", f"changes {where}")
        return
    yield Claim("No change or cause that was considered goes by these words.", ())
    for suspect in report.suspects[:3]:
        yield claim(f"Considered: {change_name(suspect)} ({suspect.service}).", suspect.evidence)


def _takes_part(service: str, report: Report) -> bool:
    return service in (report.first_failing_service, *report.impact.services)
