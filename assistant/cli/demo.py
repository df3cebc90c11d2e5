"""`causeway demo`: a recorded incident, played into a real server and explained."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import output
from assistant.cli.ingest import send_otlp
from assistant.domain.errors import CallerError, OperatorError

if TYPE_CHECKING:
    from assistant.cli.remote import Remote
    from assistant.domain.report import Question, Report

RECORDINGS = Path(__file__).parents[2] / "examples" / "shop" / "recordings"
_DEFAULT = "guilty-commit"
_SERVER_PATIENCE_S = 60.0
_EMBEDDING_PATIENCE_S = 10.0


@click.command("demo")
@click.option(
    "--incident", default=_DEFAULT, show_default=True, help="Which recording; `list` names them."
)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write one HTML file."
)
@click.option("--keep", is_flag=True, help="Keep the data directory and say where it is.")
def command(incident: str, html: Path | None, keep: bool) -> None:
    """Play a recorded incident of the example shop into Causeway and explain it.

    \b
    Examples:
      causeway demo --html report.html
      causeway demo --incident list

    Everything is real: a server on free ports, OTLP over HTTP, recorded deployments and a clone
    of the shop's git repository, in a temporary directory that goes at the end.
    """
    if incident == "list":
        click.echo("\n".join(_names()))
        return
    recording = _recording(incident)
    folder = Path(tempfile.mkdtemp(prefix="causeway-demo-"))
    started = time.monotonic()
    try:
        report = _explained(recording, folder)
    finally:
        if keep:
            config = folder / "causeway.toml"
            click.echo(f"Kept: {folder}  (go on with: causeway --config {config} chat)", err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if html:
        output.write_page(report, html)
    output.show(report)
    click.echo(f"From nothing to this report in {time.monotonic() - started:.0f} s.", err=True)


def _explained(recording: Path, folder: Path) -> Report:
    from rich.console import Console

    from assistant.cli.remote import Remote

    incident = json.loads((recording / "incident.json").read_text(encoding="utf-8"))
    with Console(stderr=True).status("starting Causeway…") as status:

        def step(text: str) -> None:
            status.update(f"{text}…")

        repository = _cloned(recording, incident["repository"], folder)
        with _server(folder, incident["repository"]["name"], repository) as addresses:
            api = Remote(addresses["api"], timedelta(minutes=5))
            otlp = Remote(addresses["otlp_http"], timedelta(minutes=1))
            step("playing the recorded telemetry over OTLP")
            for name in incident["telemetry"]:
                send_otlp(otlp, recording / name)
            api.record_changes((recording / incident["changes"]).read_bytes())
            step("embedding what is new")
            _wait_for_embeddings(api)
            step("investigating")
            return api.investigate(_question(incident), step)


def _question(incident: dict[str, Any]) -> Question:
    from assistant.domain.report import Question

    return Question(
        at=datetime.fromisoformat(incident["at"]),
        service=incident["service"],
        symptom=incident["symptom"],
        metric=incident.get("metric", ""),
    )


@contextmanager
def _server(folder: Path, name: str, repository: Path) -> Iterator[dict[str, str]]:
    """A `causeway serve` of its own; gives its addresses, and stops it at the end."""
    settings = folder / "causeway.toml"
    # A recording may be years old: nothing of it is out of date here.
    settings.write_text(
        f"data_dir = {_toml(folder / 'data')}\nretention_days = 36500\n"
        "api_port = 0\notlp_http_port = 0\notlp_grpc_port = 0\n"
        f"[repositories]\n{name} = {_toml(repository)}\n",
        encoding="utf-8",
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CAUSEWAY_")}
    process = subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "assistant.cli", "--config", str(settings), "serve", "--json"],
        stdout=subprocess.PIPE,
        stderr=(folder / "serve.log").open("wb"),
        env=environment,
        text=True,
    )
    try:
        yield _addresses(process, folder / "serve.log")
    finally:
        process.terminate()
        process.wait(_SERVER_PATIENCE_S)


def _addresses(process: subprocess.Popen[str], log: Path) -> dict[str, str]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(_SERVER_PATIENCE_S)
        words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise OperatorError(
            f"The server did not start: {words[-1] if words else 'no reason given'}"
        )
    addresses: dict[str, str] = json.loads(line)
    return addresses


def _cloned(recording: Path, repository: dict[str, str], folder: Path) -> Path:
    git = shutil.which("git")
    if git is None:
        raise OperatorError("git is not installed.", hint="Debian: apt-get install git")
    target = folder / f"{repository['name']}.git"
    bundle = (recording / repository["bundle"]).resolve()
    subprocess.run([git, "clone", "--bare", "--quiet", bundle, target], check=True)  # noqa: S603
    return target


def _wait_for_embeddings(api: Remote) -> None:
    """An investigation would not need it; it only finds more by meaning than by words alone."""
    deadline = time.monotonic() + _EMBEDDING_PATIENCE_S
    while not api.searches_by_meaning() and time.monotonic() < deadline:
        time.sleep(0.2)


def _names() -> list[str]:
    return sorted(file.parent.name for file in RECORDINGS.glob("*/incident.json"))


def _recording(name: str) -> Path:
    names = _names()
    if not names:
        raise OperatorError(
            f"There are no recordings in {RECORDINGS}.",
            hint="The demo plays those of a source checkout: clone the project and `make demo`.",
        )
    if name not in names:
        raise CallerError(
            f"No recording is called {name!r}.", hint=f"There are: {', '.join(names)}"
        )
    return RECORDINGS / name


def _toml(path: Path) -> str:
    return json.dumps(str(path))  # a JSON string is a TOML basic string
