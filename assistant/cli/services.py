"""`causeway services`: who is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from assistant.cli import options
from assistant.cli.times import WINDOW
from assistant.domain.window import TimeWindow


@click.command("services")
@click.option("--window", type=WINDOW, help="Seen in the last 2h, or in START..END.")
@options.as_json
@click.pass_obj
def command(config: Path | None, window: timedelta | TimeWindow | None, as_json: bool) -> None:
    """List the services that telemetry and the catalogue know.

    \b
    Example:  causeway services --window 2h
    """
    from assistant.cli.backend import connected

    if isinstance(window, timedelta):
        now = datetime.now(UTC)
        window = TimeWindow(now - window, now)
    with connected(options.settings_from(config)) as backend:
        rows = backend.services(window)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif not rows:
        click.echo("No service has been seen yet.", err=True)
    else:
        _print(rows)
    if not rows:
        click.get_current_context().exit(4)


def _print(rows: Sequence[dict[str, object]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for column in ("Service", "Version", "Repository", "Owner", "Also called"):
        table.add_column(column, overflow="fold")
    for row in rows:
        aliases = row["aliases"]
        assert isinstance(aliases, list | tuple)
        cells = [str(row[name]) for name in ("name", "version", "repository", "owner")]
        table.add_row(*(escape(cell) for cell in (*cells, ", ".join(map(str, aliases)))))
    Console().print(table)
