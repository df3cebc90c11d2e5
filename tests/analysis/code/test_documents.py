"""What of telemetry, commits and runbooks the vector store gets to read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.analysis.code.documents import (
    TEXT_CHARS,
    error_span_document,
    hunk_documents,
    runbook_documents,
    template_document,
)
from assistant.domain.knowledge import DocumentKind
from assistant.domain.signals import LogShape, SpanStatus
from tests.builders import a_commit, a_hunk, a_log, a_span, at, at_ns


def a_shape(shape: str, body: str) -> LogShape:
    exemplar = a_log(body, shape=shape, trace_id="abc")
    return LogShape("checkout", shape, 17, np.ones(1), 0, 1, at_ns(-5), at_ns(5), exemplar)


def test_a_hunk_speaks_of_its_file_symbol_commit_and_both_sides() -> None:
    hunk = a_hunk(
        removed="pool = Pool(40)\n\nretries = 1",
        added="pool = Pool(4)",
        path="shop/dbPool.py",
        symbol="def connect():",
    )
    commit = a_commit("Save memory\n\nA longer story.", hunk, committed_at=at(-30))
    (document,) = hunk_documents(commit, "checkout")
    assert document.text == (
        "Save memory\n"
        "shop/dbPool.py (shop db Pool py)\n"
        "def connect():\n"
        "removed pool = Pool(40)\n"
        "added pool = Pool(4)\n"
        "removed retries = 1"
    )
    assert (document.kind, document.service) == (DocumentKind.HUNK, "checkout")
    assert (document.reference, document.path) == (commit.hash, "shop/dbPool.py")
    assert document.first_ns == document.last_ns == at_ns(-30)


def test_a_hunk_without_lines_is_found_by_its_path_and_note() -> None:
    commit = a_commit("New logo", a_hunk(path="web/logo.png", note="binary"))
    (document,) = hunk_documents(commit)
    assert document.text == "New logo\nweb/logo.png (web logo png)\nbinary"


def test_a_commit_whose_content_cannot_be_read_has_no_hunks() -> None:
    assert hunk_documents(a_commit("Opaque")) == []


def test_a_large_hunk_is_cut_with_both_sides_left() -> None:
    hunk = a_hunk(removed="old line\n" * 500, added="new line\n" * 500)
    (document,) = hunk_documents(a_commit("Reformat", hunk))
    assert len(document.text) == TEXT_CHARS
    assert document.text.count("removed") - document.text.count("added") in (0, 1)


def test_ids_are_stable_by_content() -> None:
    hunk = a_hunk(added="a = 1")
    commit = a_commit("One", hunk)
    (first,) = hunk_documents(commit, "cart")
    assert hunk_documents(commit, "cart") == [first]
    assert hunk_documents(replace(commit, hunks=(hunk, hunk)), "cart") == [first]
    assert hunk_documents(commit, "orders")[0].id != first.id  # found under either service
    assert hunk_documents(replace(commit, hash="f00"), "cart")[0].id != first.id


def test_a_template_brings_an_exemplar_but_is_known_by_its_shape() -> None:
    document = template_document(a_shape("order <num> failed", "order 17 failed"))
    assert document.text == "order <num> failed\norder 17 failed"
    assert (document.first_ns, document.last_ns) == (at_ns(-5), at_ns(5))
    assert (document.service, document.reference) == ("checkout", "abc")
    other = template_document(a_shape("order <num> failed", "order 18 failed"))
    assert other.id == document.id
    assert template_document(a_shape("ready", "ready")).text == "ready"


def test_an_error_span_says_what_failed_calling_whom_and_why() -> None:
    exception = {
        "name": "exception",
        "time_ns": at_ns(),
        "attributes": {"exception.type": "Timeout", "exception.message": "after 3000 ms"},
    }
    span = a_span(
        "checkout",
        "POST /pay/77",
        status=SpanStatus.ERROR,
        status_message="deadline exceeded",
        peer="payments",
        events=[exception, {"name": "retry"}],
    )
    document = error_span_document(span)
    assert document.text == (
        "checkout POST /pay/<num> calling payments failed\n"
        "deadline exceeded\n"
        "Timeout: after <num> ms"
    )
    assert (document.reference, document.first_ns) == (span.trace_id, span.start_ns)
    assert error_span_document(replace(span, operation="POST /pay/78")).id == document.id


RUNBOOK = """\
Call the owner first.

# Pools
## Exhausted #
Look at the size.

```sh
# not a heading
psql -c 'select 1'
```
## Empty section
# Caches
Warm them.
"""


def test_a_runbook_is_split_by_its_headings() -> None:
    documents = runbook_documents("database.md", RUNBOOK, "orders")
    assert [document.text for document in documents] == [
        "database.md\nCall the owner first.",
        "database.md › Pools › Exhausted\n"
        "Look at the size.\n\n```sh\n# not a heading\npsql -c 'select 1'\n```",
        "database.md › Caches\nWarm them.",
    ]
    assert {document.reference for document in documents} == {"database.md"}
    assert all(document.first_ns <= at_ns() <= document.last_ns for document in documents)


def test_a_long_section_comes_in_parts_under_one_heading() -> None:
    text = "# Steps\n" + "\n\n".join(f"Step {n}. " + "Check it. " * 30 for n in range(9))
    documents = runbook_documents("long.md", text)
    assert len(documents) > 1
    assert all(document.text.startswith("long.md › Steps\nStep") for document in documents)
    assert all(len(document.text) <= TEXT_CHARS for document in documents)
    assert runbook_documents("wide.md", "x" * 5000)[-1].text.endswith("x")
