"""How good an explanation was, in numbers: scores of one finished investigation.

grounded_claims     sentences of the model whose citations survived the check / all of its
                    sentences (faithfulness)
flagged_sentences   how many did not survive it
hallucination_rate  sentences that cite evidence which does not say so / all of its sentences;
                    what cites nothing is a guess, and says so
semantic_hit_rate   evidence that tools retrieved and a verified sentence cites / retrieved
retrieval_seconds   of each search
abstained           1 when the report says that the evidence is not enough, else 0
completed           1 when the model ended by itself with a whole answer, else 0
feedback            1 when a person found it helpful, else 0
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.domain.claim import Claim, Standing
from assistant.domain.conversation import Feedback
from assistant.domain.report import Narration, Report, Verdict
from assistant.domain.usage import CallContext, Score


def scores_of(
    report: Report, context: CallContext, at: datetime, retrievals: Sequence[float] = ()
) -> list[Score]:
    """Of a report that a model took part in; empty for another. `retrievals` are the seconds of
    each search. A measure that has nothing to measure gives no score."""
    narration = report.narration
    if narration is None:
        return []

    def score(name: str, value: float, label: str = "", explanation: str = "") -> Score:
        return Score(at, name, value, label, explanation, narration.model, context)

    verdict = report.verdict.value
    abstained = report.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    scores = [
        score("abstained", float(abstained), verdict),
        score("completed", float(not narration.ended), narration.ended),
    ]
    scores += [score("retrieval_seconds", seconds) for seconds in retrievals]
    claims = _told_by_model(report, narration)
    scores += scores_of_claims(claims, narration.model, context, at)
    if claims and (retrieved := set(narration.retrieved)):
        verified = [c for c in claims if c.standing is Standing.VERIFIED]
        hits = retrieved.intersection(e for c in verified for e in c.evidence)
        label = f"{len(hits)} of {len(retrieved)}"
        scores.append(score("semantic_hit_rate", len(hits) / len(retrieved), label))
    return scores


def scores_of_claims(
    claims: Sequence[Claim], model: str, context: CallContext, at: datetime
) -> list[Score]:
    """How well the sentences of a model, of a report or of an answer, are grounded; empty without
    any."""
    if not claims:
        return []
    verified = [c for c in claims if c.standing is Standing.VERIFIED]
    flagged = [c for c in claims if c.standing is Standing.UNVERIFIED]
    false = [c for c in flagged if c.evidence]
    share = f"{len(verified)} of {len(claims)}"
    why = "; ".join(f"{c.text}: {', '.join(c.problems)}" for c in flagged)[:2000]
    rate, wrong = len(false) / len(claims), f"{len(false)} of {len(claims)}"
    return [
        Score(at, "grounded_claims", len(verified) / len(claims), share, why, model, context),
        Score(at, "flagged_sentences", len(flagged), share, why, model, context),
        Score(at, "hallucination_rate", rate, wrong, "", model, context),
    ]


def score_of_feedback(feedback: Feedback, report: Report) -> Score:
    narration = report.narration
    context = CallContext(
        step="feedback",
        investigation=report.id,
        user=feedback.user,
        channel=feedback.channel,
        prompt=narration.prompt if narration else None,
    )
    return Score(
        feedback.at,
        "feedback",
        float(feedback.helpful),
        "helpful" if feedback.helpful else "not helpful",
        feedback.reason,
        narration.model if narration else "",
        context,
    )


def _told_by_model(report: Report, narration: Narration) -> list[Claim]:
    told = [report.headline, *report.summary]
    told += [narration.overrules] if narration.overrules else []
    return [claim for claim in told if claim.standing is not Standing.ANALYSIS]
