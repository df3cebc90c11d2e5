"""Whether a model may overrule the analysis. It may when a sentence that passed the claim gate says
why, measured evidence and another kind of evidence stand behind it, and the cause it names is a
contender by the analysis' own figures. Text in telemetry can meet none but the first of these:
an attacker writes logs and commits, not scores, onsets or the graph of calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.domain.claim import Claim, Standing
from assistant.domain.evidence import EvidenceKind
from assistant.domain.report import Hypothesis, Report, Suspect, Verdict
from assistant.investigator.answer.schema import Explanation
from assistant.investigator.notebook import Notebook

_MEASURED = frozenset(
    (
        EvidenceKind.SERIES,
        EvidenceKind.TRACE,
        EvidenceKind.TOPOLOGY,
        EvidenceKind.BREAKDOWN,
        EvidenceKind.ABSENCE,
    )
)
_CONTENDER = 0.5  # of the score of the one that leads
_SURE = 0.8  # the analysis at this confidence is right so often that a model does not correct it
_TOLERANCE = timedelta(seconds=90)
_SHORTEST_HASH = 7


@dataclass(frozen=True, slots=True)
class Ruling:
    """`report` carries the verdict that stands and is what sentences are checked against; `engine`
    is that of the analysis. `overrules` is the reason that was accepted, or was given in vain (then
    `dissent` tells the disagreement)."""

    engine: Report
    report: Report
    overrules: Claim | None = None
    dissent: tuple[str, ...] = ()


def ruling(report: Report, answer: Explanation, reason: Claim | None, notebook: Notebook) -> Ruling:
    """The verdict that stands, of the analysis' and of the answer's; `reason` is the answer's for
    its own, as the gate left it."""
    if _agrees(report, answer):
        return Ruling(report, report)
    refusal = _refusal(report, answer, reason, notebook)
    if refusal:
        told = f"The model reads it differently ({_in_words(answer)}), which does not stand:"
        return Ruling(report, report, reason, (f"{told} {refusal}.",))
    return Ruling(report, _amended(report, answer), reason)


def same_change(one: str, other: str) -> bool:
    """A hash may be shortened; other ids are equal or not."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return short == long or (len(short) >= _SHORTEST_HASH and long.startswith(short))


def _agrees(report: Report, answer: Explanation) -> bool:
    if answer.verdict is not report.verdict:
        return False
    guilty = report.guilty
    return guilty is None or same_change(answer.guilty, guilty.id)


def _refusal(report: Report, answer: Explanation, reason: Claim | None, notebook: Notebook) -> str:
    """Why the analysis is not overruled; '' when it is."""
    if reason is None:
        return "it gives no reason"
    if reason.standing is not Standing.VERIFIED:
        return "its reason did not pass the checks"
    if report.confidence >= _SURE and report.verdict is not Verdict.NOT_ENOUGH_EVIDENCE:
        return f"the analysis is {report.confidence:.0%} sure"
    cited = [e for i in reason.evidence if (e := notebook.cited(i)) is not None]
    kinds = {e.kind for e in cited}
    if len(kinds) < 2 or not kinds & _MEASURED:
        return "its reason rests on less than two kinds of evidence, one of them measured"
    if answer.verdict is Verdict.CHANGE_GUILTY:
        suspect = _suspect(report, answer)
        if suspect is None:
            return "the change it names is no suspect"
        if set(suspect.evidence).isdisjoint(reason.evidence):
            return "its reason does not cite the change it names"
        return _no_contender(report, suspect)
    if answer.verdict is Verdict.NO_CHANGE_GUILTY:
        if _cause(report, answer) is None:
            return "the analysis found no operational cause that comes close"
        return ""
    return "to doubt a verdict is no other verdict; its doubt stands with the confidence"


def _no_contender(report: Report, suspect: Suspect) -> str:
    leading = max([report.suspects[0].score, *(h.confidence for h in report.hypotheses[:1])])
    if suspect.score < _CONTENDER * leading:
        return "the change it names scores far below the cause that leads"
    since = report.impact.since
    if since is not None and suspect.at > since + _TOLERANCE:
        return "the change it names took effect after the trouble began"
    touched = {report.first_failing_service, *report.impact.services}
    near = {e.callee for e in report.graph if e.caller in touched} | touched
    if suspect.service and suspect.service not in near:
        return "the change it names is in a service that the failing ones do not call"
    return ""


def _suspect(report: Report, answer: Explanation) -> Suspect | None:
    return next((s for s in report.suspects if same_change(answer.guilty, s.id)), None)


def _cause(report: Report, answer: Explanation) -> Hypothesis | None:
    """The operational cause that the model puts first, if it is a contender."""
    leading = report.hypotheses[0].confidence if report.hypotheses else 0.0
    for said in answer.hypotheses[:1]:
        for number, found in enumerate(report.hypotheses, 1):
            named = said.ref == f"H{number}" or said.title.lower() == found.title.lower()
            if named and found.kind != "change" and found.confidence >= _CONTENDER * leading:
                return found
    return None


def _amended(report: Report, answer: Explanation) -> Report:
    """The report under the other verdict: its cause first, no surer than its own score, and no
    remedy or first hop of the cause that was dismissed."""
    suspects, first, kind = report.suspects, report.hypotheses, ""
    if answer.verdict is Verdict.CHANGE_GUILTY:
        suspect = _suspect(report, answer)
        assert suspect is not None
        suspects = (suspect, *(s for s in suspects if s.id != suspect.id))
        leading = [h for h in first if h.suspect == suspect.id]
        confidence = min(report.confidence, suspect.score)
        kind = suspect.title
    else:
        cause = _cause(report, answer)
        assert cause is not None
        leading, confidence, kind = [cause], min(report.confidence, cause.confidence), cause.title
    named = {s.title for s in report.suspects} | {h.title for h in report.hypotheses}
    path = tuple(h for h in report.causal_path if h.source not in named or h.source == kind)
    return replace(
        report,
        verdict=answer.verdict,
        suspects=suspects,
        hypotheses=(*leading, *(h for h in first if h not in leading)),
        confidence=confidence,
        causal_path=path,
        remediation=(),
        ruled_out=tuple(r for r in report.ruled_out if kind not in r.title),
    )


def _in_words(answer: Explanation) -> str:
    said = str(answer.verdict).replace("_", " ")
    return f"{said}: {answer.guilty}" if answer.guilty else said
