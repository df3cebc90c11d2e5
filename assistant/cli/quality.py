"""`causeway quality`: how good the explanations were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from assistant.cli import grouped, options
from assistant.domain.usage import QualityRow
from assistant.domain.window import TimeWindow

_COLUMNS = ("Count", "Mean", "Lowest", "p50", "p95")
_NOTHING = (
    "No explanation was scored from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC.\n"
    "Look further back (--window 30d), or configure a model (docs/models.md) and investigate:\n"
    "causeway investigate --service checkout"
)


@click.command("quality")
@grouped.options
@options.as_json
@click.pass_obj
def command(
    config: Path | None,
    by: tuple[str, ...],
    since: datetime | None,
    window: timedelta | TimeWindow | None,
    as_json: bool,
) -> None:
    """Sum up the scores of explanations: grounded claims, hit rate, abstention, feedback.

    \b
    Examples:
      causeway quality                        (the last 7 days)
      causeway quality --by prompt --since -30d
      causeway quality --by model --by day --json
    """
    from assistant.cli.backend import connected

    wanted = grouped.period(since, window)
    with connected(options.settings_from(config)) as backend:
        rows = backend.quality(wanted, by)
    if as_json:
        from assistant.api.usage_schemas import quality_to_dict

        click.echo(json.dumps(quality_to_dict(rows), indent=2))
    elif rows:
        _print(rows, by)
    else:
        click.echo(_NOTHING.format(start=wanted.start, end=wanted.end), err=True)
    if not rows:
        click.get_current_context().exit(4)


def _print(rows: Sequence[QualityRow], by: Sequence[str]) -> None:
    lines = [
        [
            row.name.replace("_", " "),
            *grouped.key_cells(row.keys),
            f"{row.count:,}",
            *(measure(row.name, value) for value in (row.mean, row.lowest, row.p50, row.p95)),
        ]
        for row in rows
    ]
    columns = ["Score", *grouped.key_columns(by), *_COLUMNS]
    grouped.show(columns, lines, texts=1 + len(by))


def measure(name: str, value: float) -> str:
    """In the unit that the name of the score carries; a share without one."""
    if name.endswith("_seconds"):
        return f"{value:.3f} s"
    if name.endswith(("_sentences", "_points")):
        return f"{value:.1f}"
    return f"{value:.0%}"
