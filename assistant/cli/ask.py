"""`causeway ask`: one question in words, one answer."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path

import click

from assistant.cli import options
from assistant.domain.errors import CausewayError


@click.command("ask")
@click.argument("question")
@click.option("--report", "report_id", default="", help="Ask about this investigation.")
@options.as_json
@click.pass_obj
def command(config: Path | None, question: str, report_id: str, as_json: bool) -> None:
    """Ask a question in words.

    \b
    Examples:
      causeway ask "why is checkout slow since 14:00?"
      causeway ask "is anything broken right now?" --json
      causeway ask --report 3f9a0c1b2d4e "why not the frontend deploy?"

    Without --report the question starts an investigation. Steps go to standard error, the answer
    to standard output. Times are UTC unless an offset stands behind them. A question that was not
    understood ends with exit code 2 and says what can be asked.
    """
    from assistant.cli.backend import connected
    from assistant.cli.talking import Progress, answer_text, followed, person, readable

    progress = Progress(tokens=sys.stderr.isatty())
    with connected(options.settings_from(config), hear=progress.show) as backend:
        chat = backend.start_chat(user=person(), report_id=report_id)
        try:
            event = followed(backend.say(chat.id, readable(question)), progress)
        except KeyboardInterrupt:  # a server would go on, and pay for an answer that nobody reads
            with suppress(CausewayError):
                backend.stop(chat.id)
            raise
    if as_json:
        document = {"chat": chat.id, "kind": event.kind.value, "text": event.text, **event.data}
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(answer_text(event))
        if found := event.data.get("report_id"):
            click.secho(f"Go on with: causeway chat --report {found}", dim=True, err=True)
    click.get_current_context().exit(0 if event.data.get("understood", True) else 2)
