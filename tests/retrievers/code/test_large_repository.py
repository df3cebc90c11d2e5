"""Fifty thousand commits."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrievers.code import GitHistory
from tests.builders import at_ns
from tests.retrievers.code.repositories import Repo


def _stream(count: int) -> Iterator[bytes]:
    """`git fast-import`: one commit a minute over 500 folders."""
    second = at_ns() // 1_000_000_000
    for i in range(count):
        body = "".join(f"value_{n} = {i if n == i % 40 else n}\n" for n in range(40)).encode()
        who = f"Ada <ada@example.org> {second + 60 * i} +0000".encode()
        yield b"commit refs/heads/main\ncommitter %s\ndata 8\nChange %%\n" % who
        path = f"services/s{i % 500}/main.py".encode()
        yield b"M 644 inline %s\ndata %d\n%s\n" % (path, len(body), body)


@pytest.mark.slow
def test_a_delivery_of_500_out_of_50000_commits(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "large")
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=repo.path,
        input=b"".join(_stream(50_000)),
        check=True,
    )
    code = GitHistory({"large": repo.path})

    brought = code.delivered("large", repo.git("rev-parse", "main~500"), "main")

    assert len(brought) == 500
    assert all(c.hunks for c in brought)
    assert len(code.paths("large")) == 500
