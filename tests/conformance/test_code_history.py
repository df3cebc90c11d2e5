"""What every `CodeHistory` must do, whatever stands behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant.domain.changes import Commit, Line
from assistant.domain.errors import InvalidRevision, NotFound
from assistant.domain.ports import CodeHistory
from retrievers.code import GitHistory
from retrievers.memory import MemoryCodeHistory
from tests.builders import a_commit, a_hunk, a_window
from tests.retrievers.code.repositories import Repo

# (subject, minutes after noon, the one line of pay.py); a straight history, oldest first.
STORY = (
    ("Long ago", -3000, "limit = 1"),
    ("Yesterday", -1000, "limit = 2"),
    ("Before lunch", -30, "limit = 3"),
    ("Lunch", 0, "limit = 4"),
)


class CodeHistoryContract(ABC):
    @abstractmethod
    def told(self, tmp_path: Path) -> tuple[CodeHistory, Mapping[str, str]]:
        """STORY in a repository called shop, and the hash of each subject."""

    @pytest.fixture
    def story(self, tmp_path: Path) -> tuple[CodeHistory, Mapping[str, str]]:
        return self.told(tmp_path)

    def test_delivered_is_after_the_last_good_one_newest_first(
        self, story: tuple[CodeHistory, Mapping[str, str]]
    ) -> None:
        code, known = story
        brought = code.delivered("shop", known["Yesterday"], known["Lunch"])
        assert [c.subject for c in brought] == ["Lunch", "Before lunch"]
        assert all(c.repository == "shop" and c.hunks for c in brought)

    def test_delivered_takes_abbreviations_and_keeps_the_newest_of_too_many(
        self, story: tuple[CodeHistory, Mapping[str, str]]
    ) -> None:
        code, known = story
        brought = code.delivered("shop", known["Long ago"][:10], known["Lunch"][:10], limit=1)
        assert [c.hash for c in brought] == [known["Lunch"]]

    def test_delivered_without_a_predecessor_reaches_back_a_day(
        self, story: tuple[CodeHistory, Mapping[str, str]]
    ) -> None:
        code, known = story
        brought = code.delivered("shop", "", known["Lunch"])
        assert [c.subject for c in brought] == ["Lunch", "Before lunch", "Yesterday"]

    def test_nothing_new_is_empty(self, story: tuple[CodeHistory, Mapping[str, str]]) -> None:
        code, known = story
        assert not code.delivered("shop", known["Lunch"], known["Lunch"])
        assert not code.commits("shop", a_window(100, 200))

    def test_commits_of_a_half_open_window(
        self, story: tuple[CodeHistory, Mapping[str, str]]
    ) -> None:
        code, _ = story
        assert [c.subject for c in code.commits("shop", a_window(-30, 0))] == ["Before lunch"]

    def test_hunks_carry_their_lines(self, story: tuple[CodeHistory, Mapping[str, str]]) -> None:
        code, known = story
        (commit,) = code.delivered("shop", known["Before lunch"], known["Lunch"])
        assert commit.hunks is not None
        (hunk,) = commit.hunks
        assert (hunk.commit, hunk.path) == (commit.hash, "pay.py")
        assert [line.text for line in hunk.removed] == ["limit = 3"]
        assert [line.text for line in hunk.added] == ["limit = 4"]

    def test_blame(self, story: tuple[CodeHistory, Mapping[str, str]]) -> None:
        code, known = story
        line = code.blame("shop", known["Before lunch"], "pay.py", 1)
        assert line is not None
        assert (line.commit, line.text) == (known["Before lunch"], "limit = 3")
        assert code.blame("shop", known["Lunch"], "other.py", 1) is None

    def test_resolve(self, story: tuple[CodeHistory, Mapping[str, str]]) -> None:
        code, known = story
        assert code.resolve("shop", known["Lunch"][:12]) == known["Lunch"]
        assert code.resolve("shop", "HEAD") in known.values()
        for revision in ("0" * 40, "no-such-branch", "--help", ""):
            with pytest.raises(InvalidRevision):
                code.resolve("shop", revision)

    def test_only_configured_repositories(
        self, story: tuple[CodeHistory, Mapping[str, str]]
    ) -> None:
        code, _ = story
        assert list(code.repositories()) == ["shop"]
        with pytest.raises(NotFound):
            code.commits("elsewhere", a_window())


class TestGitHistory(CodeHistoryContract):
    def told(self, tmp_path: Path) -> tuple[CodeHistory, Mapping[str, str]]:
        repo = Repo(tmp_path / "shop")
        known = {
            subject: repo.commit(subject, {"pay.py": f"{line}\n"}, minutes=minutes)
            for subject, minutes, line in STORY
        }
        return GitHistory({"shop": repo.path}), known


class TestMemoryCodeHistory(CodeHistoryContract):
    def told(self, tmp_path: Path) -> tuple[CodeHistory, Mapping[str, str]]:
        commits: list[Commit] = []
        before = ""
        for index, (subject, minutes, line) in enumerate(STORY):
            name = f"{index + 1:02x}" * 20
            lines = [Line("-", 1, before)] * bool(before) + [Line("+", 1, line)]
            hunk = a_hunk(path="pay.py", commit=name, lines=tuple(lines))
            commits.append(a_commit(subject, hunk, at_minutes=minutes, hash=name))
            before = line
        return MemoryCodeHistory(commits), {c.subject: c.hash for c in commits}
