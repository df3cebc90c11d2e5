"""What `GitHistory` reads from real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain.changes import Commit, Hunk
from retrievers.code import GitHistory
from tests.builders import a_window, at
from tests.retrievers.code.repositories import Repo, dated

PAY = """\
LIMIT = 10


def charge(amount):
    total = amount
    return total


def refund(amount):
    return -amount
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def history(path: Path | Repo) -> GitHistory:
    return GitHistory({"shop": path.path if isinstance(path, Repo) else path})


def changed(hunk: Hunk) -> list[str]:
    return [line.sign + line.text for line in hunk.lines if line.sign != " "]


def subjects(commits: object) -> list[str]:
    assert isinstance(commits, tuple)
    return [c.subject for c in commits if isinstance(c, Commit)]


def test_a_hunk_has_its_lines_numbers_and_enclosing_function(repo: Repo) -> None:
    good = repo.commit("Start", {"pay.py": PAY})
    tip = repo.commit("Round up", {"pay.py": PAY.replace("total = amount", "total = amount + 1")})

    (commit,) = history(repo).delivered("shop", good, tip)

    assert commit.paths == ("pay.py",)
    assert commit.hunks is not None
    (hunk,) = commit.hunks
    assert hunk.symbol == "def charge(amount):"
    assert [(x.sign, x.number, x.text) for x in hunk.lines if x.sign != " "] == [
        ("-", 5, "    total = amount"),
        ("+", 5, "    total = amount + 1"),
    ]


@pytest.mark.parametrize(
    ("path", "before", "symbol"),
    [
        ("a.go", "func Pay() {\n\ta := 1\n\tb := 1\n\tc := 1\n\tD\n}\n", "func Pay() {"),
        ("A.java", "class A {\n  void pay() {\n\n\n\n    D;\n  }\n}\n", "void pay() {"),
        ("a.ts", "class A {\n  async pay(x: X) {\n\n\n\n    D;\n  }\n}\n", "async pay(x: X) {"),
        ("a.js", "const pay = (x) => {\n\n\n\n\n    D;\n}\n", "const pay = (x) => {"),
        ("a.yaml", "pool:\n  a: 1\n  b: 1\n  c: 1\n  d: 1\n  size: D\n", "pool:"),
        ("a.tf", 'resource "x" "y" {\n\n\n\n\n  size = D\n}\n', 'resource "x" "y" {'),
    ],
)
def test_symbols_of_common_languages(repo: Repo, path: str, before: str, symbol: str) -> None:
    base = repo.commit("Start", {path: before})
    tip = repo.commit("Change", {path: before.replace("D", "E")})

    (commit,) = history(repo).delivered("shop", base, tip)

    assert commit.hunks is not None
    assert commit.hunks[0].symbol == symbol


def test_a_delivery_is_what_is_reachable_whatever_the_dates(repo: Repo) -> None:
    good = repo.commit("Good", {"a": "1"}, minutes=0)
    repo.switch("feature", good)
    repo.commit("Old work", {"b": "1"}, minutes=-10_000)
    repo.switch("main")
    repo.commit("New work", {"a": "2"}, minutes=5)
    tip = repo.merge("feature", minutes=6)

    brought = history(repo).delivered("shop", good, tip)

    assert sorted(subjects(brought)) == ["Merge feature", "New work", "Old work"]
    (merge,) = (c for c in brought if c.subject == "Merge feature")
    assert (merge.paths, merge.hunks) == ((), ())  # its content came with the others


def test_a_merge_that_resolved_a_conflict_carries_the_resolution(repo: Repo) -> None:
    good = repo.commit("Good", {"a": "pool = 10\n", "b": "x\n"})
    repo.switch("feature", good)
    repo.commit("Twenty", {"a": "pool = 20\n", "b": "y\n"})
    repo.switch("main")
    repo.commit("Thirty", {"a": "pool = 30\n"})
    repo.git("merge", "--no-commit", "-s", "ours", "--no-ff", "feature")
    tip = repo.commit("Merge, five is enough", {"a": "pool = 5\n", "b": "y\n"})

    merge = history(repo).delivered("shop", good, tip)[0]

    assert merge.paths == ("a",)
    assert merge.hunks is not None
    assert [changed(h) for h in merge.hunks] == [["-pool = 30", "+pool = 5"]]


