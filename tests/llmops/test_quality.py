"""Scores of a finished investigation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.domain.claim import Claim, Standing
from assistant.domain.conversation import Feedback
from assistant.domain.report import Narration, Report, Verdict
from assistant.domain.usage import Score, Usage
from assistant.llmops.quality import score_of_feedback, scores_of
from tests.builders import at
from tests.builders.reports import a_report
from tests.builders.usage import PROMPT, a_context

GOOD, BAD = Standing.VERIFIED, Standing.UNVERIFIED


def told(*claims: Claim, **changes: Any) -> Report:
    """A report whose summary a model wrote; the headline is the analysis'."""
    narration = Narration("gpt-5-mini", PROMPT, Usage(), retrieved=("E8", "E9"))
    report = replace(a_report(), summary=claims, narration=replace(narration, **changes))
    return replace(report, headline=Claim("cart is slow", ("E1",)))


def values(report: Report, retrievals: tuple[float, ...] = ()) -> dict[str, float]:
    scores = scores_of(report, a_context(), at(), retrievals)
    return {score.name: score.value for score in scores}


def test_the_scores_of_an_explanation() -> None:
    report = told(
        Claim("latency rose", ("E1", "E9"), standing=GOOD),
        Claim("the pool was halved", ("E2",), standing=GOOD),
        Claim("it rose by 300 %", ("E1",), standing=BAD, problems=("300 % is not in E1",)),
        Claim("perhaps a cache", (), standing=BAD, problems=("it cites nothing",)),
    )

    assert values(report, (0.25,)) == {
        "grounded_claims": 0.5,
        "flagged_sentences": 2.0,
        "hallucination_rate": 0.25,
        "semantic_hit_rate": 0.5,
        "retrieval_seconds": 0.25,
        "abstained": 0.0,
        "completed": 1.0,
    }


def test_a_score_says_what_it_counted_and_of_whom() -> None:
    problem = Claim("it rose by 300 %", ("E1",), standing=BAD, problems=("300 % is not in E1",))
    scores = scores_of(told(problem), a_context(user="ada"), at())

    grounded = next(score for score in scores if score.name == "grounded_claims")
    assert grounded == Score(
        at(),
        "grounded_claims",
        0.0,
        "0 of 1",
        "it rose by 300 %: 300 % is not in E1",
        "gpt-5-mini",
        a_context(user="ada"),
    )


def test_what_cannot_be_measured_has_no_score() -> None:
    assert values(told(ended="the limit of 12 calls was reached")) == {
        "abstained": 0.0,
        "completed": 0.0,
    }
    without_tools = told(Claim("latency rose", ("E1",), standing=GOOD), retrieved=())
    assert "semantic_hit_rate" not in values(without_tools)
    assert values(replace(told(), narration=None)) == {}


def test_abstaining_is_told() -> None:
    report = replace(told(), verdict=Verdict.NOT_ENOUGH_EVIDENCE)

    assert values(report)["abstained"] == 1.0


def test_feedback_is_a_score_of_the_prompt_it_concerns() -> None:
    feedback = Feedback("f-1", at(), "r-1", helpful=False, reason="too long", user="ada")

    score = score_of_feedback(feedback, told())

    assert (score.name, score.value, score.label) == ("feedback", 0.0, "not helpful")
    assert (score.context.prompt, score.context.user, score.model) == (PROMPT, "ada", "gpt-5-mini")
