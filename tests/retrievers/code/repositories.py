"""Real git repositories in a line or two."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.builders import at

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class Repo:
    """A work tree at `path`, on branch main."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, **variables: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=_ENVIRONMENT | variables,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """None removes a file."""
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.unlink()
            else:
                target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        message: str = "Change something",
        files: Mapping[str, str | bytes | None] | None = None,
        *,
        minutes: float = 0,
        author: str = "Ada",
    ) -> str:
        self.write(files or {})
        self.git("add", "--all")
        self.git(
            "commit",
            "--quiet",
            "--allow-empty",
            f"--message={message}",
            f"--author={author} <a@example.org>",
            **dated(at(minutes)),
        )
        return self.head()

    def merge(self, branch: str, *, minutes: float = 0) -> str:
        self.git(
            "merge", "--quiet", "--no-ff", branch, "-m", f"Merge {branch}", **dated(at(minutes))
        )
        return self.head()

    def switch(self, branch: str, start: str = "") -> None:
        self.git("switch", "--quiet", *(("--create", branch, start) if start else (branch,)))

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def clone(self, path: Path, *options: str) -> Path:
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("clone", "--quiet", *options, f"file://{self.path}", str(path))
        return path


def dated(moment: datetime) -> dict[str, str]:
    return {"GIT_AUTHOR_DATE": moment.isoformat(), "GIT_COMMITTER_DATE": moment.isoformat()}
