"""History read through the redactor."""

from __future__ import annotations

from assistant.analysis.redaction import RuleRedactor
from retrievers.memory import MemoryCodeHistory
from retrievers.wrappers.redacted import RedactedHistory
from tests.builders import a_commit, a_hunk, a_window

KEY = "AKIA" + "IOSFODNN7EXAMPLE"


def test_messages_and_hunks_lose_their_secrets_and_keep_the_rest() -> None:
    clean = a_hunk("limit = 3", "limit = 4")
    commit = a_commit(f"Use {KEY}", a_hunk("", f'aws_key = "{KEY}"\nlimit = 3'), clean)
    history = RedactedHistory(MemoryCodeHistory([commit]), RuleRedactor())

    (seen,) = history.commits("shop", a_window())

    assert KEY not in seen.message
    assert seen.hunks is not None
    assert KEY not in seen.hunks[0].lines[0].text
    assert seen.hunks[0].lines[1].text == "limit = 3"
    assert seen.hunks[1] == clean
    assert history.delivered("shop", "", commit.hash) == [seen]


def test_a_secret_of_several_lines_loses_all_of_them() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nTUlJRXZR\nSUJBREFO\n-----END PRIVATE KEY-----"
    commit = a_commit("Add keys", a_hunk("", f"first\n{key}\nlast"))

    (seen,) = RedactedHistory(MemoryCodeHistory([commit]), RuleRedactor()).commits(
        "shop", a_window()
    )

    assert seen.hunks is not None
    assert [line.text for line in seen.hunks[0].lines] == ["first", *4 * ["<secret>"], "last"]


def test_an_opaque_commit_stays_opaque() -> None:
    commit = a_commit("Tune", hunks=None)

    (seen,) = RedactedHistory(MemoryCodeHistory([commit]), RuleRedactor()).commits(
        "shop", a_window()
    )

    assert seen.hunks is None


def test_deployments_that_bring_the_same_commit_share_it() -> None:
    commit = a_commit("Add keys", a_hunk("", f"key = {KEY}"))
    history = RedactedHistory(MemoryCodeHistory([commit]), RuleRedactor())

    (first,) = history.delivered("shop", "", commit.hash)
    (again,) = history.delivered("shop", "", commit.hash)

    assert again is first
