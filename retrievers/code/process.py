"""The only module that starts git: bounded in time and output, deaf to everything but us."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from assistant.domain.errors import RepositoryError

_CHUNK = 1 << 16
_STDERR_KEPT = 4096

# Nothing of the machine's or the person's git set-up reaches these processes. No protocol is
# allowed at all, not even file: reading never needs one, and git older than 2.45 ignores
# GIT_NO_LAZY_FETCH, so a partial clone would otherwise fetch what it lacks.
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ASKPASS": "false",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_SSH_COMMAND": "false",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "TZ": "UTC",
}

# The command line outranks a repository's own configuration.
_CONFIGURATION = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.quotePath=false",
    "core.untrackedCache=false",
    "diff.external=",
    "diff.ignoreSubmodules=all",
    "diff.renameLimit=1000",
    "diff.submodule=short",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "i18n.logOutputEncoding=utf-8",
    "log.mailmap=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "submodule.recurse=false",
)


@dataclass(frozen=True, slots=True)
class Output:
    """What a git process wrote before it ended or was stopped. `stopped` says why we stopped it:
    'time', 'size' or ''."""

    data: bytes
    status: int
    error: str
    stopped: str = ""

    @property
    def ok(self) -> bool:
        return self.status == 0 and not self.stopped

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @property
    def reason(self) -> str:
        """Why it is not `ok`, in a few words."""
        if self.stopped == "time":
            return "git took longer than allowed"
        if self.stopped == "size":
            return "git wrote more than allowed"
        return self.error.removeprefix("fatal: ").removeprefix("error: ") or f"status {self.status}"


@dataclass(frozen=True, slots=True)
class GitProcess:
    """Runs git on one git directory with argument lists only."""

    git_dir: Path
    timeout_s: float
    max_output_bytes: int
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()

    def run(self, *arguments: str, stdin: str = "", timeout_s: float | None = None) -> Output:
        """Never raises for what git answers; RepositoryError when git is not installed."""
        with tempfile.TemporaryFile() as given:
            given.write(stdin.encode("utf-8", "surrogateescape"))
            given.seek(0)
            process = self._start(arguments, cast(BinaryIO, given))
            return self._read(process, self.timeout_s if timeout_s is None else timeout_s)

    def _start(self, arguments: tuple[str, ...], given: BinaryIO) -> Any:
        # Imported by whoever reads code, not by everybody who opens the stores.
        from git import Git
        from git.exc import GitCommandNotFound

        try:
            return Git("/").execute(
                self._command(arguments), istream=given, as_process=True, start_new_session=True
            )
        except GitCommandNotFound as error:
            raise RepositoryError(
                "git is not installed.", hint="Install git 2.31 or newer."
            ) from error

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        # GitPython hands the whole environment on; `env -i` starts git with ours alone.
        path = os.environ.get("PATH", os.defpath)
        variables = {**_ENVIRONMENT, "PATH": path, "HOME": os.devnull, **self.environment}
        command = ["env", "-i", *(f"{k}={v}" for k, v in variables.items())]
        command += ["git", "--no-pager", f"--git-dir={self.git_dir}"]
        for setting in (*_CONFIGURATION, *self.settings):
            command += ["-c", setting]
        return [*command, *arguments]

    def _read(self, process: Any, timeout_s: float) -> Output:
        """Read to the end, the size limit or the time limit, whichever comes first."""
        stopped: list[str] = []

        def stop(why: str) -> None:
            stopped.append(why)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with what git itself started

        errors = bytearray()
        listener = threading.Thread(target=_drain, args=(process.stderr, errors), daemon=True)
        watchdog = threading.Timer(timeout_s, stop, ("time",))
        data = bytearray()
        listener.start()
        watchdog.start()
        try:
            while chunk := process.stdout.read1(_CHUNK):
                data += chunk
                if len(data) > self.max_output_bytes and not stopped:
                    stop("size")
                    del data[self.max_output_bytes :]  # one chunk can hold more than is allowed
                    break
            process.stdout.close()
            status = process.proc.wait()
        finally:
            watchdog.cancel()
            listener.join(timeout_s)
            process.stderr.close()
        message = errors.decode("utf-8", "replace").strip().split("\n", 1)[0]
        return Output(bytes(data), status, message, stopped[0] if stopped else "")


def _drain(stream: IO[bytes], kept: bytearray) -> None:
    """Keep the beginning, read the rest, so that git never blocks on a full pipe."""
    while chunk := stream.read(_CHUNK):
        kept += chunk[: max(0, _STDERR_KEPT - len(kept))]
