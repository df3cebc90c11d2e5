"""Which past incidents are offered, and that they change nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain.conversation import Feedback
from assistant.domain.ports import Knowledge
from assistant.domain.report import Narration, Report, Verdict
from assistant.domain.usage import PromptRef, Usage
from assistant.investigator.memory import Memory, document_of, facts_of, likeness
from retrievers.knowledge import ChromaKnowledge
from retrievers.knowledge.word_llama import WordLlama
from retrievers.memory import MemoryFeedback, MemoryKnowledge, MemoryReports
from tests.builders import at
from tests.builders.reports import (
    a_healthy_report,
    a_report,
    a_thin_report,
    an_operational_report,
)


@pytest.fixture(params=["memory", "chroma"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    knowledge: Knowledge = MemoryKnowledge()
    if request.param == "chroma":
        knowledge = ChromaKnowledge(tmp_path, WordLlama())
    yield Memory(knowledge, MemoryReports(), MemoryFeedback())
    knowledge.close()


def finished(memory: Memory, report: Report) -> Report:
    memory.reports.save(report)
    memory.remember(report)
    return report


def later(report: Report, days: int = 7) -> Report:
    """The same trouble again, under another id."""
    since = report.impact.since
    assert since is not None
    impact = replace(report.impact, since=at(-12 + 1440 * days))
    return replace(report, id=f"{report.id}-{days}", impact=impact)


def test_the_same_trouble_again_is_offered_with_its_remedy_and_outcome(memory: Memory) -> None:
    past = finished(memory, a_report())
    memory.feedback.record(
        Feedback("f", at(60), past.id, helpful=True, outcome="Rolled back; it ended at once.")
    )

    found = memory.recall(later(past)).similar

    assert [(s.report_id, s.likeness, s.outcome) for s in found] == [
        (past.id, 1.0, "Rolled back; it ended at once.")
    ]
    assert found[0].at == past.impact.since
    assert found[0].remedy == past.remediation[0].text


def test_another_verdict_and_another_mechanism_are_not(memory: Memory) -> None:
    past = finished(memory, a_report())
    finished(memory, later(an_operational_report()))

    guilty = a_report().suspects[0]
    other = replace(guilty, guilty_hunks=(), kind="flag", title="new-search: off → on")
    flag = later(a_report(suspects=(other,)))

    assert memory.recall(flag).similar == ()
    assert [s.report_id for s in memory.similar(later(past))] == [past.id]


def test_the_same_incident_looked_at_again_is_not_a_past_one(memory: Memory) -> None:
    finished(memory, a_report())

    assert memory.similar(a_report(id="r-again")) == ()


@pytest.mark.parametrize("report", [a_healthy_report(), a_thin_report()])
def test_without_a_cause_there_is_nothing_to_compare(memory: Memory, report: Report) -> None:
    assert document_of(report) is None
    assert memory.similar(report) == ()


def test_what_a_model_overruled_is_not_remembered() -> None:
    narration = Narration(
        "m", PromptRef("investigate", "1", ""), Usage(), engine_verdict=Verdict.NO_CHANGE_GUILTY
    )

    assert document_of(a_report(narration=narration)) is None


def test_only_facts_and_templates_are_kept() -> None:
    document = document_of(a_report())

    assert document is not None
    assert document.reference == a_report().id
    assert document.service == "payments"
    assert document.text.splitlines() == [
        "change guilty: clean-up removed",
        "about ",
        "first failing: payments; first log_rate appeared, first saturation rose, other errors "
        "rose, other latency rose",
        "series: db.pool.in_use, QueuePool limit of size <*> reached",
        "remedy: rollback",
        "QueuePool limit of size <*> reached, connection timed out, timeout <*>",
    ]


def test_a_deleted_report_is_not_offered(memory: Memory) -> None:
    memory.remember(a_report())

    assert memory.similar(later(a_report())) == ()


def test_opinions_stand_for_an_outcome_where_nobody_told_it(memory: Memory) -> None:
    past = finished(memory, a_report())
    for name, helpful in (("a", True), ("b", False), ("c", True)):
        memory.feedback.record(Feedback(name, at(60), past.id, helpful=helpful))

    assert memory.similar(later(past))[0].outcome == "2 of 3 found the report helpful"


def test_likeness_is_symmetric_and_at_most_one() -> None:
    one, other = facts_of(a_report()), facts_of(an_operational_report())

    assert likeness(one, one) == pytest.approx(1)
    assert likeness(one, other) == likeness(other, one) == 0
