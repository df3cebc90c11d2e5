"""How a report leaves the command line."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.domain.errors import OperatorError

if TYPE_CHECKING:
    from assistant.domain.report import Report

_WIDEST = 120


def show(report: Report, *, as_json: bool = False) -> None:
    """The report on standard output, coloured only for a terminal."""
    if as_json:
        from assistant.schema import report_to_json

        click.echo(report_to_json(report, indent=2))
        return
    from integrations.renderings.text import render

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    click.echo(render(report, width=width, colour=sys.stdout.isatty()))


def write_page(report: Report, file: Path) -> None:
    """One self-contained HTML file. Raises OperatorError when it cannot be written."""
    from integrations.renderings.html import render

    try:
        file.write_text(render(report), encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"Written: {file}", err=True)
