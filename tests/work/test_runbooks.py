"""A folder of runbooks is found as it is now, not as it was."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.knowledge import DocumentKind
from assistant.work.runbooks import Runbooks
from retrievers.memory import MemoryKnowledge, NoRedaction


def found(knowledge: MemoryKnowledge, runbooks: Runbooks, query: str) -> list[str]:
    references = runbooks.current()
    hits = knowledge.search(query, kinds=[DocumentKind.RUNBOOK], references=references)
    return [hit.document.text for hit in hits if hit.score > 0] if references else []


def test_sections_of_a_folder_are_found(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "pool.md").write_text(
        "# Pool\n\nIt is empty.\n\n## Drain\n\nRestart pgbouncer."
    )
    (tmp_path / "notes.txt").write_text("pgbouncer")
    knowledge = MemoryKnowledge()
    (text,) = found(knowledge, Runbooks(tmp_path, knowledge, NoRedaction()), "restart pgbouncer")
    assert text == "db/pool.md › Pool › Drain\nRestart pgbouncer."


def test_what_a_file_no_longer_says_is_not_found(tmp_path: Path) -> None:
    knowledge = MemoryKnowledge()
    runbooks = Runbooks(tmp_path, knowledge, NoRedaction())
    file = tmp_path / "pool.md"
    file.write_text("Restart pgbouncer.")
    assert len(found(knowledge, runbooks, "restart pgbouncer")) == 1
    file.write_text("Never touch the proxy, call the database team.")
    os.utime(file, (2, 2))
    assert found(knowledge, runbooks, "restart pgbouncer") == []
    assert len(found(knowledge, runbooks, "database team")) == 1
    file.unlink()
    assert runbooks.current() == []


def test_a_file_that_did_not_change_is_learned_once(tmp_path: Path) -> None:
    class Counting(MemoryKnowledge):
        times = 0

        def remember(self, documents: object) -> None:
            Counting.times += 1

    (tmp_path / "pool.md").write_text("Restart pgbouncer.")
    runbooks = Runbooks(tmp_path, Counting(), NoRedaction())
    assert runbooks.current() == runbooks.current()
    assert Counting.times == 1


def test_secrets_do_not_reach_the_store_and_unreadable_files_do_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "mail.md").write_text("Write to ada@example.org.")
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "outside.md").symlink_to("/etc/hostname")
    knowledge = MemoryKnowledge()
    (text,) = found(knowledge, Runbooks(tmp_path, knowledge, RuleRedactor(b"k")), "write to")
    assert "ada@example.org" not in text
    assert "<email:" in text


def test_without_a_folder_there_are_none() -> None:
    assert Runbooks(None, MemoryKnowledge(), NoRedaction()).current() == []
