"""`causeway changes`: list or record deployments, flags and configuration changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import click

from assistant.cli import options
from assistant.cli.times import WINDOW
from assistant.domain.changes import ConfigChange, Deployment, FlagChange, RecordedChange
from assistant.domain.window import TimeWindow


@click.group("changes")
def command() -> None:
    """List or record deployments, flags and configuration changes."""


@command.command("list")
@click.option(
    "--window", type=WINDOW, default="24h", show_default=True, help="The last 2h, or START..END."
)
@click.option("--service", multiple=True, help="Only of this service; may be repeated.")
@options.as_json
@click.pass_obj
def list_changes(
    config: Path | None,
    window: timedelta | TimeWindow,
    service: tuple[str, ...],
    as_json: bool,
) -> None:
    """List what changed, oldest first.

    \b
    Example:  causeway changes list --window 2h --service checkout
    """
    from assistant.cli.backend import connected

    if isinstance(window, timedelta):
        now = datetime.now(UTC)
        window = TimeWindow(now - window, now + timedelta(seconds=1))
    with connected(options.settings_from(config)) as backend:
        changes = backend.changes(window, service)
    if as_json:
        from assistant.api.schemas import change_to_dict

        click.echo(json.dumps([change_to_dict(change) for change in changes], indent=2))
    else:
        _print(changes)
    if not changes:
        click.get_current_context().exit(4)


@command.command("record")
@click.argument("file", type=click.File("rb"))
@options.as_json
@click.pass_obj
def record(config: Path | None, file: BinaryIO, as_json: bool) -> None:
    """Record the changes in FILE (JSON, see docs/changes-api.md); - reads standard input.

    \b
    Example:
      echo '{"kind": "deployment", "service": "checkout", "revision": "4f2a91c"}' \\
        | causeway changes record -
    """
    from assistant.cli.backend import connected

    with connected(options.settings_from(config)) as backend:
        ids = backend.record_changes(file.read())
    click.echo(json.dumps({"ids": list(ids)}) if as_json else f"Recorded: {', '.join(ids)}")


def _print(changes: Sequence[RecordedChange]) -> None:
    if not changes:
        click.echo("Nothing changed in this window, as far as anyone recorded.", err=True)
    for change in changes:
        where = change.service or "everywhere"
        click.echo(f"{change.at:%Y-%m-%d %H:%M:%SZ}  {where}  {_what(change)}")


def _what(change: RecordedChange) -> str:
    if isinstance(change, Deployment):
        version = " ".join(part for part in (change.version, change.revision[:12]) if part)
        return f"deployment {change.phase} {version}".rstrip()
    if isinstance(change, FlagChange):
        return f"flag {change.flag}: {change.before or '?'} → {change.after or '?'}"
    assert isinstance(change, ConfigChange)
    return f"config {change.key}: {change.before or '?'} → {change.after or '?'}"
