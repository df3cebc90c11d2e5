"""Commits of a data set become a repository that git itself can read."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.changes import Commit, Hunk
from assistant.domain.window import TimeWindow
from benchmarks.rootcausebench.cases import Row, case_folders, moment, read_incident
from benchmarks.rootcausebench.diffs import sections
from benchmarks.rootcausebench.repository import build
from retrievers.code import GitHistory
from tests.benchmarks.rootcausebench.incidents import (
    COMMITS,
    GUILTY,
    HIDDEN,
    INNOCENT,
    a_commit,
)

DAY = TimeWindow(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
SHARED = Path(__file__).parents[4] / "shared" / "data" / "rootcausebench"


def read(commits: tuple[Row, ...], path: Path, window: TimeWindow = DAY) -> dict[str, Commit]:
    built = build(commits, path / "code.git")
    code = GitHistory({"code": built.path})
    return {built.original(c.hash): c for c in code.commits("code", window)}


def changed(commit: Commit) -> list[str]:
    return [
        f"{h.path} {x.sign}{x.text}" for h in commit.hunks or () for x in h.lines if x.sign != " "
    ]


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        ("@@ a/x.go @@\n-1\n+2", [("a/x.go", "", ["-1", "+2"])]),
        ("@@ x.go: func F() {\n+2", [("a/x.go", "func F() {", ["+2"])]),
        ("@@ a/x.go @@ func F() {\n+2", [("a/x.go", "func F() {", ["+2"])]),
        (
            "@@ func F() {\n+2\n@@ y.py\n-3",
            [("a/x.go", "func F() {", ["+2"]), ("y.py", "", ["-3"])],
        ),
        (
            "--- a/y.py\n+++ b/y.py\n@@ -1,2 +1,2 @@ def f():\n-1\n--- 2\n+3",
            [("y.py", "def f():", ["-1", "--- 2", "+3"])],
        ),
        (
            "@@ a/x.go\n-1\n+2\n@@ note: why it matters",
            [("a/x.go", "", ["-1", "+2", " note: why it matters"])],
        ),
        ("", []),
    ],
)
def test_hunks_are_found_under_any_kind_of_header(diff: str, expected: list[Any]) -> None:
    found = sections(diff, ["a/x.go", "y.py"])
    assert [(s.path, s.symbol, s.lines) for s in found] == expected


def test_who_when_why_and_what_are_as_given(tmp_path: Path) -> None:
    found = read(COMMITS, tmp_path)

    guilty = found[GUILTY]
    assert (guilty.author, guilty.message) == ("ada", "Change services/order/pool.go")
    assert guilty.committed_at == datetime(2026, 3, 2, 11, 20, tzinfo=UTC)
    assert changed(guilty) == [
        "services/order/pool.go -\t\tMax: 50,",
        "services/order/pool.go +\t\tMax: 5,",
    ]
    assert guilty.hunks
    assert guilty.hunks[0].symbol == "func Open() *Pool {"
    assert changed(found[INNOCENT]) == ["docs/guide.md -old words", "docs/guide.md +new words"]


def test_what_a_commit_does_not_show_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    found = read(COMMITS, tmp_path)

    assert (found[HIDDEN].paths, found[HIDDEN].hunks) == (("services/cart/cart.go",), None)
    assert [(h.path, h.note) for h in found[GUILTY].hunks or () if h.note] == [
        ("services/order/go.sum", "missing")
    ]


def test_a_file_that_is_shown_hidden_and_shown_again_keeps_its_hunks(tmp_path: Path) -> None:
    commits = (
        a_commit("1" * 40, 1, ["a.py"], "-x = 1\n+x = 2"),
        a_commit("2" * 40, 2, ["a.py"], None),
        a_commit("3" * 40, 3, ["a.py"], "-y = 1\n+y = 2"),
        a_commit("4" * 40, 4, ["a.py"], None),
    )

    found = read(commits, tmp_path)

    assert changed(found["1" * 40]) == ["a.py -x = 1", "a.py +x = 2"]
    assert changed(found["3" * 40]) == ["a.py -y = 1", "a.py +y = 2"]
    assert (found["2" * 40].paths, found["2" * 40].hunks) == (("a.py.unseen",), None)
    assert (found["4" * 40].paths, found["4" * 40].hunks) == (("a.py",), None)


def test_new_and_removed_files(tmp_path: Path) -> None:
    commits = (
        a_commit("1" * 40, 1, ["new.py"], "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1"),
        a_commit("2" * 40, 2, ["old.py"], "--- a/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x = 1"),
    )

    built = build(commits, tmp_path / "code.git")
    code = GitHistory({"code": built.path})

    assert code.paths("code", built.real["1" * 40]) == ("new.py", "old.py")
    assert code.paths("code", built.real["2" * 40]) == ("new.py",)


def test_a_revert_finds_what_it_reverts(tmp_path: Path) -> None:
    revert = a_commit("d" * 40, 40, ["a"], None, message=f"This reverts commit {GUILTY}.")

    built = build((*COMMITS, revert), tmp_path / "code.git")
    found = GitHistory({"code": built.path}).commits("code", DAY)

    assert found[0].reverts == built.real[GUILTY]


def test_commits_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    built = build(tuple(reversed(COMMITS)), tmp_path / "code.git")
    brought = GitHistory({"code": built.path}).delivered(
        "code", built.real[HIDDEN], built.real[GUILTY]
    )
    assert [built.original(c.hash) for c in brought] == [GUILTY, INNOCENT]


def test_no_commits_is_an_empty_repository(tmp_path: Path) -> None:
    assert read((), tmp_path) == {}


def _lost_and_found(hunks: tuple[Hunk, ...], row: Row) -> tuple[Counter[Any], Counter[Any]]:
    given = sections(row["diff"], row["files_changed"])
    wanted = Counter((s.path, x) for s in given for x in s.lines if x[0] != " ")
    got = Counter((h.path, x.sign + x.text) for h in hunks for x in h.lines if x.sign != " ")
    return wanted - got, got - wanted


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="rootcausebench is not beside the checkout")
@pytest.mark.parametrize("folder", case_folders(SHARED), ids=lambda p: p.name)
def test_every_public_commit_comes_back(folder: Path, tmp_path: Path) -> None:
    """The same author, text, files and changed lines; lines that the data removes and adds again
    unchanged are context to git, and nothing else may differ."""
    rows = read_incident(folder / "data").commits
    times = sorted(moment(row["timestamp"]) for row in rows)
    window = TimeWindow(times[0], times[-1] + timedelta(seconds=1))

    found = read(rows, tmp_path, window)

    for row in rows:
        commit = found[row["sha"]]
        assert (commit.author, commit.message) == (row["author"], row["message"])
        assert set(commit.paths) == set(row["files_changed"])
        if not row["diff"]:
            assert commit.hunks is None
            continue
        lost, invented = _lost_and_found(commit.hunks or (), row)
        assert not invented
        removed = Counter(x[1:] for _, x in lost.elements() if x[0] == "-")
        assert removed == Counter(x[1:] for _, x in lost.elements() if x[0] == "+")
