"""The report with what a model adds to it. The analysis keeps the last word: on the verdict, unless
it is overruled by rules that text in telemetry cannot meet; on the confidence, which a model can
only lower; on commands, which no model writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.domain.claim import Claim, Standing
from assistant.domain.report import Hypothesis, Narration, Remediation, Report, RuledOut
from assistant.domain.usage import PromptRef, Usage
from assistant.investigator.answer.overruling import Ruling, ruling, same_change
from assistant.investigator.answer.paths import path_of
from assistant.investigator.answer.schema import Explanation, Ranked
from assistant.investigator.gate import check, check_all
from assistant.investigator.notebook import Notebook

_LINES, _LINE = 5, 300
_AUTHOR = "Explained by a language model over the analysis; code checked every sentence."


def merged(
    report: Report, answer: Explanation, claims: Sequence[Claim], notebook: Notebook
) -> Report:
    """`claims` are `answer.claims()` as the gate left them; of those that failed none is lost.
    The narration holds the reason for overruling and what the analysis said; who wrote the rest
    of it knows the model and its usage."""
    number = len(answer.sentences)
    ruled = ruling(report, answer, next(iter(claims[number:]), None), notebook)
    stands, sentences = ruled.report, tuple(claims[:number])
    if stands is not report:
        sentences = check_all(sentences, stands, (*report.evidence, *notebook.found()))
    headline, summary = _sentences(ruled, sentences)
    hypotheses, ideas = _hypotheses(stands, answer, notebook)
    confidence = _confidence(stands, answer)
    told = replace(
        stands,
        headline=headline,
        summary=summary,
        hypotheses=hypotheses,
        confidence=confidence,
        confidence_reasons=(*stands.confidence_reasons, *_lowered(stands.confidence, confidence)),
        causal_path=path_of(stands, answer, notebook),
        ruled_out=(*stands.ruled_out, *_ruled_out(stands, answer, notebook)),
        remediation=tuple(_remediation(stands, answer, notebook)),
        gaps=tuple(dict.fromkeys((*stands.gaps, *ruled.dissent, *ideas, *_lines(answer.gaps)))),
        next_checks=tuple(dict.fromkeys((*stands.next_checks, *_lines(answer.next_checks)))),
        author=_AUTHOR,
    )
    used = _used(told, () if ruled.overrules is None else ruled.overrules.evidence)
    return replace(told, evidence=notebook.evidence(used), narration=_narration(ruled))


def _narration(ruled: Ruling) -> Narration:
    engine = ruled.engine
    return Narration(
        model="",
        prompt=PromptRef("", "", ""),
        usage=Usage(),
        overrules=ruled.overrules,
        engine_verdict=engine.verdict,
        engine_suspect=engine.guilty.id if engine.guilty else "",
    )


def _sentences(ruling: Ruling, claims: Sequence[Claim]) -> tuple[Claim, tuple[Claim, ...]]:
    """A headline that failed, or that tells another verdict, is one more sentence of the summary.
    Where nothing of a model's holds, the sentences of the analysis stand before it."""
    report = ruling.report
    if not claims:
        return report.headline, report.summary
    first, rest = claims[0], tuple(claims[1:])
    leads = first.standing is Standing.VERIFIED and not ruling.dissent
    headline = first if leads else report.headline
    told = rest if leads else (first, *rest)
    if any(c.standing is Standing.VERIFIED for c in told):
        return headline, told
    return headline, (*report.summary, *told)


def _confidence(report: Report, answer: Explanation) -> float:
    said = answer.confidence
    return report.confidence if said is None else min(report.confidence, round(said, 3))


def _lowered(before: float, after: float) -> tuple[str, ...]:
    if after >= before:
        return ()
    return (f"The model is less sure than the analysis ({before:.0%}): {after:.0%}.",)


def _hypotheses(
    report: Report, answer: Explanation, notebook: Notebook
) -> tuple[tuple[Hypothesis, ...], tuple[str, ...]]:
    """The leading one is the verdict's; behind it the model's order, then what it left out. New
    ones come last and only with evidence that bears their words out; others are told as ideas."""
    known = dict(enumerate(report.hypotheses, 1))
    ranked: dict[int, Hypothesis] = {}
    new: list[Hypothesis] = []
    ideas: list[str] = []
    for said in answer.hypotheses:
        number = _number(said, report)
        if number in known:
            ranked.setdefault(number, _weighed(known[number], said, notebook))
        elif said.title:
            _add(said, report, notebook, new, ideas)
    order = list(dict.fromkeys([*([1] if known else []), *ranked, *known]))
    return (*(ranked.get(n, known[n]) for n in order), *new), tuple(ideas)


