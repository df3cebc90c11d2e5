"""Puts a diagnosis into words, without a language model: fixed sentences, every one cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assistant.analysis.account.breakdowns import cited, claim_of
from assistant.analysis.account.evidence import EvidenceBook
from assistant.analysis.account.gaps import gaps_of, next_checks
from assistant.analysis.account.impact import affected_graph, impact_of
from assistant.analysis.account.origins import placed
from assistant.analysis.account.path import causal_path, cite_suspect, spine
from assistant.analysis.account.remedies import remedies
from assistant.analysis.account.ruled_out import ruled_out
from assistant.analysis.causes.diagnosis import Diagnosis
from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.scene import Scene
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.report import (
    Breakdown,
    Claim,
    Hop,
    Hypothesis,
    Report,
    Suspect,
    TimelineMark,
    Verdict,
)

_SUSPECTS, _ANOMALIES = 8, 60
_LIKELY = 0.5
# Parts of a suspect's score as half sentences, what convinces most first.
_PHRASES = {
    "stack points into it": "the failing stack points into it ({reason})",
    "ended when undone": "the trouble {reason}",
    "only its version fails": "{reason}",
    "same numbers": "the numbers it changed show in telemetry ({reason})",
    "its outcome shows": "what it would bring about was observed ({reason})",
    "explains the symptoms": "its change would cause these symptoms ({reason})",
    "before onset": "it {reason}",
    "first sign after it": "then {reason}",
    "shares words": "code and symptoms share words ({reason})",
}
_TELLING = tuple(_PHRASES)


def explain(facts: Facts, diagnosis: Diagnosis, report_id: str) -> Report:
    """The typed report of a diagnosis."""
    observation, scene, judgement = facts.observation, diagnosis.scene, diagnosis.judgement
    book = EvidenceBook(facts, scene)
    headline = _headline(facts, diagnosis, book)
    path = causal_path(facts, scene, judgement, book)
    breakdowns = tuple(cited(b, book) for b in facts.breakdowns)
    summary = _summary(facts, diagnosis, path, breakdowns, book)
    suspects = tuple(_cited(s, facts, book) for s in diagnosis.suspects[:_SUSPECTS])
    origins = tuple(placed(o, book) for o in diagnosis.origins)
    impact = impact_of(facts, scene, book)
    _cite_more(facts, diagnosis, book)
    entry = observation.catalogue.entry(scene.first_failing)
    return Report(
        id=report_id,
        question=observation.question,
        verdict=judgement.verdict,
        headline=headline,
        summary=summary,
        confidence=round(judgement.confidence, 3),
        confidence_reasons=judgement.reasons,
        window=observation.window,
        as_of=observation.as_of,
        first_failing_service=scene.first_failing,
        owner=entry.owner if entry else "",
        impact=impact,
        anomalies=tuple(a.window for a in scene.anomalies[:_ANOMALIES]),
        causal_path=path,
        hypotheses=_hypotheses(diagnosis, suspects, book),
        suspects=suspects,
        ruled_out=ruled_out(facts, diagnosis, book),
        remediation=remedies(facts, judgement, headline.evidence),
        gaps=gaps_of(facts, diagnosis),
        next_checks=next_checks(facts, diagnosis),
        evidence=book.all(),
        origins=origins,
        breakdowns=breakdowns,
        graph=affected_graph(scene),
        timeline=_timeline(facts, diagnosis),
    )


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"


def _headline(facts: Facts, diagnosis: Diagnosis, book: EvidenceBook) -> Claim:
    judgement, scene = diagnosis.judgement, diagnosis.scene
    question, window = facts.observation.question, facts.observation.window
    if not facts.observation.detection.services:
        text = f"There is no telemetry from {window.start:%F %T} to {window.end:%F %T} UTC."
        return Claim(text, (book.absence("telemetry", text, question.service),))
    if judgement.verdict is Verdict.HEALTHY:
        where = question.service or "any service"
        text = (
            f"Nothing is wrong: around {clock(question.at)} no series of {where} left its baseline."
        )
        return Claim(text, (book.absence("anomalies", text, question.service),))
    if judgement.verdict is Verdict.CHANGE_GUILTY and judgement.suspect:
        suspect = judgement.suspect
        return Claim(
            f"{_name(suspect)} most likely caused this.", cite_suspect(suspect, facts, book)
        )
    if judgement.verdict is Verdict.NO_CHANGE_GUILTY and judgement.cause:
        cause = judgement.cause
        text = f"{cause.title} ({cause.service}); no change is guilty."
        return Claim(text, book.anomalies(cause.evidence[:3]))
    strongest = book.anomalies([a.window.id for a in scene.anomalies[:2]])
    if judgement.verdict is Verdict.NO_CHANGE_GUILTY:
        return Claim("No change is guilty, and no known operational cause fits either.", strongest)
    text = "There is not enough evidence to name the cause"
    if diagnosis.origins and diagnosis.origins[0].score >= _LIKELY:
        best = placed(diagnosis.origins[0], book)
        return Claim(f"{text}; it most likely began in {best.service}.", best.evidence)
    return Claim(f"{text}.", strongest)


def _name(suspect: Suspect) -> str:
    when = f"{'deployed to' if suspect.deployment else 'in effect for'} {suspect.service or 'all'}"
    if suspect.kind == "commit":
        by = f" by {suspect.author}" if suspect.author else ""
        return f"Commit {suspect.id[:10]} “{suspect.title}”{by}, {when} at {clock(suspect.at)},"
    return f"The {suspect.kind} change “{suspect.title}”, {when} at {clock(suspect.at)},"


def _summary(
    facts: Facts,
    diagnosis: Diagnosis,
    path: Sequence[Hop],
    breakdowns: Sequence[Breakdown],
    book: EvidenceBook,
) -> tuple[Claim, ...]:
    """What broke since when, which requests, why that cause, how it reached the symptom."""
    scene = diagnosis.scene
    if scene.healthy:
        return ()
    sentences = [_what_broke(diagnosis, book)]
    if (which := claim_of(breakdowns)) is not None:
        sentences.append(which)
    if (why := _why(diagnosis, book, facts)) is not None:
        sentences.append(why)
    if len(services := spine(scene)) > 1:
        hops = path[-(len(services) - 1) :]
        checked = all(hop.verified for hop in hops)
        verb = (
            "From there it reached"
            if checked
            else "It probably reached (not every hop is verified)"
        )
        cited = tuple(e for hop in hops for e in hop.evidence)
        sentences.append(Claim(f"{verb} {', then '.join(services[1:])}.", cited))
    return tuple(sentences)


def _what_broke(diagnosis: Diagnosis, book: EvidenceBook) -> Claim:
    scene = diagnosis.scene
    own = [a for a in scene.anomalies if a.window.service == scene.first_failing]
    first = min(own or scene.anomalies, key=lambda a: _salience(a, scene))
    others = len(scene.hurt - {scene.first_failing})
    hurt = (
        f"; {others} more service{'s fail' if others != 1 else ' fails'} with it" if others else ""
    )
    state = "and goes on" if scene.end is None else f"until {clock(scene.end)}"
    text = f"{scene.first_failing} failed first: {describe(first)}, {state}{hurt}."
    return Claim(text, (book.anomaly(first.window.id),))


def _salience(anomaly: AnomalousSeries, scene: Scene) -> tuple[bool, bool, float]:
    """What means failing comes first, and of that what began with the incident, strongest first."""
    late = scene.onset is not None and anomaly.window.onset > scene.onset + scene.tolerance
    return anomaly.window.id not in scene.failing, late, -anomaly.window.score


def describe(anomaly: AnomalousSeries) -> str:
    """An anomaly window as half a sentence with its numbers."""
    window = anomaly.window
    name = window.key.name[:100]
    if window.direction is Direction.APPEARED:
        return f"“{name}” appeared in its logs at {clock(window.onset)}"
    unit = f" {window.key.unit}" if window.key.unit not in ("", "1") else ""
    what = f"{name} {window.key.statistic}".strip()
    return (
        f"{what} {window.direction} from {window.baseline:.4g} to {window.peak:.4g}{unit} "
        f"at {clock(window.onset)}"
    )


def _why(diagnosis: Diagnosis, book: EvidenceBook, facts: Facts) -> Claim | None:
    judgement = diagnosis.judgement
    if judgement.verdict is Verdict.CHANGE_GUILTY and judgement.suspect:
        suspect = judgement.suspect
        parts = {p.name: p for p in suspect.parts if p.weight > 0 and p.value > 0}
        if "its outcome shows" in parts:  # says the same, with what was seen
            parts.pop("explains the symptoms", None)
        told = [parts[name] for name in _TELLING if name in parts][:2]
        reasons = "; ".join(_PHRASES[p.name].format(reason=p.reason) for p in told)
        cited = book.anomalies([i for p in told for i in p.evidence])
        evidence = tuple(dict.fromkeys((*cite_suspect(suspect, facts, book), *cited)))
        return Claim(f"It is the best explanation: {reasons}.", evidence)
    if judgement.cause is not None:
        reasons = "; ".join(judgement.cause.reasons[:2])
        return Claim(f"Telemetry shows it: {reasons}.", book.anomalies(judgement.cause.evidence))
    return None


def _cited(suspect: Suspect, facts: Facts, book: EvidenceBook) -> Suspect:
    """The suspect with evidence ids of this report in place of anomaly ids."""
    parts = tuple(replace(p, evidence=book.anomalies(p.evidence)) for p in suspect.parts)
    return replace(suspect, parts=parts, evidence=cite_suspect(suspect, facts, book))


def _hypotheses(
    diagnosis: Diagnosis, suspects: Sequence[Suspect], book: EvidenceBook
) -> tuple[Hypothesis, ...]:
    """Changes and operational causes in one ranked list, the one that the verdict rests on first:
    a decisive cause stands above a change that scores as high."""
    found = []
    for suspect in suspects[:5]:
        against = tuple(
            e for p in suspect.parts if p.weight < 0 for e in p.evidence or suspect.evidence
        )
        supporting = tuple(
            dict.fromkeys([*suspect.evidence, *(e for p in suspect.parts for e in p.evidence)])
        )
        found.append(
            Hypothesis(
                "change",
                suspect.title,
                suspect.service,
                round(suspect.score, 3),
                suspect.id,
                supporting,
                against,
            )
        )
    for cause in diagnosis.causes:
        cited = book.anomalies(cause.evidence)
        found.append(
            Hypothesis(cause.kind, cause.title, cause.service, round(cause.score, 3), "", cited)
        )
    leading = diagnosis.judgement.cause
    accused = (leading.kind, leading.title) if leading is not None else ()
    return tuple(sorted(found, key=lambda h: ((h.kind, h.title) != accused, -h.confidence)))


def _cite_more(facts: Facts, diagnosis: Diagnosis, book: EvidenceBook) -> None:
    """The strongest windows and one failing trace belong to the evidence even uncited."""
    book.anomalies([a.window.id for a in diagnosis.scene.anomalies[:12]])
    for trace in facts.observation.failing[:1]:
        if not diagnosis.scene.healthy:
            book.trace(trace, "A failing trace")


def _timeline(facts: Facts, diagnosis: Diagnosis) -> tuple[TimelineMark, ...]:
    accused = diagnosis.judgement.suspect
    ours = accused.id if accused else None
    held = accused.deployment if accused else None
    marks = [
        TimelineMark(
            d.deployment.at,
            "deployment",
            f"{d.deployment.service} {d.deployment.version}".strip(),
            d.deployment.service,
            d.deployment.id in (held, ours),
        )
        for d in facts.changes.deliveries
    ]
    marks += [
        TimelineMark(f.at, "flag", f.flag, f.service, f.id == ours) for f in facts.changes.flags
    ]
    marks += [
        TimelineMark(c.at, "config", c.key, c.service, c.id == ours) for c in facts.changes.configs
    ]
    if accused and accused.kind == "commit":
        commit = next((c for c in facts.changes.commits if c.hash == accused.id), None)
        if commit:
            marks.append(
                TimelineMark(commit.committed_at, "commit", commit.subject, accused.service, True)
            )
    window = facts.observation.window
    return tuple(sorted((m for m in marks if m.suspect or m.at in window), key=lambda m: m.at))
