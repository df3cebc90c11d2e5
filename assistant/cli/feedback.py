"""`causeway feedback`: whether a report helped, and what it was in the end."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import click

from assistant.cli import options


@click.command("feedback")
@click.argument("report_id", metavar="REPORT")
@click.option("--helpful/--not-helpful", required=True, help="Whether it helped.")
@click.option("--claim", default="", help="The sentence it concerns; without it, the whole report.")
@click.option("--reason", default="", help="Why.")
@click.option("--outcome", default="", help="What it was in the end, in your words.")
@click.pass_obj
def command(
    config: Path | None, report_id: str, helpful: bool, claim: str, reason: str, outcome: str
) -> None:
    """Say whether a report, or one of its sentences, helped.

    \b
    Examples:
      causeway feedback 3f9a0c1b2d4e --helpful
      causeway feedback 3f9a0c1b2d4e --not-helpful --reason "It was the cache" --outcome "restarted"

    Feedback is counted by `causeway quality` and shown with similar incidents; it moves no ranking.
    """
    from assistant.cli.backend import connected
    from assistant.cli.talking import person, readable
    from assistant.domain.conversation import Feedback

    given = Feedback(
        id=uuid.uuid4().hex[:12],
        at=datetime.now(UTC),
        report_id=report_id,
        helpful=helpful,
        claim=readable(claim),
        reason=readable(reason),
        outcome=readable(outcome),
        user=person(),
        channel="cli",
    )
    with connected(options.settings_from(config)) as backend:
        backend.give_feedback(given)
    click.echo("Thank you; it is kept.")
