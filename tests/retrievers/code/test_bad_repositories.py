"""Repositories that are missing, damaged, incomplete or set as traps."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from assistant.domain.errors import InvalidRevision, NotFound, RepositoryError
from retrievers.code import GitHistory
from tests.builders import a_window
from tests.retrievers.code.repositories import Repo
from tests.retrievers.code.test_history import changed


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.commit("One", {"a.py": "x = 1\n", "b.py": "y = 1\n"}, minutes=-30)
    repo.commit("Two", {"a.py": "x = 2\n"}, minutes=-20)
    repo.commit("Three", {"a.py": "x = 3\n", "b.py": "y = 3\n"}, minutes=-10)
    return repo


def history(path: Path, **limits: float) -> GitHistory:
    return GitHistory({"shop": path}, **limits)  # type: ignore[arg-type]


def test_an_unknown_name_lists_the_known_ones(repo: Repo) -> None:
    with pytest.raises(NotFound) as caught:
        history(repo.path).resolve("shopp", "main")
    assert caught.value.hint == "Known: shop."


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="missing"):
        history(tmp_path / "nowhere").resolve("shop", "main")


def test_a_folder_without_a_repository(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(RepositoryError, match="not a git repository"):
        history(tmp_path / "plain").resolve("shop", "main")


def test_a_folder_inside_a_repository_is_not_that_repository(repo: Repo) -> None:
    (repo.path / "inner").mkdir()
    with pytest.raises(RepositoryError, match="not a git repository"):
        history(repo.path / "inner").resolve("shop", "main")


def test_an_empty_repository(tmp_path: Path) -> None:
    code = history(Repo(tmp_path / "empty").path)

    assert code.commits("shop", a_window()) == ()
    assert code.paths("shop") == ()
    with pytest.raises(InvalidRevision, match="no revision"):
        code.resolve("shop", "main")


@pytest.mark.parametrize(
    "revision",
    ["--output=/tmp/x", "-p", "", "main..other", "HEAD^", "HEAD~1", "a b", "x;id", "@{-1}", "a\n"],
)
def test_a_revision_that_is_none(repo: Repo, revision: str) -> None:
    with pytest.raises(InvalidRevision):
        history(repo.path).resolve("shop", revision)
    with pytest.raises(InvalidRevision):
        history(repo.path).delivered("shop", "HEAD", revision)


def test_a_shallow_clone_cannot_tell_what_its_boundary_changed(repo: Repo, tmp_path: Path) -> None:
    shallow = repo.clone(tmp_path / "shallow", "--depth=2")
    code = history(shallow)

    newest, boundary = code.commits("shop", a_window())

    assert newest.hunks is not None
    assert len(newest.hunks) == 2
    assert (boundary.subject, boundary.hunks) == ("Two", None)
    with pytest.raises(RepositoryError, match="no revision") as caught:
        code.delivered("shop", repo.git("rev-parse", "HEAD~2"), "HEAD")
    assert "unshallow" in caught.value.hint


def _objects(path: Path) -> set[str]:
    return {str(p) for p in path.rglob("objects/**/*") if p.is_file()}


def test_a_partial_clone_is_read_as_it_is_and_never_fetches(repo: Repo, tmp_path: Path) -> None:
    partial = repo.clone(tmp_path / "partial", "--filter=blob:none", "--bare")
    before = _objects(partial)

    found = history(partial).commits("shop", a_window())

    assert [(c.paths, c.hunks) for c in found] == [
        (("a.py", "b.py"), None),
        (("a.py",), None),
        (("a.py", "b.py"), None),
    ]
    assert _objects(partial) == before


def test_a_treeless_clone_still_knows_who_and_when(repo: Repo, tmp_path: Path) -> None:
    treeless = repo.clone(tmp_path / "treeless", "--filter=tree:0", "--bare")
    before = _objects(treeless)

    found = history(treeless).commits("shop", a_window())

    assert [(c.subject, c.paths, c.hunks) for c in found] == [
        ("Three", (), None),
        ("Two", (), None),
        ("One", (), None),
    ]
    assert _objects(treeless) == before


def _lose(repo: Repo, name: str) -> None:
    found = repo.git("rev-parse", name)
    (repo.path / ".git" / "objects" / found[:2] / found[2:]).unlink()


def test_a_lost_content_hides_its_file_alone(repo: Repo) -> None:
    _lose(repo, "HEAD:b.py")

    three, two, one = history(repo.path).commits("shop", a_window())

    assert three.hunks is not None
    assert [(h.path, changed(h), h.note) for h in three.hunks] == [
        ("a.py", ["-x = 2", "+x = 3"], ""),
        ("b.py", [], "missing"),
    ]
    assert two.hunks
    assert one.hunks


def test_a_lost_tree_hides_the_commits_that_need_it(repo: Repo) -> None:
    _lose(repo, "HEAD~1^{tree}")

    three, two, one = history(repo.path).commits("shop", a_window())

    assert (three.hunks, two.hunks) == (None, None)
    assert one.hunks


def test_a_damaged_content_hides_the_commits_that_need_it(repo: Repo) -> None:
    found = repo.git("rev-parse", "HEAD:a.py")
    file = repo.path / ".git" / "objects" / found[:2] / found[2:]
    file.chmod(0o644)
    file.write_bytes(b"nonsense")

    three, two, _one = history(repo.path).commits("shop", a_window())

    assert three.hunks is None or any(h.note == "missing" for h in three.hunks)
    assert two.hunks


def test_a_lost_commit_is_a_repository_error(repo: Repo) -> None:
    _lose(repo, "HEAD~1")
    with pytest.raises(RepositoryError, match="cannot be read") as caught:
        history(repo.path).commits("shop", a_window())
    assert "fsck" in caught.value.hint


def test_a_garbled_configuration_is_a_repository_error(repo: Repo) -> None:
    (repo.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(RepositoryError, match="bad config"):
        history(repo.path).resolve("shop", "main")


TRAPS = """
[core]
    repositoryformatversion = 0
    bare = false
    fsmonitor = {program}
    pager = {program}
    editor = {program}
    sshCommand = {program}
    gitProxy = {program}
    hooksPath = {hooks}
    attributesFile = {attributes}
    alternateRefsCommand = {program}