def _number(said: Ranked, report: Report) -> int:
    """Which of the report's it is, by its number in the evidence pack or by its change; 0: none."""
    if said.ref[1:].isdigit():
        return int(said.ref[1:])
    for number, hypothesis in enumerate(report.hypotheses, 1):
        if said.suspect and same_change(said.suspect, hypothesis.suspect):
            return number
        if said.title and said.title.lower() == hypothesis.title.lower():
            return number
    return 0


def _weighed(hypothesis: Hypothesis, said: Ranked, notebook: Notebook) -> Hypothesis:
    """Evidence for and against is added, never taken away; confidence only falls."""
    confidence = hypothesis.confidence
    if said.confidence is not None:
        confidence = min(confidence, round(said.confidence, 3))
    against = [e for e in said.contradicting if e not in hypothesis.supporting]
    return replace(
        hypothesis,
        confidence=confidence,
        supporting=_joined(hypothesis.supporting, said.supporting, notebook),
        contradicting=_joined(hypothesis.contradicting, against, notebook),
    )


def _joined(have: Sequence[str], more: Sequence[str], notebook: Notebook) -> tuple[str, ...]:
    known = (e for e in more if notebook.cited(e) is not None)
    return tuple(dict.fromkeys((*have, *known)))


def _add(
    said: Ranked, report: Report, notebook: Notebook, new: list[Hypothesis], ideas: list[str]
) -> None:
    supporting = _joined((), said.supporting, notebook)
    if not _holds(said.title, supporting, report, notebook):
        ideas.append(f"An idea of the model's that no evidence bears out: {said.title[:_LINE]}")
        return
    lowest = min((h.confidence for h in report.hypotheses), default=report.confidence)
    confidence = min(lowest, said.confidence or 0.0)
    contradicting = _joined((), said.contradicting, notebook)
    new.append(
        Hypothesis(
            said.kind[:40] or "other",
            said.title[:_LINE],
            said.service,
            round(confidence, 3),
            "",
            supporting,
            contradicting,
        )
    )


def _holds(text: str, cited: Sequence[str], report: Report, notebook: Notebook) -> bool:
    known = [e for i in cited if (e := notebook.cited(i)) is not None]
    return check(Claim(text, tuple(cited)), report, known).standing is Standing.VERIFIED


def _ruled_out(report: Report, answer: Explanation, notebook: Notebook) -> Iterator[RuledOut]:
    have = {r.title.lower() for r in report.ruled_out}
    guilty = report.guilty
    for said in answer.ruled_out[:_LINES]:
        names_guilty = guilty and any(part in said.title for part in (guilty.id[:7], guilty.title))
        evidence = _joined((), said.evidence, notebook)
        text = f"{said.title}: {said.reason}"
        if names_guilty or said.title.lower() in have:
            continue
        if _holds(text, evidence, report, notebook):
            yield RuledOut(said.title[:_LINE], said.reason[:_LINE], evidence)


def _remediation(report: Report, answer: Explanation, notebook: Notebook) -> Iterator[Remediation]:
    """The catalogue's first. What a model proposes is text; a command is never taken from it."""
    yield from report.remediation
    have = {r.action for r in report.remediation}
    for said in answer.remediation[:_LINES]:
        action = "_".join(said.action.lower().split())[:40]
        if action in have or not said.text:
            continue
        yield Remediation(action, said.text[:_LINE], "", _joined((), said.evidence, notebook))


def _lines(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line[:_LINE] for line in lines[:_LINES])


def _used(report: Report, reason: Sequence[str]) -> Iterator[str]:
    yield from reason
    yield from report.headline.evidence
    yield from (e for c in report.summary for e in c.evidence)
    yield from (e for h in report.hypotheses for e in (*h.supporting, *h.contradicting))
    yield from (e for hop in report.causal_path for e in hop.evidence)
    yield from (e for r in report.ruled_out for e in r.evidence)
    yield from (e for r in report.remediation for e in r.evidence)
