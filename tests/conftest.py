"""What all tests share: data beside the checkout (optional), and a running server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_SHARED = Path(__file__).parents[2] / "shared" / "data"
_WITHOUT_SHARED = "the public data beside the checkout (../shared) is absent"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not _SHARED.is_dir():
        for item in items:
            if item.get_closest_marker("shared"):
                item.add_marker(pytest.mark.skip(reason=_WITHOUT_SHARED))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says what a checkout alone does not test."""
    skipped = terminalreporter.stats.get("skipped", ())
    lost = sum("shared" in report.keywords for report in skipped)
    if _SHARED.is_dir():
        terminalreporter.write_line("No test was skipped for want of ../shared.")
    else:
        terminalreporter.write_line(f"{lost} tests were skipped because ../shared is absent.")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data; tests that use it carry the marker `shared`."""
    if not _SHARED.is_dir():
        pytest.skip(_WITHOUT_SHARED)
    return _SHARED


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Installation:
    """A data directory and the commands that use it, as real processes."""

    folder: Path

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def environment(self, **settings: str) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CAUSEWAY_", "OTEL_"))}
        ours = {"XDG_CONFIG_HOME": str(self.folder), "CAUSEWAY_DATA_DIR": str(self.data_dir)}
        ports = {f"CAUSEWAY_{name}_PORT": "0" for name in ("API", "OTLP_HTTP", "OTLP_GRPC")}
        return {**clean, **ours, **ports, **settings}

    def run(self, *arguments: str | Path, stdin: str = "", **settings: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment(**settings),
            cwd=Path(__file__).parents[1],
            timeout=280,  # pytest's own limit comes first, unless a test lifts it
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def serving(self, **settings: str) -> Iterator[Serving]:
        """`causeway serve` until the end of the block."""
        with (self.folder / "serve.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "assistant.cli", "serve", "--json"],
                stdout=subprocess.PIPE,
                stderr=log,
                env=self.environment(**settings),
                cwd=Path(__file__).parents[1],
                text=True,
            )
        assert process.stdout
        with process.stdout as out:
            try:
                line = out.readline()
                assert line, (self.folder / "serve.log").read_text()
                yield Serving(process, **json.loads(line))
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


@dataclass(frozen=True)
class Serving:
    """A running `causeway serve` and its addresses."""

    process: subprocess.Popen[str]
    api: str
    otlp_http: str
    otlp_grpc: str


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Installation]:
    """Makes a fresh installation."""
    return lambda: Installation(tmp_path_factory.mktemp("causeway"))
