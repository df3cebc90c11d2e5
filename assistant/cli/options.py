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


def model_settings(settings: Settings, *names: str) -> dict[str, object]:
    """What an installation of its own needs to ask the configured models. Raises InvalidSettings
    for a model that is not configured."""
    from assistant.domain.errors import InvalidSettings

    table = settings.model_table
    for name in names:
        if name not in table:
            known = ", ".join(table) or "none"
            raise InvalidSettings(f"No model is called {name!r}; configured: {known}.")
    limits = ("budget_usd", "budget_tokens", "budget_calls", "budget_seconds")
    return {
        "models": dict(table),
        "prompts": settings.prompts,
        **{limit: getattr(settings, limit) for limit in limits},
    }