[include]
    path = {included}
[pager]
    log = {program}
    for-each-ref = {program}
[alias]
    log = !{program}
    for-each-ref = !{program}
[diff]
    external = {program}
[diff "evil"]
    command = {program}
    textconv = {program}
[filter "evil"]
    clean = {program}
    smudge = {program}
    process = {program}
    required = true
[gpg]
    program = {program}
[log]
    showSignature = true
[remote "origin"]
    url = ext::{program}
    uploadpack = {program}
    promisor = true
    partialclonefilter = blob:none
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[extensions]
    partialClone = origin
[uploadpack]
    packObjectsHook = {program}
[credential]
    helper = !{program}
"""


@pytest.fixture
def trapped(repo: Repo, tmp_path: Path) -> tuple[Repo, Path]:
    """A repository in which everything that git lets a repository start writes a canary."""
    canary = tmp_path / "canary"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho caught >> {canary}\ncat\n")
    program.chmod(0o755)
    git_dir = repo.path / ".git"
    hooks = git_dir / "hooks"
    for name in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor"):
        (hooks / name).write_text(program.read_text())
        (hooks / name).chmod(0o755)
    attributes = "* diff=evil filter=evil\n"
    (repo.path / ".gitattributes").write_text(attributes)
    (git_dir / "info" / "attributes").write_text(attributes)
    (git_dir / "evil-attributes").write_text(attributes)
    (git_dir / "included").write_text(f"[diff]\n    external = {program}\n")
    _lose(repo, "HEAD:b.py")  # so that there is something to fetch
    (git_dir / "config").write_text(
        TRAPS.format(
            program=program,
            hooks=hooks,
            attributes=git_dir / "evil-attributes",
            included=git_dir / "included",
        )
    )
    return repo, canary


def test_a_booby_trapped_repository_starts_nothing(trapped: tuple[Repo, Path]) -> None:
    repo, canary = trapped
    code = history(repo.path)

    three, two, _one = code.commits("shop", a_window())
    code.delivered("shop", "", "main")
    code.blame("shop", "main", "a.py", 1)
    code.paths("shop")

    assert not canary.exists()
    assert two.hunks is not None
    assert changed(two.hunks[0]) == ["-x = 1", "+x = 2"]
    assert three.hunks is not None
    assert [h.note for h in three.hunks] == ["", "missing"]


def test_the_traps_would_have_worked(trapped: tuple[Repo, Path]) -> None:
    """Guards the test above: the same repository read by plain git does write the canary."""
    repo, canary = trapped
    subprocess.run(["git", "diff", "HEAD~2", "HEAD~1"], cwd=repo.path, capture_output=True)
    assert canary.exists()


def test_the_environment_of_the_process_cannot_steer_git(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, program = tmp_path / "canary", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {canary}\n")
    program.chmod(0o755)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_SSH", "GIT_PROXY_COMMAND"):
        monkeypatch.setenv(name, str(program))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.external")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(program))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))

    found = history(repo.path).commits("shop", a_window())

    assert all(c.hunks for c in found)
    assert not canary.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_read_since_the_operator_named_it(repo: Repo) -> None:
    for path in (repo.path, *repo.path.rglob("*")):
        os.chown(path, 12345, 12345)

    assert history(repo.path).resolve("shop", "main")


def test_attributes_in_the_repository_cannot_hide_a_change(repo: Repo) -> None:
    repo.commit("Hide", {".gitattributes": "*.py -diff\n", "a.py": "x = 9\n"})

    newest = history(repo.path).commits("shop", a_window())[0]

    assert newest.hunks is not None
    assert changed(newest.hunks[1]) == ["-x = 3", "+x = 9"]


def test_too_much_output_leaves_the_large_commit_opaque_and_reads_the_rest(repo: Repo) -> None:
    repo.commit("Large", {"big.txt": "0123456789\n" * 4000}, minutes=-5)
    repo.commit("Small", {"a.py": "x = 4\n"}, minutes=-4)

    found = history(repo.path, max_output_bytes=20_000).commits("shop", a_window())

    assert [(c.subject, c.hunks is None) for c in found] == [
        ("Small", False),
        ("Large", True),
        ("Three", False),
        ("Two", False),
        ("One", False),
    ]


def test_a_git_that_never_ends_is_stopped(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")

    with pytest.raises(RepositoryError, match="longer than allowed"):
        history(repo.path, timeout_s=0.3).resolve("shop", "main")
