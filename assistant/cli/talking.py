"""How an answer appears in a terminal while it is written, and when it is there."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from typing import Any

import click

from assistant.domain.conversation import Event, EventKind

_ENDS = (EventKind.ANSWER, EventKind.STOPPED)


def person() -> str:
    """Who sits here, for budgets and costs by user; '' where the system does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class Progress:
    """Steps and tools on standard error, one line each; tokens as they come, for a person who
    watches."""

    def __init__(self, *, tokens: bool) -> None:
        self._tokens = tokens
        self._open = False  # a line of tokens has been begun

    def step(self, text: str) -> None:
        """A line of what is being done."""
        self.end()
        click.secho(f"· {printable(text)}", dim=True, err=True)

    def show(self, event: Event) -> None:
        if event.kind is EventKind.TOKEN and self._tokens:
            click.secho(printable(event.text), dim=True, nl=False, err=True)
            self._open = True
            return
        if line := line_of(event):
            self.step(line)

    def end(self) -> None:
        if self._open:
            click.echo(err=True)
        self._open = False


def followed(events: Iterable[Event], progress: Progress) -> Event:
    """Show what happens until the answer, or its end, is there. Raises what went wrong."""
    last = None
    for event in events:
        progress.show(event)
        last = event if event.kind in (*_ENDS, EventKind.FAILED) else last
    progress.end()
    if last is None or last.kind is EventKind.FAILED:
        raise _failure(last)
    return last


def answer_text(event: Event) -> str:
    """The answer as text: a line for each sentence, evidence ids coloured, guesses marked."""
    if event.kind is EventKind.STOPPED:
        return click.style(printable(event.text), fg="yellow")
    lines = [click.style(printable(note), dim=True) for note in event.data.get("notes", ())]
    lines += [_sentence(claim) for claim in event.data.get("claims", ())]
    if event.data.get("author", "code") != "code":
        lines.append(click.style(f"— {printable(str(event.data['author']))}", dim=True))
    return "\n".join(lines)


def _sentence(claim: dict[str, Any]) -> str:
    ids = "".join(click.style(f" [{one}]", fg="cyan") for one in claim["evidence"])
    doubt = click.style(" (unverified)", fg="yellow") if claim["standing"] == "unverified" else ""
    return f"{printable(claim['text'])}{ids}{doubt}"


def line_of(event: Event) -> str:
    """What a step, a tool or a report is in short; '' for other events."""
    if event.kind is EventKind.TOOL:
        arguments = event.data.get("arguments") or {}
        told = ", ".join(f"{name}={value}" for name, value in arguments.items())
        return f"{event.text or event.data.get('tool', '')}({told})"[:160]
    if event.kind in (EventKind.STEP, EventKind.RESULT):
        return event.text[:160]
    if event.kind is EventKind.REPORT:
        return f"report {event.data['id']}: {event.text}"[:160]
    return ""


def readable(text: str) -> str:
    """What somebody typed, with a mark for bytes that are no text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def printable(text: str) -> str:
    """Without what a terminal would obey: data of others stands in answers."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def _failure(event: Event | None) -> Exception:
    from assistant.api.chat_schemas import failure_of
    from assistant.api.problems import error_of
    from assistant.cli.failures import Unreachable

    if event is None:
        return Unreachable("The answer broke off.", hint="Ask again.")
    return error_of(failure_of(event))
