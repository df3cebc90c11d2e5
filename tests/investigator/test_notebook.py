"""Ids continue those of the report, and the same content has one id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from assistant.domain.evidence import EvidenceKind
from assistant.investigator.notebook import Notebook
from tests.builders import a_window
from tests.builders.reports import a_report


def note(notebook: Notebook, text: str, service: str = "payments") -> str:
    return notebook.add(EvidenceKind.LOG, "a title", text, "logs", a_window(), service)


def test_ids_continue_those_of_the_report() -> None:
    notebook = Notebook(a_report())  # E1 to E9
    assert [note(notebook, "one"), note(notebook, "two"), note(notebook, "one")] == [
        "E10",
        "E11",
        "E10",
    ]
    assert note(notebook, "one", "checkout") == "E12"


def test_what_the_report_says_already_keeps_its_id() -> None:
    report = a_report()
    known = report.evidence[8]
    notebook = Notebook(report)
    assert notebook.add(known.kind, "", known.excerpt, "", known.window, known.service) == "E9"
    assert notebook.keep(report.evidence[0]) == "E1"
    assert notebook.found() == ()


def test_only_what_is_used_joins_the_evidence_of_the_report() -> None:
    report = a_report()
    notebook = Notebook(report)
    note(notebook, "one")
    note(notebook, "two")
    assert [e.id for e in notebook.evidence(["E11", "E1"])][-2:] == ["E9", "E11"]
    assert notebook.evidence() == report.evidence


def test_what_was_kept_can_be_looked_up() -> None:
    notebook = Notebook(a_report())
    found = notebook.cited(note(notebook, "one"))
    assert found is not None
    assert (found.id, found.excerpt, found.service) == ("E10", "one", "payments")
    assert notebook.cited("E99") is None


def test_threads_never_share_an_id() -> None:
    notebook = Notebook(a_report())
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda n: note(notebook, str(n % 100)), range(400)))
    assert sorted(set(ids), key=lambda e: int(e[1:])) == [f"E{n}" for n in range(10, 110)]
