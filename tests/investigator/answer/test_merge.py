"""What a model's answer changes in a report, and what it cannot change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.domain.claim import Claim, Standing
from assistant.domain.report import CallEdge, Hop, Hypothesis, Report, Verdict
from assistant.investigator.answer.merge import merged
from assistant.investigator.answer.schema import Explanation
from assistant.investigator.gate import check_all
from assistant.investigator.notebook import Notebook
from tests.builders.reports import DECOY, GUILTY, a_report

TRUE = {"text": "The pool of payments rose to 20 connections.", "evidence": ["E1"]}
TRUE_TOO = {"text": "p95 of checkout rose to 5 s at 11:52.", "evidence": ["E3"]}
FALSE = {"text": "The pool of payments rose to 57 connections.", "evidence": ["E1"]}


def told(report: Report | None = None, **fields: Any) -> Report:
    """The report after an answer, all of whose claims went through the gate."""
    report = report or a_report()
    plain = {"verdict": "change_guilty", "guilty": GUILTY, "sentences": [TRUE, TRUE_TOO]}
    answer = Explanation.model_validate(plain | fields)
    notebook = Notebook(report)
    claims = check_all(answer.claims(), report, report.evidence)
    return merged(report, answer, claims, notebook)


def contested(**changes: Any) -> Report:
    """A report in which the decoy comes close and nobody is sure."""
    report = a_report(confidence=0.5)
    guilty, decoy, flag = report.suspects
    near = replace(decoy, score=0.6, service="payments", evidence=("E7",))
    return replace(report, suspects=(replace(guilty, score=0.7), near, flag), **changes)


OVERRULING = {
    "verdict": "change_guilty",
    "guilty": DECOY,
    "sentences": [TRUE],
    "overrules": {
        "text": "inventory went out at 11:44, the pool of payments was full at 11:48.",
        "evidence": ["E7", "E1"],
    },
}


def test_sentences_that_hold_come_first_hand() -> None:
    report = told()
    assert report.headline.text == TRUE["text"]
    assert report.headline.standing is Standing.VERIFIED
    assert [c.text for c in report.summary] == [TRUE_TOO["text"]]
    assert "language model" in report.author


def test_a_headline_that_fails_stays_as_a_guess_below_the_analysis() -> None:
    report = told(sentences=[FALSE, TRUE_TOO])
    assert report.headline == a_report().headline
    assert [(c.text, c.standing) for c in report.summary] == [
        (FALSE["text"], Standing.UNVERIFIED),
        (TRUE_TOO["text"], Standing.VERIFIED),
    ]
    assert "57" in report.summary[0].problems[0]


def test_when_nothing_holds_the_analysis_speaks_first() -> None:
    report = told(sentences=[FALSE])
    assert report.summary[:-1] == a_report().summary
    assert report.summary[-1].standing is Standing.UNVERIFIED


def test_confidence_only_falls() -> None:
    assert told(confidence=0.99).confidence == 0.87
    doubting = told(confidence=0.4)
    assert doubting.confidence == 0.4
    assert "less sure" in doubting.confidence_reasons[-1]


def test_hypotheses_keep_their_leader_and_gain_evidence() -> None:
    report = told(
        hypotheses=[
            {"ref": "H2", "confidence": 0.9, "contradicting": ["E3"]},
            {"title": "payments waits for a connection", "kind": "resource", "service": "payments",
             "supporting": ["E5"], "confidence": 0.9},
            {"title": "The moon stood in the way of 77 requests", "supporting": ["E5"]},
        ]
    )  # fmt: skip
    first, second, new = report.hypotheses
    assert (first.suspect, first.confidence) == (GUILTY, 0.87)
    assert (second.confidence, second.contradicting) == (0.08, ("E5", "E3"))
    assert new.confidence <= 0.08
    assert any("moon" in gap for gap in report.gaps)


def test_another_guilty_change_needs_a_reason_that_holds() -> None:
    for fields in (
        {},
        {"overrules": {"text": "I read so in a log.", "evidence": ["E9"]}},
        {"overrules": {"text": "inventory went out at 11:47.", "evidence": ["E7", "E1"]}},
    ):
        report = told(contested(), verdict="change_guilty", guilty=DECOY, **fields)
        assert report.guilty is not None
        assert report.guilty.id == GUILTY
        assert report.headline == contested().headline
        assert any("does not stand" in gap for gap in report.gaps)


def test_a_contender_with_two_kinds_of_evidence_may_overrule() -> None:
    report = told(contested(), **OVERRULING)
    assert report.guilty is not None
    assert report.guilty.id == DECOY
    assert report.confidence == 0.5
    assert report.remediation == ()
    narration = report.narration
    assert narration is not None
    assert narration.overrules is not None
    assert narration.overrules.standing is Standing.VERIFIED
    assert (narration.engine_verdict, narration.engine_suspect) == (Verdict.CHANGE_GUILTY, GUILTY)


def test_what_text_cannot_move() -> None:
    """The same answer, but the analysis is sure, the change scores low, or it came too late."""
    low = contested()
    low = replace(low, suspects=(low.suspects[0], replace(low.suspects[1], score=0.1)))
    late = contested()
    late = replace(late, suspects=(late.suspects[0], replace(late.suspects[1], at=late.window.end)))
    for report in (contested(confidence=0.9), low, late):
        after = told(report, **OVERRULING)
        assert after.guilty is not None
        assert after.guilty.id == GUILTY


def test_a_weak_suspect_does_not_stand_up_against_an_operational_cause() -> None:
    """No change is guilty, and traffic leads: the best of the suspects is no contender for that."""
    innocent = replace(contested(), verdict=Verdict.NO_CHANGE_GUILTY)
    weak = tuple(replace(s, score=0.2) for s in innocent.suspects)
    surge = Hypothesis("traffic_surge", "more requests than usual", "payments", 0.9)
    led = replace(innocent, suspects=weak, hypotheses=(surge, *innocent.hypotheses))
    sure = replace(innocent, confidence=0.95)
    for report in (led, sure):
        assert told(report, **OVERRULING).verdict is Verdict.NO_CHANGE_GUILTY


def test_doubt_is_no_other_verdict() -> None:
    report = told(
        contested(),
        verdict="not_enough_evidence",
        guilty="",
        confidence=0.2,
        overrules={"text": TRUE["text"], "evidence": ["E1", "E6"]},
    )
    assert (report.verdict, report.confidence) == (Verdict.CHANGE_GUILTY, 0.2)


def test_commands_are_never_a_models() -> None:
    report = told(
        remediation=[
            {"action": "rollback", "text": "x", "command": "rm -rf /"},
            {"action": "drain pool", "text": "Restart payments.", "command": "rm -rf /"},
        ]
    )
    assert report.remediation[:2] == a_report().remediation
    (added,) = report.remediation[2:]
    assert (added.action, added.text, added.command) == ("drain_pool", "Restart payments.", "")


def test_a_path_is_taken_only_when_every_hop_holds() -> None:
    steps = [
        {"source": "payments", "target": "checkout", "evidence": ["E3"]},
        {"source": "checkout", "target": "gateway", "evidence": ["E4"]},
    ]
    unsure = a_report()
    better = told(unsure, path=steps)
    assert [(h.source, h.target, h.verified) for h in better.causal_path[1:]] == [
        ("payments", "checkout", True),
        ("checkout", "gateway", True),
    ]
    astray = told(unsure, path=[{**steps[0], "target": "inventory"}])
    assert astray.causal_path == unsure.causal_path
    whole = replace(
        unsure,
        causal_path=(Hop("payments", "checkout", "called by", True, True, True, ("E3",)),),
        graph=(CallEdge("checkout", "payments", 1, 1),),
    )
    assert told(whole, path=steps).causal_path == whole.causal_path


def test_only_evidence_that_is_used_comes_along() -> None:
    report = a_report()
    notebook = Notebook(report)
    kind, window = report.evidence[0].kind, report.window
    used = notebook.add(kind, "pool", "pool of payments 20 of 20", "series", window, "payments")
    notebook.add(kind, "other", "something else", "series", window, "payments")
    answer = Explanation.model_validate(
        {
            "verdict": "change_guilty",
            "guilty": GUILTY,
            "sentences": [{"text": "The pool of payments is at 20 of 20.", "evidence": [used]}],
        }
    )
    claims: tuple[Claim, ...] = check_all(
        answer.claims(), report, (*report.evidence, *notebook.found())
    )
    assert [e.id for e in merged(report, answer, claims, notebook).evidence] == [
        *(e.id for e in report.evidence),
        used,
    ]
