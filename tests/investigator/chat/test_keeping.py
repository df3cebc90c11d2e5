"""Evidence of answers stays with the report, also when two answers find some at once."""

from __future__ import annotations

from assistant.domain.claim import Assertion, AssertionKind, Claim
from assistant.domain.evidence import EvidenceKind
from assistant.investigator.chat.keeping import kept
from assistant.investigator.notebook import Notebook
from retrievers.memory import MemoryReports
from tests.builders import a_window
from tests.builders.reports import a_report


def found(notebook: Notebook, text: str) -> Claim:
    cited = notebook.add(EvidenceKind.ABSENCE, text, text, "query", a_window())
    rose = Assertion(AssertionKind.DIRECTION, cited, "rose")
    return Claim(text, ("E1", cited), (rose,))


def test_two_answers_at_once_share_no_id() -> None:
    reports, report = MemoryReports(), a_report()
    reports.save(report)
    mine, yours = Notebook(report), Notebook(report)
    my_claim, your_claim = found(mine, "no cache"), found(yours, "no queue")
    assert my_claim.evidence == your_claim.evidence == ("E1", "E10")

    (first,) = kept(reports, report, mine, [my_claim])
    (second,) = kept(reports, report, yours, [your_claim])

    assert first == my_claim
    assert second.evidence == ("E1", "E11")
    assert second.asserts[0].subject == "E11"
    stored = reports.report(report.id)
    assert [e.excerpt for e in stored.evidence[-2:]] == ["no cache", "no queue"]


def test_what_nobody_cites_is_not_kept() -> None:
    reports, report = MemoryReports(), a_report()
    reports.save(report)
    notebook = Notebook(report)
    found(notebook, "no cache")

    assert kept(reports, report, notebook, [report.headline]) == (report.headline,)
    assert reports.report(report.id) == report
