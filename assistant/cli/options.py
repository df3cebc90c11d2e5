"""Options that several commands share, and the settings behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from assistant.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output.")


def settings_from(config: Path | None, **overrides: Any) -> Settings:
    """The settings with those command line values that were given. Raises InvalidSettings."""
    from assistant.settings import load

    given = {name: value for name, value in overrides.items() if value is not None}
    return load(config, given).settings
