"""How failures leave the command line: one line, what to do about it, and a stable exit code."""

from __future__ import annotations

import click

from assistant.domain.errors import (
    CallerError,
    CausewayError,
    NotFound,
    OperatorError,
    Overloaded,
    UnknownService,
)

EXIT_CODES = {
    0: "done",
    1: "a bug in Causeway: please report it",
    2: "the command or its input is wrong",
    3: "the installation needs attention (settings, disk, store in use, repository)",
    4: "nothing found: no such service, report or data",
    5: "the server is busy or does not answer; try again",
    6: "an evaluation is worse than its baseline",
    130: "stopped by the user",
}


class Unreachable(CausewayError):
    """The server that owns the stores does not answer."""


def exit_code(error: CausewayError) -> int:
    if isinstance(error, NotFound | UnknownService):
        return 4
    if isinstance(error, CallerError):
        return 2
    if isinstance(error, OperatorError):
        return 3
    if isinstance(error, Overloaded | Unreachable):
        return 5
    return 1


def report_failure(error: CausewayError) -> None:
    click.echo(f"{click.style('Error:', fg='red')} {error}", err=True)
    if error.hint:
        click.echo(f"       {error.hint}", err=True)
