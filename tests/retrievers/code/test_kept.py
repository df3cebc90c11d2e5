"""What was read whole is not read again; what was not, is."""

from __future__ import annotations

from dataclasses import replace

from retrievers.code.kept import KeptCommits
from tests.builders import a_commit, a_hunk


def test_whole_commits_are_kept_and_others_are_not() -> None:
    whole = a_commit("Whole", a_hunk("a", "b"))
    opaque = replace(a_commit("Opaque"), hunks=None)
    partial = a_commit("Partial", a_hunk("a", "b"), a_hunk(note="missing"))
    kept = KeptCommits()

    kept.keep([whole, opaque, partial])

    assert kept.get(whole.hash) == whole
    assert kept.get(opaque.hash) is None
    assert kept.get(partial.hash) is None


def test_the_longest_unused_make_room() -> None:
    first, second, third = (a_commit(str(i), a_hunk("a\nb", "c\nd")) for i in range(3))
    kept = KeptCommits(max_lines=12)  # two commits of four lines, one hunk and themselves

    kept.keep([first, second])
    kept.get(first.hash)
    kept.keep([third])

    assert [kept.get(c.hash) is not None for c in (first, second, third)] == [True, False, True]
