"""How sure an answer is: the probability that it is right, learned from answers that were checked.

The odds with which a hypothesis leads are a ranking, not a probability. A logistic regression over
a handful of grounds turns them into one (Platt, Probabilistic outputs for support vector machines,
1999, with more than one input). The table of its weights is data, `confidence.json`, with where it
comes from; `python -m benchmarks.calibration fit` writes it, docs/benchmarks.md tells how.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from assistant.analysis.causes.operational import OperationalCause
from assistant.analysis.causes.verdict import Judgement, independent_signals
from assistant.domain.report import Suspect, Verdict

LOW = 0.4  # the most that fewer than two independent signals allow
FURTHEST = 6.0  # log odds; what lies beyond says no more
MOST_SIGNALS = 6


class Answer(StrEnum):
    """What kind of answer was given."""

    CHANGE = "change"
    OPERATIONAL = "operational"
    NO_FIT = "no fit"  # no change is guilty, because none fits
    HEALTHY = "healthy"
    NONE = "none"  # not enough evidence


NO_CAUSE = (Answer.HEALTHY, Answer.NONE)  # answers that name none, and need no signals for it


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the confidence rests on. `share` and `lead` are log odds: of the answer against all
    its rivals together, and against the strongest of them."""

    answer: Answer
    share: float = 0.0
    lead: float = 0.0
    signals: int = 0  # independent kinds of evidence

    def inputs(self) -> dict[str, float]:
        """The inputs of the regression by name, each about -1..1. To have no answer says nothing
        of how sure the answers are that name something."""
        if self.answer is Answer.NONE:
            return {f"answer: {self.answer}": 1.0}
        return {
            "named": 1.0,
            f"answer: {self.answer}": 1.0,
            "share": _within(self.share) / FURTHEST,
            "lead": _within(self.lead) / FURTHEST,
            "signals": min(self.signals, MOST_SIGNALS) / MOST_SIGNALS,
        }


def grounds_of(
    judgement: Judgement,
    suspects: Sequence[Suspect],
    causes: Sequence[OperationalCause],
) -> Grounds:
    """`causes` as weighed against the best suspect."""
    if judgement.verdict is Verdict.HEALTHY:
        return Grounds(Answer.HEALTHY)
    if judgement.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return Grounds(Answer.NONE)
    scores = {s.id: s.score for s in suspects} | {_name(c): c.score for c in causes}
    if judgement.verdict is Verdict.CHANGE_GUILTY and judgement.suspect is not None:
        named, answer = judgement.suspect.id, Answer.CHANGE
        signals = independent_signals(judgement.suspect)
    elif judgement.cause is not None:
        named, answer = _name(judgement.cause), Answer.OPERATIONAL
        signals = len(judgement.cause.parts) or len(set(judgement.cause.evidence))
    else:
        # The less the best of them fits, the likelier it is that none does.
        best = -_log_odds(max(scores.values(), default=0.0))
        return Grounds(Answer.NO_FIT, share=best, lead=best)
    own = _log_odds(scores.pop(named, 0.5))
    rivals = 1.0 + sum(math.exp(_log_odds(score)) for score in scores.values())
    second = _log_odds(max(scores.values(), default=0.0))
    return Grounds(answer, own - math.log(rivals), own - second, signals)


def confidence(grounds: Grounds, weights: Mapping[str, float] | None = None) -> float:
    """0..1; at most LOW where fewer than two signals carry what the answer says of the cause."""
    table = weights if weights is not None else _table()
    sure = probability(grounds.inputs(), table)
    return sure if grounds.signals > 1 or grounds.answer in NO_CAUSE else min(sure, LOW)


def probability(inputs: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The logistic of the weighted sum; an input that has no weight counts nothing."""
    total = sum(value * weights.get(name, 0.0) for name, value in inputs.items())
    return 1 / (1 + math.exp(-total))


@cache
def _table() -> Mapping[str, float]:
    text = files(__package__).joinpath("confidence.json").read_text("utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights


def _name(cause: OperationalCause) -> str:
    return f"{cause.kind} {cause.service}"


def _log_odds(probability: float) -> float:
    held = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(held / (1 - held))


def _within(log_odds: float) -> float:
    return min(max(log_odds, -FURTHEST), FURTHEST)
