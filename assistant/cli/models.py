"""`causeway models`: the configured models, and whether they can do what is asked of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import as_json, settings_from
from assistant.domain.errors import NotFound

if TYPE_CHECKING:
    from assistant.investigator.models import Models
    from assistant.investigator.models.checking import Checked, Finding

_MARKS = {"works": ("✓", "green"), "fails": ("✗", "red"), "not known": ("?", "yellow")}


@click.group("models", invoke_without_command=True)
@as_json
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the configured language models and the steps that they serve.

    \b
    Example:  causeway models
              causeway models check        (does it answer, stream, call tools; what it costs)
    """
    if ctx.invoked_subcommand is not None:
        return
    models = _models(ctx.obj)
    steps = _steps(models)
    if as_json:
        rows = [{**_row(models, name), "steps": list(used)} for name, used in steps.items()]
        click.echo(json.dumps(rows, indent=2))
        return
    if not steps:
        click.echo("No model is configured: the report of the analysis is the result.")
        click.echo("CAUSEWAY_MODEL names one; docs/models.md tells the rest.")
    for name, used in steps.items():
        row = _row(models, name)
        where = row["base_url"] or "the provider's own address"
        click.echo(f"{name}  {row['provider']} {row['model']} at {where}")
        click.echo(f"    {', '.join(used) or 'serves no step'}")


@command.command("check")
@click.argument("names", nargs=-1)
@as_json
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Ask each model (or those named) four small things, and say in plain words what works.

    \b
    Costs about 500 tokens a model. Exit code 3 when something fails that the settings rely on,
    5 when the server does not answer now.
    Example:  causeway models check
              causeway models check fast --json
    """
    from datetime import UTC, datetime

    from assistant.investigator.models.checking import checked

    models = _models(ctx.obj)
    if not models.names:
        raise NotFound("No model is configured.", hint="Set CAUSEWAY_MODEL; see docs/models.md.")
    configured = [models.named(name) for name in names or models.names]
    results = []
    for model in configured:
        result = checked(model, datetime.now(UTC))
        results.append(result)
        if not as_json:
            _show(result)
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results], indent=2))
    sys.exit(_exit_code(results))


def _models(config: Path | None) -> Models:
    from assistant.investigator.models import Models

    settings = settings_from(config)
    return Models(settings.model_table, settings.model_steps)


def _steps(models: Models) -> dict[str, tuple[str, ...]]:
    """{model: ('investigate first', 'chat as fallback', …)}."""
    from assistant.settings import STEPS

    told: dict[str, list[str]] = {name: [] for name in models.names}
    for step in STEPS:
        chain = models.for_step(step)
        for place, model in enumerate(chain.models if chain else ()):
            told[model.name].append(step if place == 0 else f"{step} (fallback {place})")
    return {name: tuple(steps) for name, steps in told.items()}


def _row(models: Models, name: str) -> dict[str, str]:
    model = models.named(name)
    return {
        "name": name,
        "provider": model.provider,
        "model": model.model,
        "base_url": model.settings.base_url,
    }


def _show(result: Checked) -> None:
    click.echo(f"{result.name}: {result.provider} {result.model}")
    for finding in result.findings:
        _show_finding(finding)
    click.echo(f"  {_used(result)}")


def _used(result: Checked) -> str:
    tokens = result.input_tokens + result.output_tokens
    if not tokens:
        return "This check used no tokens that are known."
    cost = "at an unknown price" if result.cost_usd is None else f"for ${result.cost_usd:.6f}"
    return f"This check used {tokens} tokens {cost}."


def _show_finding(finding: Finding) -> None:
    mark, colour = _MARKS[finding.standing]
    if finding.standing == "fails" and not finding.needed:
        mark, colour = "–", "yellow"
    took = f"  {finding.seconds:.2f} s" if finding.seconds is not None else ""
    click.echo(f"  {click.style(mark, fg=colour)} {finding.question:<20}{finding.told}{took}")
    if finding.todo:
        click.echo(f"    {finding.todo}")


def _exit_code(results: Sequence[Checked]) -> int:
    failures = [failure for result in results for failure in result.failures]
    if not failures:
        return 0
    return 5 if all(failure.passing for failure in failures) else 3
