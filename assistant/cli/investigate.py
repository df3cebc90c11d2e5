"""`causeway investigate`: the root cause of an incident, on screen, as JSON or as a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from assistant.cli import options, output
from assistant.cli.talking import line_of, printable
from assistant.cli.times import MOMENT, PERIOD, WINDOW
from assistant.domain.conversation import Event, EventKind
from assistant.domain.window import TimeWindow

if TYPE_CHECKING:
    from rich.status import Status

    from assistant.domain.report import Question
    from assistant.settings import Settings

_WATCHED = 100  # characters of what a model is writing, on the line that a person watches


@click.command("investigate")
@click.option("--service", default="", help="The service that suffers; without it, the system.")
@click.option(
    "--at",
    type=MOMENT,
    help="The moment in question: ISO 8601 (UTC unless it says otherwise), now, or -15m.  "
    "[default: now]",
)
@click.option(
    "--window",
    type=WINDOW,
    help="How far to look back from --at (90m, 2h), or START..END.  [default: lookback_minutes]",
)
@click.option(
    "--baseline",
    type=PERIOD,
    help="START..END: a time known to be good, to compare with.  [default: before the onset]",
)
@click.option("--alert", type=click.File("rb"), help="An alert's JSON; - reads standard input.")
@click.option("--symptom", default="", help="What you see, in your own words.")
@click.option(
    "--repo",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A git repository to search for the guilty commit, besides the configured ones.",
)
@click.option("--no-model", is_flag=True, help="Without a language model, whatever is set.")
@click.option("--model", default="", metavar="NAME", help="The configured model to explain it.")
@options.as_json
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write one HTML file."
)
@click.pass_obj
def command(
    config: Path | None,
    service: str,
    at: datetime | None,
    window: timedelta | TimeWindow | None,
    baseline: TimeWindow | None,
    alert: BinaryIO | None,
    symptom: str,
    repo: Path | None,
    no_model: bool,
    model: str,
    as_json: bool,
    html: Path | None,
) -> None:
    """Find the root cause of an incident.

    \b
    Examples:
      causeway investigate --service checkout --at -15m
      causeway investigate --service checkout --at 2026-03-02T12:05:00Z --window 2h --html out.html
      causeway investigate --window 2026-03-02T11:00Z..2026-03-02T12:30Z --repo ../shop
      causeway investigate --service cart --baseline 2026-03-01T12:00Z..2026-03-01T13:00Z
      causeway investigate --alert alert.json --json

    With a language model configured (`causeway models`), it tests the analysis, explains it, and
    code checks its sentences; Ctrl-C ends its part early and shows the report all the same.

    An alert is Alertmanager's or Grafana's webhook payload, or JSON with service, metric, summary
    and fired_at. Any verdict, "no change is guilty" included, ends with exit code 0.
    """
    from assistant.cli.backend import connected
    from assistant.settings import NO_MODEL

    if no_model and model:
        raise click.UsageError("--no-model and --model exclude each other.")

    settings = _with_repository(options.settings_from(config), repo)
    question = _question(settings, service, at, window, alert, symptom)
    question = replace(question, baseline=baseline)
    with _status() as status:
        watched = _Watched(status)
        with connected(settings, hear=watched.event) as backend:
            if repo:
                question = replace(question, repository=backend.repository(repo))
            report = backend.investigate(
                question,
                watched.step,
                model=NO_MODEL if no_model else model,
                hear=watched.event,
            )
    if html:
        output.write_page(report, html)
    output.show(report, as_json=as_json)


def _question(
    settings: Settings,
    service: str,
    at: datetime | None,
    window: timedelta | TimeWindow | None,
    alert: BinaryIO | None,
    symptom: str,
) -> Question:
    from assistant.domain.report import Question
    from integrations.sources.alert.mapping import question_from_alert

    question = question_from_alert(alert.read()) if alert else Question(at=datetime.now(UTC))
    span = window if isinstance(window, TimeWindow) else None
    moment = at or (question.at if alert or span is None else span.end)
    if isinstance(window, timedelta):
        after = timedelta(minutes=settings.lookahead_minutes)
        span = TimeWindow.around(moment, window, after)
    return replace(
        question,
        at=moment,
        service=service or question.service,
        symptom=symptom or question.symptom,
        window=span,
    )


def _with_repository(settings: Settings, repo: Path | None) -> Settings:
    if repo is None or repo in settings.repositories.values():
        return settings
    path = repo.resolve()
    name = path.name.removesuffix(".git") or "repository"
    return settings.model_copy(update={"repositories": {**settings.repositories, name: path}})


class _Watched:
    """What is going on, on the one line that a person watches."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._written = ""

    def step(self, step: str) -> None:
        self._status.update(f"{step}…")

    def event(self, event: Event) -> None:
        from rich.markup import escape

        if event.kind is EventKind.TOKEN:
            self._written = (self._written + event.text).rpartition("\n")[2][-_WATCHED:]
            self._status.update(escape(printable(self._written)))
        elif event.kind in (EventKind.STEP, EventKind.TOOL):
            self._written = ""
            self._status.update(f"{escape(printable(line_of(event)))}…")


def _status() -> Status:
    from rich.console import Console

    return Console(stderr=True).status("investigating…")
