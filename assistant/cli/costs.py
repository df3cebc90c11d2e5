"""`causeway costs`: what model calls cost, and how long they took."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from assistant.cli import grouped, options
from assistant.domain.usage import SpendRow, Usage
from assistant.domain.window import TimeWindow

_COLUMNS = ("Calls", "Failed", "In", "Cached", "Out", "Cost", "p50", "p95", "First")
_NOTHING = (
    "No call of a model is on record from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC.\n"
    "Look further back (--window 30d), or configure a model (docs/models.md) and ask it:\n"
    'causeway ask "why is checkout slow?"'
)


@click.command("costs")
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
    """Sum up the calls of language models: tokens, money, latency. Dearest first.

    \b
    Examples:
      causeway costs                          (the last 7 days, by model)
      causeway costs --by prompt --by day --since -30d
      causeway costs --by user --window 24h --json

    A price that nobody knows is shown as unknown, never as 0; docs/costs-and-quality.md tells how
    to set one.
    """
    from assistant.cli.backend import connected

    wanted = grouped.period(since, window)
    by = by or ("model",)
    with connected(options.settings_from(config)) as backend:
        rows, total = backend.costs(wanted, by)
    if as_json:
        from assistant.api.usage_schemas import costs_to_dict

        click.echo(json.dumps(costs_to_dict(rows, total), indent=2))
    elif rows:
        _print(rows, total, by)
    else:
        click.echo(_NOTHING.format(start=wanted.start, end=wanted.end), err=True)
    if not rows:
        click.get_current_context().exit(4)


def _print(rows: Sequence[SpendRow], total: Usage, by: Sequence[str]) -> None:
    lines = [
        [
            *grouped.key_cells(row.keys),
            *_amounts(row.usage),
            seconds(row.p50_s),
            seconds(row.p95_s),
            seconds(row.first_chunk_p50_s),
        ]
        for row in rows
    ]
    sums = ["total", *[""] * (len(by) - 1), *_amounts(total), "", "", ""]
    columns = [*grouped.key_columns(by), *_COLUMNS]
    grouped.show(columns, lines, texts=len(by), sums=sums if len(rows) > 1 else ())
    if total.unpriced:
        calls = "1 call has" if total.unpriced == 1 else f"{total.unpriced} calls have"
        click.echo(f"{calls} no known price; the sums leave that out.")


def _amounts(usage: Usage) -> list[str]:
    return [
        f"{usage.calls:,}",
        f"{usage.failed:,}",
        tokens(usage.input_tokens),
        tokens(usage.cache_read_tokens),
        tokens(usage.output_tokens),
        money(usage),
    ]


def money(usage: Usage) -> str:
    """'$0.0312', 'unknown', or '$0.0312 + unknown' when only some prices are known."""
    if usage.unpriced == usage.calls:
        return "unknown"
    dollars = f"${usage.cost_usd:,.4f}" if usage.cost_usd < 1 else f"${usage.cost_usd:,.2f}"
    return f"{dollars} + unknown" if usage.unpriced else dollars


def tokens(count: int) -> str:
    """'8,340', '234k', '12.3M': --json has all of the digits."""
    if count < 100_000:
        return f"{count:,}"
    return f"{count / 1e3:,.0f}k" if count < 1_000_000 else f"{count / 1e6:,.1f}M"


def seconds(value: float | None) -> str:
    if not value:
        return "–"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