def test_without_a_predecessor_a_day_of_the_first_parent_line_counts(repo: Repo) -> None:
    repo.commit("Two days ago", {"a": "1"}, minutes=-2880)
    repo.commit("This morning", {"a": "2"}, minutes=-300)
    tip = repo.commit("Now", {"a": "3"}, minutes=0)

    assert subjects(history(repo).delivered("shop", "", tip)) == ["Now", "This morning"]


def test_going_back_to_an_older_revision_brings_nothing(repo: Repo) -> None:
    old = repo.commit("Old", {"a": "1"})
    new = repo.commit("New", {"a": "2"})

    assert history(repo).delivered("shop", new, old) == ()


def test_the_limit_keeps_the_newest(repo: Repo) -> None:
    good = repo.commit("0", minutes=0)
    for i in range(1, 6):
        tip = repo.commit(str(i), minutes=i)

    assert subjects(history(repo).delivered("shop", good, tip, limit=2)) == ["5", "4"]


def test_a_revert_names_what_it_undoes_by_its_text_or_by_its_effect(repo: Repo) -> None:
    good = repo.commit("Good", {"pay.py": PAY})
    guilty = repo.commit("Guilty", {"pay.py": PAY.replace("10", "1").replace("-amount", "amount")})
    said = repo.commit(f"Undo\n\nThis reverts commit {guilty}.", {"pay.py": PAY}, minutes=1)
    again = repo.commit(
        "Guilty again",
        {"pay.py": PAY.replace("10", "1").replace("-amount", "amount")},
        minutes=2,
    )
    silent = repo.commit("Back to normal", {"pay.py": PAY}, minutes=3)

    found = {c.hash: c for c in history(repo).delivered("shop", good, silent)}

    assert found[said].reverts == guilty
    assert found[again].picked_from == guilty
    assert found[silent].reverts == guilty


def test_a_cherry_pick_is_known_by_its_trailer_or_by_its_patch(repo: Repo) -> None:
    base = repo.commit("Base", {"pay.py": PAY})
    repo.switch("release", base)
    repo.commit("Release notes", {"NOTES": "1"})
    repo.switch("main")
    fix = repo.commit("Fix", {"pay.py": PAY.replace("10", "11").replace("-amount", "0")}, minutes=1)
    other = repo.commit("Other", {"c": "x\ny\n"}, minutes=2)
    repo.switch("release")
    repo.git("cherry-pick", "-x", fix, **dated(at(3)))
    with_trailer = repo.head()
    repo.git("cherry-pick", other, **dated(at(4)))
    without = repo.head()

    found = {c.hash: c for c in history(repo).delivered("shop", "main", "release")}

    assert found[with_trailer].picked_from == fix
    assert found[without].picked_from == other


def test_renames_binaries_modes_and_odd_names(repo: Repo) -> None:
    base = repo.commit("Start", {"old.py": PAY, "logo.png": b"\0\1", "run.sh": "#!\n"})
    (repo.path / "run.sh").chmod(0o755)
    tip = repo.commit(
        "Move things",
        {
            "old.py": None,
            "new.py": PAY.replace("10", "20"),
            "logo.png": b"\0\2",
            'sp ace "ü\t.txt': "hi\n",
            "-rf": "x\n",
        },
    )

    (commit,) = history(repo).delivered("shop", base, tip)

    assert commit.hunks is not None
    found = {h.path: h for h in commit.hunks}
    assert found["new.py"].old_path == "old.py"
    assert changed(found["new.py"]) == ["-LIMIT = 10", "+LIMIT = 20"]
    assert (found["logo.png"].note, found["logo.png"].lines) == ("binary", ())
    assert found["run.sh"].note == "mode changed"
    assert changed(found['sp ace "ü\t.txt']) == ["+hi"]
    assert changed(found["-rf"]) == ["+x"]


