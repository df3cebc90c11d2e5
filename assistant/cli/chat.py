"""`causeway chat`: a conversation about an incident."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import options
from assistant.domain.errors import CallerError, CausewayError, Overloaded

if TYPE_CHECKING:
    from assistant.cli.backend import Backend
    from assistant.cli.talking import Progress
    from assistant.domain.conversation import Conversation

_HELP = """/evidence E3   show a piece of evidence
/report        show the whole report
/new           speak of something else
/quit          leave (so does Ctrl-D); Ctrl-C stops an answer
help           what can be asked"""
_LISTED = 20


@click.command("chat")
@click.option("--report", "report_id", default="", help="Speak of this investigation.")
@click.option("--continue", "chat_id", default="", help="Go on with this conversation.")
@click.option("--list", "listing", is_flag=True, help="List the latest conversations and stop.")
@click.pass_obj
def command(config: Path | None, report_id: str, chat_id: str, listing: bool) -> None:
    """Talk about an incident: ask, follow up, look at evidence.

    \b
    Examples:
      causeway chat
      causeway chat --report 3f9a0c1b2d4e
      causeway chat --continue 8c1f00b7a6d5
      echo "is anything broken right now?" | causeway chat

    /evidence E3 shows a piece of evidence, /report the whole report, /quit leaves, help says what
    can be asked. Ctrl-C stops an answer, not the chat. From a pipe, each line is a message.
    """
    from assistant.cli.backend import connected
    from assistant.cli.talking import Progress

    if report_id and chat_id:
        raise click.UsageError("Give --report or --continue, not both.")
    settings = options.settings_from(config)
    progress = Progress(tokens=sys.stderr.isatty())
    with connected(settings, hear=progress.show) as backend:
        if listing:
            _list(backend)
            return
        chat = _opened(backend, report_id, chat_id)
        talk = _Talk(backend, chat, progress)
        ask = _asking(settings.data_dir / "chat_history") if sys.stdin.isatty() else _piped
        while (line := ask()) is not None:
            if not talk.heard(line.strip()):
                break
    click.secho(f"Go on later with: causeway chat --continue {talk.chat_id}", dim=True, err=True)


class _Talk:
    """A conversation at a terminal or on a pipe."""

    def __init__(self, backend: Backend, chat: Conversation, progress: Progress) -> None:
        self._backend = backend
        self.chat_id = chat.id
        self._report_id = chat.report_id
        self._progress = progress

    def heard(self, line: str) -> bool:
        """Answer a line; False when it says good-bye."""
        if line in ("/quit", "/exit", "/q"):
            return False
        try:
            if line.startswith("/"):
                self._obey(line)
            elif line:
                self._answer(line)
        except (CallerError, Overloaded) as error:
            click.echo(f"{error} {error.hint}".strip(), err=True)
        return True

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "/evidence" and rest.strip():
            self._answer(f"show evidence {rest.strip()}")
        elif word == "/report" and self._report_id:
            from assistant.cli import output

            output.show(self._backend.report(self._report_id))
        elif word == "/new":
            chat = self._backend.start_chat(user=_person(), report_id="")
            self.chat_id, self._report_id = chat.id, ""
            click.echo("A new conversation.")
        else:
            click.echo(_HELP)

    def _answer(self, message: str) -> None:
        from assistant.cli.talking import answer_text, followed, readable

        try:
            said = self._backend.say(self.chat_id, readable(message))
            event = followed(said, self._progress)
        except KeyboardInterrupt:
            self._progress.end()
            click.secho("stopping the answer…", dim=True, err=True)
            with suppress(CausewayError):
                self._backend.stop(self.chat_id)
            return
        self._report_id = str(event.data.get("report_id") or self._report_id)
        click.echo(answer_text(event))


def _opened(backend: Backend, report_id: str, chat_id: str) -> Conversation:
    if not chat_id:
        return backend.start_chat(user=_person(), report_id=report_id)
    from assistant.cli.talking import printable
    from assistant.domain.conversation import Role

    chat = backend.conversation(chat_id)
    for turn in chat.turns[-4:]:
        if turn.role is not Role.SUMMARY:
            mark = "> " if turn.role is Role.PERSON else ""
            click.secho(f"{mark}{printable(turn.text)}", dim=True, err=True)
    return chat


def _list(backend: Backend) -> None:
    from assistant.cli.talking import printable

    for chat in backend.conversations(_LISTED):
        about = f"report {chat.report_id}" if chat.report_id else "no report yet"
        click.echo(
            f"{chat.id}  {chat.started:%Y-%m-%d %H:%M} UTC  {printable(chat.channel)}  {about}"
        )


def _person() -> str:
    from assistant.cli.talking import person

    return person()


def _piped() -> str | None:
    return sys.stdin.readline() or None


def _asking(history: Path) -> Callable[[], str | None]:
    """Lines of a person, with those of earlier conversations on the arrow keys."""
    import readline

    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_history_length(1000)
    click.echo("Ask about an incident; help says what can be asked, /quit leaves.", err=True)

    def ask() -> str | None:
        try:
            line = input("> ")
        except EOFError:
            return None
        except KeyboardInterrupt:
            click.echo(err=True)
            return ""
        with suppress(OSError):
            history.touch(mode=0o600)
            readline.write_history_file(history)
        return line

    return ask
