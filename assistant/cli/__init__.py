"""`causeway`: one file per command, imported only when used, so that `--help` is immediate."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from assistant.cli.failures import EXIT_CODES, exit_code, report_failure
from assistant.domain.errors import CausewayError

_COMMANDS = {
    "demo": "play a recorded incident and explain it",
    "serve": "take in telemetry and answer questions",
    "ingest": "load OTLP, ndjson logs or CSV metrics from files",
    "investigate": "find the root cause of an incident",
    "ask": "ask a question in words",
    "chat": "talk about an incident",
    "feedback": "say whether a report helped",
    "watch": "tell anomaly windows as they open and close",
    "changes": "list or record deployments, flags and configuration",
    "services": "list the services seen",
    "models": "list the language models, check what they can do",
    "costs": "what model calls cost, and how long they took",
    "quality": "how good the explanations were",
    "settings": "show every setting and where it comes from",
    "eval": "grade investigations of incidents with a known cause",
    "bench": "run a benchmark over labelled incidents",
}


class _Commands(click.Group):
    """A group that knows its commands by name and imports each one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"assistant.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), text) for code, text in EXIT_CODES.items()])


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file. Otherwise causeway.toml here, or in ~/.config/causeway.",
)
@click.version_option(package_name="causeway", message="causeway %(version)s")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Causeway finds the root cause of an incident: telemetry and commits in, a ranked and cited
    explanation out.

    \b
    Try:  causeway demo
          causeway serve
          causeway investigate --service checkout --at -15m
    """
    ctx.obj = config


def main() -> None:
    """Entry point: every expected failure becomes one clear line and a documented exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except CausewayError as error:
        report_failure(error)
        sys.exit(exit_code(error))
    sys.exit(code if isinstance(code, int) else 0)
