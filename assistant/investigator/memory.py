"""What is remembered of finished investigations, and which of them a new one is like.

Only facts that code found are kept: verdict, first failing service, kinds of anomalies, log
templates, the mechanism of what is guilty, the remedy. The vector store finds candidates by their
text; whether one is offered is decided by the overlap of the facts themselves, as the text alone
cannot tell one limit from another. What is offered is for people: it moves no ranking.
"""

from __future__ import annotations

import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.analysis.code.findings import Finding
from assistant.analysis.code.hunks import hunk_findings
from assistant.analysis.code.mechanisms import mechanisms_of
from assistant.domain.conversation import Feedback
from assistant.domain.errors import CausewayError, NotFound
from assistant.domain.evidence import EvidenceKind
from assistant.domain.knowledge import Document, DocumentKind
from assistant.domain.ports import FeedbackLog, Knowledge, ReportStore
from assistant.domain.report import Report, SimilarIncident, Verdict

logger = logging.getLogger(__name__)

# Measured on generated incidents of two seeds, and checked on two others: see docs/chat.md.
LIKE = 0.75
_WEIGHTS: Mapping[str, float] = {
    "cause": 3.0,
    "about": 1.0,
    "signals": 1.0,
    "words": 1.5,
    "remedy": 1.0,
}
# Below these a cause is another one, whatever else agrees.
_SAME_CAUSE, _ABOUT_THE_SAME = 0.5, 0.3
_ELSEWHERE = 0.35  # what a service that did not fail first has to say
_CANDIDATES, _OFFERED = 50, 3
_TEMPLATES, _TEMPLATE, _SERIES = 6, 160, 6
_SAME_INCIDENT = timedelta(minutes=15)  # onsets this near are one incident, looked at again

Facts = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Memory:
    """Finished investigations, over the ports that keep them."""

    knowledge: Knowledge
    reports: ReportStore
    feedback: FeedbackLog

    def remember(self, report: Report) -> None:
        """Keep what is worth keeping. A memory that fails is logged: the report stands."""
        try:
            if (document := document_of(report)) is not None:
                self.knowledge.remember([document])
        except CausewayError:
            logger.exception("report %s could not be remembered", report.id)

    def recall(self, report: Report) -> Report:
        """The same report with the past incidents it is like, if any."""
        try:
            return replace(report, similar=self.similar(report))
        except CausewayError:
            logger.exception("the memory could not be asked about report %s", report.id)
            return report

    def similar(self, report: Report) -> tuple[SimilarIncident, ...]:
        """At most three, likest first; none that is not like it."""
        if (document := document_of(report)) is None:
            return ()
        facts = facts_of(report)
        hits = self.knowledge.search(
            document.text, kinds=[DocumentKind.INCIDENT], limit=_CANDIDATES
        )
        found: list[tuple[float, Report]] = []
        for other in self._past([hit.document.reference for hit in hits], report):
            if (alike := likeness(facts, facts_of(other))) >= LIKE:
                found.append((alike, other))
        found.sort(key=lambda one: (-one[0], one[1].id))
        return tuple(self._offered(alike, other) for alike, other in found[:_OFFERED])

    def _past(self, ids: Sequence[str], report: Report) -> Iterator[Report]:
        """Reports with the same verdict that are of another incident."""
        for report_id in dict.fromkeys(ids):
            try:
                other = self.reports.report(report_id)
            except NotFound:
                continue  # deleted since
            if other.verdict is report.verdict and not _same_incident(report, other):
                yield other

    def _offered(self, alike: float, other: Report) -> SimilarIncident:
        return SimilarIncident(
            report_id=other.id,
            at=other.impact.since or other.question.at,
            likeness=round(alike, 2),
            verdict=other.verdict,
            headline=other.headline.text,
            remedy=other.remediation[0].text if other.remediation else "",
            outcome=outcome_of(self.feedback.of(other.id)),
        )


def document_of(report: Report) -> Document | None:
    """The facts of a report for the vector store; None where no cause is named by code, so that
    there is nothing to compare with: also where a model overruled it."""
    facts = facts_of(report)
    overruled = report.narration is not None and report.narration.engine_verdict is not None
    if not facts["cause"] or overruled:
        return None
    since = report.impact.since or report.question.at
    first = report.first_failing_service
    series = dict.fromkeys(a.key.name[:60] for a in report.anomalies if a.service == first)
    lines = (
        f"{report.verdict.replace('_', ' ')}: {', '.join(sorted(facts['cause']))}",
        f"about {', '.join(sorted(facts['about']))}",
        f"first failing: {first}; {', '.join(sorted(facts['signals']))}",
        f"series: {', '.join(list(series)[:_SERIES])}",
        f"remedy: {', '.join(facts['remedy'])}",
        *_templates(report),
    )
    window = replace(report.window, start=min(since, report.window.start))
    return Document(
        id=f"incident:{report.id}",
        kind=DocumentKind.INCIDENT,
        text="\n".join(lines),
        service=first,
        first_ns=window.start_ns,
        last_ns=window.end_ns,
        reference=report.id,
    )


