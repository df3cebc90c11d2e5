"""Which of the cited evidence a part of a sentence speaks of: the piece with which it shares most
words and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import snowballstemmer

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import Report
from assistant.investigator.gate.courses import CHANGES
from assistant.investigator.gate.culprits import names_hash
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.names import stem as bare
from assistant.investigator.gate.reading import Reading

# What people call a kind of evidence, or what it measures, besides its own words.
_CALLED = {
    EvidenceKind.DEPLOYMENT: "deploy deployment redeploy releas rollout roll ship upgrad out "
    "effect live arriv",
    EvidenceKind.FLAG: "flag switch turn flip enabl toggl on off effect live",
    EvidenceKind.COMMIT: "commit chang merg",
    EvidenceKind.CONFIG: "config configur set valu setting",
    EvidenceKind.LOG: "log error complain record messag report refus fail first except crash",
    EvidenceKind.TRACE: "trace request span",
    EvidenceKind.TOPOLOGY: "call",
}
_MEASURES = {
    "latency": "latenc slow slower fast durat respons median delay answer",
    "errors": "error fail failur 5xx refus answer",
    "traffic": "traffic request load call rate",
    "saturation": "pool wait full exhaust usag use satur disk memori",
}
_TROUBLE = "onset troubl begin began start alert incid problem symptom failur outag fail"
_WORD = re.compile(r"[a-z][a-z0-9]+")
_COMMON = frozenset(
    "the of and a in to is was by for mean rose fell onset robust deviat pelt still go from it its "
    "this that with per each more than usual arose servic itself flag record revis succeed http "
    "server client post get had been were has".split()
)
_SERVICE, _IDENTIFIER = 3, 3
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Cited evidence as something that happened within [earliest, latest]."""

    evidence: Evidence
    change: bool
    earliest: datetime
    latest: datetime
    at: datetime  # the best estimate


def events(grounds: Grounds) -> tuple[Event, ...]:
    """One per piece of cited evidence that has a time of its own."""
    found = []
    for evidence in grounds.cited:
        kind = "change" if evidence.kind in CHANGES else "onset"
        if evidence.kind is EvidenceKind.COMMIT:
            found += _in_effect(evidence, grounds)
            continue
        own = [m for m in grounds.moments if m.source == evidence.id]
        timed = [m for m in own if m.kind == kind] or own[:1]
        if timed:
            first = timed[0]
            best = first.best or first.earliest + (first.latest - first.earliest) / 2
            found.append(Event(evidence, kind == "change", first.earliest, first.latest, best))
    since = grounds.report.impact.since
    if since is not None and all(e.change for e in found):
        found.append(Event(_onset(grounds.report), False, since, since, since))
    return tuple(found)


def _in_effect(evidence: Evidence, grounds: Grounds) -> list[Event]:
    """When a commit came into effect, where no deployment of it is cited."""
    if any(e.kind is EvidenceKind.DEPLOYMENT for e in grounds.cited):
        return []
    own = [s for s in grounds.suspects if names_hash(evidence, s.id) and s.deployment]
    return [Event(evidence, True, s.at, s.at, s.at) for s in own]


def _onset(report: Report) -> Evidence:
    """'The onset' of a sentence that cites no evidence of it: every reader of the report knows
    when that was."""
    return Evidence("onset", EvidenceKind.ABSENCE, "the onset", "", "", report.window)


def linked(
    reading: Reading, start: int, end: int, candidates: Sequence[Evidence], grounds: Grounds
) -> tuple[Evidence, ...]:
    """The candidates that a part of the text speaks of: those with the highest score above 0."""
    scores = {e.id: score(reading, start, end, e, grounds) for e in candidates}
    best = max(scores.values(), default=0.0)
    return tuple(e for e in candidates if best > 0 and scores[e.id] == best)


def score(reading: Reading, start: int, end: int, evidence: Evidence, grounds: Grounds) -> float:
    own = vocabulary(evidence, grounds)
    stems = {t.stem for t in reading.within(start, end)} | {
        t.word for t in reading.within(start, end)
    }
    total = float(len((stems & own) - _COMMON))
    named = {bare(n) for n in reading.services_in(start, end)}
    if evidence.service and bare(evidence.service) in named:
        total += _SERVICE
    text = f"{evidence.title}\n{evidence.excerpt}".lower()
    marks = (*reading.quoted, *reading.hashes, *reading.versions, *reading.identifiers)
    total += sum(_IDENTIFIER for m in marks if start <= m.start < end and m.name.lower() in text)
    clocks = (c for c in reading.clocks if start <= c.start < end)
    return total + sum(1 for c in clocks if c.text.split(" ")[0] in text)


def vocabulary(evidence: Evidence, grounds: Grounds) -> frozenset[str]:
    words = _words((evidence.title, evidence.excerpt))
    called = _CALLED.get(evidence.kind, "").split()
    if evidence.kind not in CHANGES:
        called += _TROUBLE.split()
    for course in grounds.course(evidence.id):
        called += _MEASURES.get(course.signal, "").split()
    return frozenset((*words, *_stemmer.stemWords(list(words)), *called))


def _words(texts: Iterable[str]) -> set[str]:
    return {w for text in texts for w in _WORD.findall(re.sub(r"[_.]", " ", text.lower()))}
