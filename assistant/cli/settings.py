"""`causeway settings`: every value and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_obj
def command(config: Path | None, as_json: bool) -> None:
    """Show every setting, its value and where it comes from; secrets are masked.

    \b
    Later wins: default, file, environment (CAUSEWAY_<NAME>), command line.
    Example:  CAUSEWAY_API_PORT=9000 causeway settings
    """
    from assistant.settings import load

    shown = load(config).shown()
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    width = max(len(name) for name in shown)
    for name, entry in shown.items():
        click.echo(f"{name:<{width}}  {_text(entry['value'])}  ({entry['origin']})")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_item(item)}" for name, item in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "none" if value in (None, "") else str(value)


def _item(value: Any) -> str:
    if isinstance(value, dict):
        told = (f"{name} {_item(item)}" for name, item in value.items() if item not in ("", None))
        return f"({', '.join(told)})"
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)
