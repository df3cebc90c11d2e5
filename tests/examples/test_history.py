"""The shop's git repository is built from its recorded edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.shop.repository import past, recent
from examples.shop.repository.build import build, bundle, git, main, plan
from examples.shop.repository.edits import DoesNotApply, Edit, apply, read_source, undo


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "shop.git"
    build(path)
    return path


def test_the_repository_is_sound_and_rich(repository: Path) -> None:
    assert git(repository, "fsck", "--strict", "--no-dangling") == ""
    assert int(git(repository, "rev-list", "--count", "main")) >= 30
    assert len(set(git(repository, "log", "--format=%an", "main").splitlines())) >= 5
    assert git(repository, "rev-list", "--count", "--merges", "main") == "1"
    assert git(repository, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_a_revert_names_the_commit_that_it_takes_back(repository: Path) -> None:
    reverted = git(repository, "log", "--format=%H", "--grep=^checkout: try a charge twice$")
    message = git(repository, "log", "-1", "--format=%B", "--grep=^Revert", "main")

    assert f"This reverts commit {reverted}." in message


def test_the_same_edits_give_the_same_hashes(repository: Path, tmp_path: Path) -> None:
    build(tmp_path / "again.git")

    assert git(tmp_path / "again.git", "rev-parse", "main") == git(repository, "rev-parse", "main")


def test_the_history_leads_to_the_source_that_lies_here() -> None:
    commits = plan(read_source())

    assert commits[len(past.STEPS) - 1].tree == read_source()
    assert len(commits) == len(past.STEPS) + len(recent.STEPS)


def test_every_commit_changes_something(repository: Path) -> None:
    empty = [
        subject
        for line in git(repository, "log", "--no-merges", "--format=%x00%s", "--stat").split("\0")
        if line.strip() and "changed" not in line
        for subject in [line.splitlines()[0]]
    ]
    assert empty == []


def test_every_revision_compiles() -> None:
    for commit in plan(read_source()):
        for path, text in commit.tree.items():
            if path.endswith(".py"):
                compile(text, path, "exec", dont_inherit=True)


def test_commits_are_in_the_order_of_their_dates() -> None:
    dates = [step.at for step in (*past.STEPS, *recent.STEPS)]
    assert dates == sorted(dates)


def test_an_edit_and_its_undoing() -> None:
    tree = {"a.py": "limit = 5\n"}
    edit = Edit("a.py", "limit = 5", "limit = 10")

    assert apply(tree, [edit]) == {"a.py": "limit = 10\n"}
    assert undo(apply(tree, [edit]), [edit]) == tree


@pytest.mark.parametrize("text", ["nothing of the kind", "limit = 5\nlimit = 5\n"])
def test_an_edit_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(DoesNotApply):
        apply({"a.py": text}, [Edit("a.py", "limit = 5", "limit = 10")])


def test_the_command_writes_a_bundle_that_clones(tmp_path: Path) -> None:
    assert main([str(tmp_path / "shop.git"), "--bundle", str(tmp_path / "shop.bundle")]) == 0

    git(tmp_path, "clone", "-q", "shop.bundle", "clone")
    assert (tmp_path / "clone" / "services" / "cart" / "app.py").is_file()


def test_the_command_leaves_what_is_there_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_bundle_holds_the_whole_history(repository: Path, tmp_path: Path) -> None:
    bundle(repository, tmp_path / "shop.bundle")

    verified = git(repository, "bundle", "verify", str(tmp_path / "shop.bundle"))
    assert "records a complete history" in verified
