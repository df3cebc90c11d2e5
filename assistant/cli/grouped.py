"""What `costs` and `quality` share: which calls, grouped by what, and tables of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from assistant.cli.talking import printable
from assistant.cli.times import MOMENT, WINDOW
from assistant.domain.usage import GROUPINGS
from assistant.domain.window import TimeWindow

Command = TypeVar("Command", bound=Callable[..., Any])

_WEEK = timedelta(days=7)
_WIDEST = 1000  # characters of a line
_NOBODY = "–"  # calls that a key does not apply to


def options(command: Command) -> Command:
    """`--by`, `--since` and `--window`."""
    by = click.option(
        "--by", multiple=True, type=click.Choice(GROUPINGS), help="Group by this; may be repeated."
    )
    since = click.option("--since", type=MOMENT, help="From this time (-3d, 2026-03-02) to now.")
    window = click.option("--window", type=WINDOW, help="The last 2h, or START..END.  [7d]")
    return by(since(window(command)))


def period(since: datetime | None, window: timedelta | TimeWindow | None) -> TimeWindow:
    """Raises UsageError for both, InvalidWindow."""
    if since and window:
        raise click.UsageError("Give --since or --window, not both.")
    if isinstance(window, TimeWindow):
        return window
    now = datetime.now(UTC) + timedelta(seconds=1)
    return TimeWindow(since or now - (window or _WEEK), now)


def show(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    texts: int,
    sums: Sequence[str] = (),
) -> None:
    """The first `texts` columns are words, the others numbers; `sums` stand below."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for place, column in enumerate(columns):
        if place < texts:
            table.add_column(column, overflow="fold")
        else:
            table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    if sums:
        table.add_section()
        table.add_row(*map(escape, sums))
    # No number is ever cut: a pipe has no width to keep to, and a narrow terminal wraps.
    console = Console()
    needs = console.measure(table, options=console.options.update(max_width=_WIDEST))
    wanted = min(needs.maximum, console.width) if console.is_terminal else needs.maximum
    Console(width=max(needs.minimum, wanted)).print(table)


def key_cells(keys: Sequence[tuple[str, str]]) -> list[str]:
    """Users and channels name themselves: nothing that a terminal would obey."""
    return [printable(value) or _NOBODY for _, value in keys]


def key_columns(by: Sequence[str]) -> list[str]:
    return [key.capitalize() for key in by]
