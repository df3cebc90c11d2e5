"""A private view of a repository: its objects and refs without its configuration.

A repository's own configuration, hooks and attributes can execute programs, hide changes and
fetch. The view is a bare git directory of ours that borrows the object store of the repository
and copies its refs, so nothing that the repository says about *how* git should behave is ever
read when its history is. It also settles whose repository it is: git's ownership check protects
people from directories they stumble into, while this one was named by the operator and can only
be read.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import InvalidRevision, RepositoryError
from retrievers.code.kept import KeptCommits
from retrievers.code.lineage import Identities
from retrievers.code.process import GitProcess, Output

_REVISION = re.compile(r"[0-9A-Za-z][\w./-]*\Z", re.ASCII)

_FULL_HASH = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")

# Where a function starts in languages that git has no pattern for.
_SCRIPT = (
    r"!^[ \t]*(if|else|for|while|do|switch|case|catch|return|throw|await|new)[^A-Za-z0-9_$]",
    r"^[ \t]*((export|default|async|static|public|private|protected|abstract|get|set|function"
    r"|class|interface|enum|namespace)[ \t].*)$",
    r"^[ \t]*((const|let|var)[ \t]+[A-Za-z0-9_$]+[ \t]*=.*(=>|function).*)$",
    r"^[ \t]*([A-Za-z_$][A-Za-z0-9_$]*[ \t]*\([^;]*\)[ \t:A-Za-z<>]*\{.*)$",
)
_BLOCK = r"^([A-Za-z_\"\[].*)$"

_ATTRIBUTES = """\
*.py diff=python
*.go diff=golang
*.java diff=java
*.scala diff=java
*.kt diff=kotlin
*.kts diff=kotlin
*.rs diff=rust
*.rb diff=ruby
*.php diff=php
*.cs diff=csharp
*.ex diff=elixir
*.exs diff=elixir
*.c diff=cpp
*.h diff=cpp
*.cc diff=cpp
*.cpp diff=cpp
*.hpp diff=cpp
*.css diff=css
*.md diff=markdown
*.sh diff=bash
*.js diff=script
*.jsx diff=script
*.mjs diff=script
*.ts diff=script
*.tsx diff=script
*.tf diff=block
*.toml diff=block
*.yaml diff=block
*.yml diff=block
*.ini diff=block
"""

_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


@dataclass(frozen=True, slots=True)
class Limits:
    timeout_s: float
    max_output_bytes: int


class RepositoryView:
    """One repository, seen through a git directory of ours below `scratch`."""

    def __init__(self, name: str, path: Path, scratch: Path, limits: Limits) -> None:
        self._name = name
        self._path = path
        self._limits = limits
        self._lock = threading.Lock()
        self._known: set[str] = set()  # full hashes of commits that are there
        self.kept = KeptCommits()
        self.identities: Identities = {}  # two digests a commit: 50,000 commits take 10 MB
        self._source = GitProcess(_git_dir(name, path), limits.timeout_s, limits.max_output_bytes)
        objects, self._shallow_file, hash_name = self._layout()
        self._objects = Path(objects)
        self._directory = Path(tempfile.mkdtemp(prefix="view-", dir=scratch))
        _write_git_dir(self._directory, hash_name)
        self._git = GitProcess(
            self._directory,
            limits.timeout_s,
            limits.max_output_bytes,
            environment={"GIT_OBJECT_DIRECTORY": objects},
            settings=_settings(self._directory, hash_name),
        )
        self.refresh()

    @property
    def name(self) -> str:
        return self._name

    def run(self, *arguments: str, stdin: str = "", timeout_s: float | None = None) -> Output:
        return self._git.run(*arguments, stdin=stdin, timeout_s=timeout_s)

    def checked(self, *arguments: str) -> Output:
        """Like `run`, but anything short of success raises RepositoryError."""
        return self._ok(self.run(*arguments))

    def resolve(self, revision: str) -> str:
        """The full hash of a commit. Raises InvalidRevision."""
        if revision in self._known:
            return revision
        if not _REVISION.match(revision):
            raise InvalidRevision(
                f"{revision[:80]!r} does not look like a revision.",
                hint="Give a hash, a tag or a branch.",
            )
        if not _FULL_HASH.match(revision):
            self.refresh()  # a branch or tag may have moved
        found = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if not found.ok:
            self.refresh()
            raise InvalidRevision(
                f"{self._name!r} has no revision {revision!r}.",
                hint="It is a shallow clone: deepen it with `git fetch --unshallow`."
                if self.shallow_boundary()
                else "Fetch the repository, or check the name.",
            )
        commit = found.text.split()[-1]
        self._known.add(commit)
        return commit

    def recognise(self, commits: Iterable[str]) -> None:
        """Full hashes that git has just shown: `resolve` need not ask for them."""
        self._known.update(commits)

    def refresh(self) -> None:
        """Copy refs, HEAD and the shallow boundary as they are now."""
        refs = self._ok(self._source.run("for-each-ref", "--format=%(objectname) %(refname)")).data
        head = self._source.run("rev-parse", "--verify", "--quiet", "HEAD").data
        with self._lock:
            _replace(self._directory / "packed-refs", refs)
            _replace(self._directory / "HEAD", head.strip() or b"ref: refs/heads/none")
            if self._shallow_file.is_file():
                _replace(self._directory / "shallow", self._shallow_file.read_bytes())
            else:
                (self._directory / "shallow").unlink(missing_ok=True)

    def state(self) -> tuple[int, ...]:
        """Changes whenever objects come or the boundary of a shallow clone moves: what could not
        be read before may be there then."""
        watched = (self._objects, self._objects / "pack", self._shallow_file)
        return tuple(p.stat().st_mtime_ns if p.exists() else 0 for p in watched)

    def shallow_boundary(self) -> frozenset[str]:
        """Commits whose parents were left behind by a shallow clone."""
        try:
            return frozenset((self._directory / "shallow").read_text("ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _layout(self) -> tuple[str, Path, str]:
        answer = self._ok(
            self._source.run(
                "rev-parse",
                "--path-format=absolute",
                "--git-path",
                "objects",
                "--git-path",
                "shallow",
                "--show-object-format",
            )
        )
        objects, shallow, hash_name = answer.text.split("\n")[:3]
        return objects, Path(shallow), hash_name

    def _ok(self, output: Output) -> Output:
        if output.ok:
            return output
        raise RepositoryError(
            f"The repository {self._name!r} cannot be read: {output.reason}.",
            hint=f"Check it with `git -C {self._path} fsck`.",
        )


def _git_dir(name: str, path: Path) -> Path:
    if not path.is_dir():
        raise RepositoryError(
            f"The repository {name!r} is missing: {path} is not a folder.",
            hint="Correct its path in the settings.",
        )
    inner = path / ".git"
    return (inner if inner.exists() else path).resolve()


def _write_git_dir(directory: Path, hash_name: str) -> None:
    version, extension = (0, "") if hash_name == "sha1" else (1, f"objectFormat = {hash_name}")
    (directory / "config").write_text(
        f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
        f"[extensions]\n\t{extension}\n"
    )
    (directory / "attributes").write_text(_ATTRIBUTES)
    (directory / "HEAD").write_text("ref: refs/heads/none\n")
    (directory / "refs").mkdir()
    (directory / "objects").mkdir()


def _settings(directory: Path, hash_name: str) -> tuple[str, ...]:
    return (
        f"attr.tree={_EMPTY_TREE[hash_name]}",  # not the one in the repository
        f"core.attributesFile={directory / 'attributes'}",
        "core.bigFileThreshold=8m",
        f"diff.block.xfuncname={_BLOCK}",
        "diff.script.xfuncname=" + "\n".join(_SCRIPT),
    )


def _replace(path: Path, content: bytes) -> None:
    """Readers see the old content or the new, never half of it."""
    if path.is_file() and path.read_bytes() == content:
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
