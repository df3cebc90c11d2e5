"""`causeway watch`: anomaly windows as they open and close."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import options
from assistant.cli.times import DURATION, MOMENT
from assistant.domain.errors import Overloaded, StoreInUse
from assistant.domain.window import TimeWindow

if TYPE_CHECKING:
    from assistant.domain.signals import Series
    from assistant.settings import Settings
    from assistant.watch import WatchEvent

_LATE_STEPS = 1  # steps that data has to arrive in


@click.command("watch")
@click.option("--service", "services", multiple=True, help="Follow this service only; repeatable.")
@click.option("--step", type=DURATION, default="1m", show_default=True, help="Length of a step.")
@click.option("--learn", type=DURATION, default="1d", show_default=True, help="Past to learn from.")
@click.option("--at", type=MOMENT, help="Follow up to this moment and stop there.  [default: now]")
@click.option("--once", is_flag=True, help="Tell the windows of the past learned from, and stop.")
@options.as_json
@click.pass_obj
def command(
    config: Path | None,
    services: tuple[str, ...],
    step: timedelta,
    learn: timedelta,
    at: datetime | None,
    once: bool,
    as_json: bool,
) -> None:
    """Follow every series point by point and print each anomaly window when it opens and when it
    closes, until stopped.

    \b
    Examples:
      causeway watch --service checkout --json
      causeway watch --once --learn 12h

    With --json each line is an object with event (opened or closed), service, series, at, onset,
    baseline, peak, direction, measure and chance.
    """
    from assistant.watch import Watch

    if step < timedelta(seconds=1) or step % timedelta(seconds=1) or learn < step:
        raise click.UsageError("A step is at least one whole second, and --learn longer than it.")
    reader = _Reader(options.settings_from(config), services)
    now = at or datetime.now(UTC)
    watch = Watch(reader, now - learn, step)
    past = list(watch.tick(now if at else now - _LATE_STEPS * step))
    if once or at:
        for event in past:
            _tell(event, as_json=as_json)
        click.get_current_context().exit(0 if reader.found else 4)
    while True:
        time.sleep(step.total_seconds())
        # Who is busy now is asked again at the next step; nothing is passed over.
        with suppress(StoreInUse, Overloaded):
            for event in watch.tick(datetime.now(UTC) - _LATE_STEPS * step):
                _tell(event, as_json=as_json)


class _Reader:
    """Reads from whoever owns the stores at the time, so that others may write in between."""

    def __init__(self, settings: Settings, services: Sequence[str]) -> None:
        self.found = False
        self._settings, self._services = settings, services

    def __call__(self, window: TimeWindow, step_ns: int) -> Sequence[Series]:
        from assistant.cli.backend import connected

        with connected(self._settings) as backend:
            series = backend.series(window, step_ns, self._services)
        self.found = self.found or bool(series)
        return series


def _tell(event: WatchEvent, *, as_json: bool) -> None:
    from assistant.watch import as_row

    row = as_row(event)
    if as_json:
        click.echo(json.dumps(row))
        return
    what = f"{row['service']} {row['series']}: {row['direction']}"
    moved = f"from {event.alarm.baseline:.4g} to {event.alarm.peak:.4g} since {row['onset']}"
    click.echo(f"{row['at']}  {row['event']:<6}  {what} {moved}")