def facts_of(report: Report) -> Facts:
    """What is comparable between systems: features by group, each group of length 1."""
    found = _findings(report)
    about = _summed((m.value, one.strength) for one in found for m in one.mechanisms)
    groups = {
        "cause": _cause(report, found),
        "about": about,
        "signals": _signals(report),
        "words": _words(report),
        "remedy": {r.action: 1.0 for r in report.remediation[:1]},
    }
    return {name: _unit(group) for name, group in groups.items()}


def likeness(one: Facts, other: Facts) -> float:
    """0..1: the weighted cosine of the groups; 0 where the causes are not of the same kind."""
    cosines = {name: _cosine(one[name], other[name]) for name in _WEIGHTS}
    if cosines["cause"] < _SAME_CAUSE:
        return 0.0
    if one["about"] and other["about"] and cosines["about"] < _ABOUT_THE_SAME:
        return 0.0
    there = {name: weight for name, weight in _WEIGHTS.items() if one[name] or other[name]}
    return sum(weight * cosines[name] for name, weight in there.items()) / sum(there.values())


def outcome_of(feedback: Sequence[Feedback]) -> str:
    """What it was in the end, in the words of who said so last; else what people thought of it."""
    told = [one.outcome for one in feedback if one.outcome]
    if told:
        return told[-1]
    helpful = sum(one.helpful for one in feedback if not one.claim)
    whole = sum(not one.claim for one in feedback)
    return f"{helpful} of {whole} found the report helpful" if whole else ""


def _same_incident(report: Report, other: Report) -> bool:
    since, before = report.impact.since, other.impact.since
    if report.id == other.id or since is None or before is None:
        return True
    return abs(since - before) <= _SAME_INCIDENT


def _findings(report: Report) -> list[Finding]:
    hunks = report.guilty.guilty_hunks if report.guilty is not None else ()
    return [found for hunk in hunks for found in hunk_findings(hunk)]


def _cause(report: Report, found: Sequence[Finding]) -> dict[str, float]:
    """Kinds of what is guilty. That it is a commit says nothing; that it is a flag does."""
    cause: dict[str, float] = {}
    if report.guilty is not None and report.guilty.kind != "commit":
        cause[f"{report.guilty.kind} set"] = 0.5
    cause |= _summed((one.kind.value, one.strength) for one in found)
    leading = report.hypotheses[0].kind if report.hypotheses else "change"
    if report.verdict is Verdict.NO_CHANGE_GUILTY and leading != "change":
        cause[leading] = 1.0
    return cause


def _signals(report: Report) -> dict[str, float]:
    """Which signals moved where to; more windows of one kind say little more."""
    counted = Counter(
        f"{'first' if a.service == report.first_failing_service else 'other'} {a.signal.value} "
        f"{a.direction.value}{' of calls' if a.key.peer else ''}"
        for a in report.anomalies
    )
    return {name: 1 + math.log(count) for name, count in counted.items()}


def _words(report: Report) -> dict[str, float]:
    """The mechanisms that names of series and log templates speak of; those of the service that
    failed first know more."""
    first = report.first_failing_service
    return _summed(
        (mechanism.value, (1.0 if anomaly.service == first else _ELSEWHERE) * (1 - 0.5**count))
        for anomaly in report.anomalies
        for mechanism, count in mechanisms_of(anomaly.key.name).items()
    )


def _summed(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for name, value in parts:
        found[name] += value
    return dict(found)


def _templates(report: Report) -> list[str]:
    templates = (
        str(e.data["template"])[:_TEMPLATE]
        for e in report.evidence
        if e.kind is EvidenceKind.LOG and e.data.get("template")
    )
    return list(dict.fromkeys(templates))[:_TEMPLATES]


def _unit(group: Mapping[str, float]) -> Mapping[str, float]:
    length = math.sqrt(sum(value * value for value in group.values()))
    return {name: value / length for name, value in group.items()} if length else {}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(value * other.get(name, 0.0) for name, value in one.items())
