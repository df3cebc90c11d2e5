"""`causeway ingest`: signals from files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from assistant.cli import options
from assistant.domain.errors import InvalidPayload, Overloaded

if TYPE_CHECKING:
    from rich.progress import Progress

    from assistant.cli.backend import Backend
    from integrations.sources.files.otlp import OtlpRequest

Result = TypeVar("Result")
_LINES_AT_ONCE = 2_000
_CHARACTERS_AT_ONCE = 2_000_000
_SENDERS = 8
_REQUESTS_AT_ONCE = 64
_ATTEMPTS = 30
_LINE_FORMATS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".log": "ndjson", ".csv": "csv"}


@click.command("ingest")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "otlp", "ndjson", "csv"]),
    default="auto",
    show_default=True,
    help="auto goes by the file's name, and takes OTLP for what it does not know.",
)
@click.option(
    "--signal",
    type=click.Choice(["traces", "metrics", "logs"]),
    help="What an OTLP protobuf file holds, when its name does not say.",
)
@click.option("--service", default="", help="For lines that name no service.")
@options.as_json
@click.pass_obj
def command(
    config: Path | None,
    files: tuple[Path, ...],
    form: str,
    signal: str | None,
    service: str,
    as_json: bool,
) -> None:
    """Load OTLP, ndjson logs or CSV metrics from FILES.

    \b
    Examples:
      causeway ingest traces.otlp.gz metrics.otlp.gz logs.otlp.gz
      causeway ingest app.ndjson --service checkout
      causeway ingest metrics.csv

    OTLP files are what the Collector's file exporter writes (JSON or protobuf; gzip, zstd). Logs
    are one JSON object a line; metrics are timestamp,service,metric,value. What was loaded
    before a failure stays: it was durable.
    """
    from assistant.cli.backend import connected

    counts: dict[str, int] = {}
    with connected(options.settings_from(config)) as backend, _progress() as progress:
        for file in files:
            kind = form if form != "auto" else _LINE_FORMATS.get(file.suffix, "otlp")
            if kind == "otlp":
                counts[str(file)] = _otlp(backend, file, signal or "", progress)
            else:
                counts[str(file)] = _lines(backend, file, kind, service, progress)
            if not as_json:
                unit = "requests" if kind == "otlp" else "signals"
                click.echo(f"{file}: {counts[str(file)]} {unit}")
    if as_json:
        click.echo(json.dumps({"ingested": counts}))


def _otlp(backend: Backend, file: Path, signal: str, progress: Progress) -> int:
    task = progress.add_task(file.name, total=None)
    return send_otlp(backend, file, signal, lambda: progress.advance(task))


def send_otlp(
    backend: Backend, file: Path, signal: str = "", sent: Callable[[], None] = lambda: None
) -> int:
    """Send the requests of a file; how many there were. `sent` hears of each."""
    from integrations.sources.files.otlp import requests_in

    def send(request: OtlpRequest) -> None:
        patiently(partial(backend.ingest_otlp, request.signal, request.body, json=request.json))
        sent()

    count = 0
    requests = requests_in(file, signal)
    # Several at once: what arrives together shares a transaction.
    with ThreadPoolExecutor(_SENDERS) as senders:
        while some := list(islice(requests, _REQUESTS_AT_ONCE)):
            count += len(list(senders.map(send, some)))
    return count


def _lines(backend: Backend, file: Path, form: str, service: str, progress: Progress) -> int:
    count = 0
    task = progress.add_task(file.name, total=file.stat().st_size)
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        header = [next(lines, "")] if form == "csv" else []
        number = 1 + len(header)
        while chunk := _chunk(lines):
            first = number - len(header)
            send = partial(backend.ingest_lines, form, service=service, first_line=first)
            try:
                count += patiently(partial(send, [*header, *chunk]))
            except InvalidPayload as error:
                raise InvalidPayload(f"{file}: {error}", hint=error.hint) from error
            number += len(chunk)
            progress.update(task, advance=sum(map(len, chunk)))
    return count


def _chunk(lines: Iterator[str]) -> list[str]:
    chunk: list[str] = []
    characters = 0
    for line in islice(lines, _LINES_AT_ONCE):
        chunk.append(line)
        characters += len(line)
        if characters >= _CHARACTERS_AT_ONCE:
            break
    return chunk


def patiently(send: Callable[[], Result]) -> Result:
    """Try again when the receiver is busy, as long as it says; give up after many attempts."""
    for _ in range(_ATTEMPTS):
        try:
            return send()
        except Overloaded as error:
            time.sleep(min(error.retry_after_s, 5.0))
    return send()


def _progress() -> AbstractContextManager[Progress]:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True)
