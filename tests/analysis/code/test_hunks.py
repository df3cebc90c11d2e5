"""What a hunk does, read from its lines."""

from __future__ import annotations

import pytest

from assistant.analysis.code.findings import Kind
from assistant.analysis.code.hunks import findings, hunk_findings
from assistant.analysis.code.inert import is_inert
from assistant.analysis.code.mechanisms import Mechanism
from tests.builders import a_commit, a_hunk


@pytest.mark.parametrize(
    ("removed", "added", "kind", "detail"),
    [
        ("max_conns = 50", "max_conns = 10", Kind.LIMIT_LOWERED, "max_conns: 50 → 10"),
        ("timeout: 30s", "timeout: 2m", Kind.LIMIT_RAISED, "timeout: 30s → 2m"),
        ("const retries = 3", "const retries = 30", Kind.LIMIT_RAISED, "retries: 3 → 30"),
        ("log_level: info", "log_level: debug", Kind.LEVEL_CHANGED, "info → debug"),
        ("if user is None: return", "", Kind.GUARD_REMOVED, "if user is None: return"),
        ("if used > limit:", "if used >= limit:", Kind.CONDITION_CHANGED, ""),
        ("", "for item in cart:\n    await client.price(item)", Kind.CALL_IN_LOOP, ""),
        ("db.executemany(sql, rows)", "db.execute(sql, row)", Kind.BATCH_REMOVED, ""),
        ("", "self.history.append(request)", Kind.GROWTH, "self.history.append(request)"),
        ("conn.close()", "", Kind.CLEANUP_REMOVED, "conn.close()"),
        ("", "async with self._lock:", Kind.LOCK_ADDED, "async with self._lock:"),
        ("@cache\ndef rate(): ...", "def rate(): ...", Kind.CACHE_CHANGED, "@cache"),
    ],
)  # fmt: skip
def test_kinds_of_change(removed: str, added: str, kind: Kind, detail: str) -> None:
    found = {f.kind: f for f in hunk_findings(a_hunk(removed, added))}

    assert kind in found
    assert detail in found[kind].detail


def test_a_finding_knows_what_it_is_about() -> None:
    (finding,) = (
        f
        for f in hunk_findings(a_hunk("pool_size = 20", "pool_size = 2", path="lib/db.py"))
        if f.kind is Kind.LIMIT_LOWERED
    )

    assert Mechanism.POOL in finding.mechanisms


def test_a_bounded_collection_does_not_grow() -> None:
    bounded = a_hunk("", "self.seen.append(x)\nwhile len(self.seen) > limit: self.seen.pop(0)")

    assert Kind.GROWTH not in {f.kind for f in hunk_findings(bounded)}


def test_a_manifest_is_a_dependency_and_its_numbers_are_no_limits() -> None:
    kinds = {
        f.kind
        for f in hunk_findings(a_hunk("aiohttp==3.8", "aiohttp==3.9", path="requirements.txt"))
    }

    assert Kind.DEPENDENCY_CHANGED in kinds
    assert Kind.LIMIT_RAISED not in kinds


@pytest.mark.parametrize(
    ("path", "removed", "added"),
    [
        ("docs/pool.md", "max 50", "max 10"),
        ("tests/test_pool.py", "assert size == 50", "assert size == 10"),
        ("web/cart.css", "margin: 0", "margin: 2px"),
        ("shop/pay.py", "# old words", "# new words"),
        ("shop/pay.py", "a = 1\nb = 2", "b = 2\na = 1"),
        ("shop/pay.py", "if ok:  run()", "if ok: run()"),
    ],
)
def test_inert_hunks(path: str, removed: str, added: str) -> None:
    assert is_inert(a_hunk(removed, added, path=path))


def test_a_hunk_without_lines_is_never_inert() -> None:
    assert not is_inert(a_hunk(path="model.bin", note="binary"))


def test_a_manifest_below_a_docs_folder_is_not_inert() -> None:
    assert not is_inert(a_hunk("sphinx==7", "sphinx==8", path="docs/requirements.txt"))


def test_an_opaque_commit_has_no_findings() -> None:
    assert findings(a_commit("Tune things", hunks=None)) == []