def test_code_that_looks_like_a_diff_stays_code(repo: Repo) -> None:
    base = repo.commit("Start", {"a.txt": "x\n"})
    text = f"diff --git a/b b/b\n{base}\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n"
    tip = repo.commit("Add a patch file", {"fix.patch": text})

    (commit,) = history(repo).delivered("shop", base, tip)

    assert commit.hunks is not None
    (hunk,) = commit.hunks
    assert hunk.path == "fix.patch"
    assert [line.text for line in hunk.added] == text.splitlines()


def test_a_submodule_moves_without_being_entered(repo: Repo, tmp_path: Path) -> None:
    base = repo.commit("Start", {"a": "1"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},vendor/lib")
    repo.write({".gitmodules": '[submodule "lib"]\n\tpath=vendor/lib\n\turl=file:///nowhere\n'})
    repo.git("add", ".gitmodules")
    repo.git("commit", "-qm", "Add lib", "--author=A <a@b>")

    (commit,) = history(repo).delivered("shop", base, "main")

    assert commit.hunks is not None
    (hunk,) = (h for h in commit.hunks if h.path == "vendor/lib")
    assert hunk.note == "submodule"
    assert changed(hunk) == [f"+Subproject commit {base}"]


def test_a_huge_file_is_named_and_left_out(repo: Repo) -> None:
    base = repo.commit("Start", {"a": "1"})
    tip = repo.commit("Vendor", {"lock.json": "x\n" * 6000, "b.py": "y\n"})

    (commit,) = history(repo).delivered("shop", base, tip)

    assert commit.hunks is not None
    assert [(h.path, h.note, len(h.lines)) for h in commit.hunks] == [
        ("b.py", "", 1),
        ("lock.json", "too large", 0),
    ]


def test_commits_of_a_window_come_from_every_branch_newest_first(repo: Repo) -> None:
    start = repo.commit("Before", minutes=-61)
    repo.commit("First", minutes=-60)
    repo.switch("other", start)
    repo.commit("Elsewhere", minutes=-30)
    repo.switch("main")
    repo.commit("At the end", minutes=10)  # the end does not belong to the window

    assert subjects(history(repo).commits("shop", a_window(-60, 10))) == ["Elsewhere", "First"]


def test_blame_names_the_commit_that_wrote_a_line(repo: Repo) -> None:
    repo.commit("Start", {"pay.py": PAY}, author="Ada")
    tip = repo.commit(
        "Change", {"pay.py": PAY.replace("-amount", "amount")}, author="Grace", minutes=3
    )
    code = history(repo)

    line = code.blame("shop", tip, "pay.py", 10)

    assert line is not None
    assert (line.commit, line.author, line.text) == (tip, "Grace", "    return amount")
    assert line.at == at(3)
    assert code.blame("shop", tip, "pay.py", 99) is None
    assert code.blame("shop", tip, "nowhere.py", 1) is None
    assert code.blame("shop", tip, "--output=x", 1) is None


def test_revisions_resolve_by_branch_tag_and_abbreviation(repo: Repo) -> None:
    tip = repo.commit("Start")
    repo.git("tag", "-a", "v1.0", "-m", "One")
    code = history(repo)

    assert {code.resolve("shop", r) for r in ("main", "v1.0", tip[:8], "HEAD", tip)} == {tip}


def test_new_commits_are_seen_without_opening_again(repo: Repo) -> None:
    repo.commit("Start")
    code = history(repo)
    code.resolve("shop", "main")

    assert code.resolve("shop", "main") == repo.head()
    later = repo.commit("Later")
    assert code.resolve("shop", "main") == later


def test_bare_clones_and_linked_work_trees(repo: Repo, tmp_path: Path) -> None:
    base = repo.commit("Start", {"a": "1\n"})
    tip = repo.commit("Change", {"a": "2\n"})
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))

    for path in (bare, tmp_path / "linked"):
        (commit,) = history(path).delivered("shop", base, tip)
        assert commit.hunks is not None
        assert changed(commit.hunks[0]) == ["-1", "+2"]


def test_the_listing_of_a_revision(repo: Repo) -> None:
    repo.commit("Start", {"services/pay/main.py": "x", "libs/a.py": "y"})

    assert history(repo).paths("shop") == ("libs/a.py", "services/pay/main.py")
