"""Tools over memory: what is alike in the vector store, runbooks, past incidents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain.errors import InvalidPayload
from assistant.domain.evidence import EvidenceKind
from assistant.domain.knowledge import Document, DocumentKind
from assistant.domain.report import Report, SimilarIncident, Verdict
from assistant.investigator import tools
from assistant.investigator.tools import Desk
from assistant.work.runbooks import Runbooks
from retrievers.knowledge import ChromaKnowledge
from retrievers.knowledge.bundled import bundled_embedder
from retrievers.memory import MemoryKnowledge, MemoryTelemetry, NoRedaction
from tests.builders import at, at_ns
from tests.builders.system import System
from tests.investigator.tools.desk import a_desk, a_notebook, read


def a_document(
    text: str, kind: DocumentKind = DocumentKind.LOG_TEMPLATE, **changes: str
) -> Document:
    moment = at_ns(-5)
    number = "-".join(changes.values())
    return Document(
        f"{kind}-{number}-{text}", kind, text, first_ns=moment, last_ns=moment, **changes
    )


@pytest.fixture
def desk(shop: System, report: Report) -> Desk:
    knowledge = MemoryKnowledge()
    knowledge.remember(
        [
            a_document("pool of connections is exhausted", service="payments"),
            a_document("cart was rendered", service="checkout"),
            a_document(
                "Smaller pool of connections", DocumentKind.HUNK, reference="c" * 40, path="db.py"
            ),
            a_document(
                "Smaller pool of connections", DocumentKind.HUNK, service="stock", path="db.py"
            ),
            a_document(
                "pool › Drain the pool of connections", DocumentKind.RUNBOOK, reference="a@1"
            ),
            a_document("pool › Old advice on connections", DocumentKind.RUNBOOK, reference="a@0"),
            a_document("pool of connections", DocumentKind.INCIDENT, reference="r-1"),
        ]
    )
    return a_desk(shop, report, MemoryTelemetry(), knowledge=knowledge, runbooks=["a@1"])


def test_what_is_alike_comes_closest_first(desk: Desk) -> None:
    title, *rows = read(tools.search(desk, a_notebook(desk), "pool of connections exhausted"))
    assert title == "anything like “pool of connections exhausted”:"
    assert rows[0].endswith(" logs payments last 11:55:00: pool of connections is exhausted")
    assert [row.split(" ")[1] for row in rows] == ["logs", "code", "runbooks"]
    assert rows[1].endswith(" db.py last 11:55:00: Smaller pool of connections")


@pytest.mark.parametrize(
    ("kind", "found"), [("logs", 1), ("code", 1), ("runbooks", 1), ("spans", 0)]
)
def test_one_kind_of_it(desk: Desk, kind: str, found: int) -> None:
    answer = tools.search(desk, a_notebook(desk), "pool of connections", kind)
    assert answer.total == found


def test_past_incidents_are_not_found_by_a_few_words(desk: Desk) -> None:
    """Whether one is alike is decided by its facts."""
    with pytest.raises(InvalidPayload, match="no kind 'incidents'"):
        tools.search(desk, a_notebook(desk), "pool", "incidents")


def test_only_runbooks_as_they_are_now(desk: Desk) -> None:
    _, row = read(tools.runbooks(desk, a_notebook(desk), "pool connections"))
    assert row.endswith(" runbooks a: pool › Drain the pool of connections")


def test_nothing_alike(desk: Desk) -> None:
    found = tools.search(desk, a_notebook(desk), "certificate expired")
    assert read(found) == [
        "Nothing found: anything like “certificate expired”. Nothing is close enough; say it in "
        "other words, or ask `logs` and `changes`."
    ]
    with pytest.raises(InvalidPayload, match="nothing to look for"):
        tools.runbooks(desk, a_notebook(desk), "  ")


def test_past_incidents_are_those_of_the_report(desk: Desk) -> None:
    found = SimilarIncident(
        "r-7", at(-9000), 0.83, Verdict.CHANGE_GUILTY, "Coupons broke payments", "Roll back", "yes"
    )
    alike = replace(desk, report=replace(desk.report, similar=(found,)))
    notebook = a_notebook(alike)
    answer = tools.similar_incidents(alike, notebook)
    assert read(answer)[1] == (
        "0.83 alike: 2026-02-24 06:00 UTC report r-7, change_guilty: Coupons broke payments; "
        "remedy: Roll back; in the end: yes"
    )
    evidence = notebook.cited(answer.evidence)
    assert evidence is not None
    assert evidence.kind is EvidenceKind.DOCUMENT
    assert tools.similar_incidents(desk, a_notebook(desk)).total == 0


def test_runbooks_by_meaning_in_the_real_store(
    shop: System, report: Report, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "certificates.md").write_text(
        "# Certificates\n\n## Renew\n\nWhen TLS handshakes fail because a certificate has expired, "
        "run the renewal job and restart the ingress."
    )
    (folder / "cats.md").write_text("# Cats\n\nThe office cat likes fish on Tuesdays.")
    knowledge = ChromaKnowledge(tmp_path / "knowledge", bundled_embedder(tmp_path / "models"))
    try:
        books = Runbooks(folder, knowledge, NoRedaction())
        books.current()
        assert knowledge.settle(60)
        desk = a_desk(
            shop, report, MemoryTelemetry(), knowledge=knowledge, runbooks=books.current()
        )
        found = tools.runbooks(desk, a_notebook(desk), "expired SSL certificate, what to do?")
        assert [row.split(" ")[2] for row in found.rows] == ["certificates.md:"]
        assert "run the renewal job" in found.text
    finally:
        knowledge.close()
