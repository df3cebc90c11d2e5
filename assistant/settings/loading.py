"""Where settings come from: default, file, environment, command line; each with its origin."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import SecretStr, ValidationError

from assistant.domain.errors import InvalidSettings
from assistant.settings.schema import PREFIX, Settings

CONFIG_VARIABLE = PREFIX + "CONFIG"
MASK = "••••••"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: `kind` is default, file, environment or command line."""

    kind: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.place}".strip()


DEFAULT = Origin("default")


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    settings: Settings
    origins: Mapping[str, Origin]

    def shown(self) -> dict[str, dict[str, Any]]:
        """{name: {value, origin, description}}, fit for people and JSON; secrets are masked."""
        values = self.settings.model_dump(mode="json")
        return {
            name: {
                "value": _masked(values[name]),
                "origin": str(self.origins.get(name, DEFAULT)),
                "description": field.description,
            }
            for name, field in Settings.model_fields.items()
        }


def load(
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> LoadedSettings:
    """Read every source once. Raises InvalidSettings, naming the setting and its origin."""
    file = _config_file(config, environment)
    layers: list[tuple[Mapping[str, Any], Origin]] = []
    if file:
        layers.append((_read(file), Origin("file", str(file))))
    layers.append((_from_environment(environment), Origin("environment")))
    layers.append((overrides or {}, Origin("command line")))
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for layer, origin in layers:
        for name, value in layer.items():
            values[name] = value
            variable = PREFIX + name.upper()
            origins[name] = (
                Origin(origin.kind, variable) if origin.kind == "environment" else origin
            )
    return LoadedSettings(_validated(values, origins), origins)


def _config_file(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    named = config or (Path(text) if (text := environment.get(CONFIG_VARIABLE)) else None)
    if named:
        if not named.is_file():
            raise InvalidSettings(
                f"The settings file {named} does not exist.",
                hint=f"Check --config or {CONFIG_VARIABLE}.",
            )
        return named
    usual = (Path("causeway.toml"), platformdirs.user_config_path("causeway") / "causeway.toml")
    return next((path for path in usual if path.is_file()), None)


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSettings(f"The settings file {file} cannot be read: {error}.") from error
    for name in values:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"Did you mean {near[0]}?" if near else "`causeway settings` lists them all."
            raise InvalidSettings(f"{file} has no setting called {name!r} to set.", hint=hint)
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    # Unknown CAUSEWAY_* variables are left alone: Kubernetes injects CAUSEWAY_PORT and others
    # into every pod beside a Service called causeway.
    return {
        name: environment[variable]
        for name in Settings.model_fields
        if (variable := PREFIX + name.upper()) in environment
    }


def _validated(values: Mapping[str, Any], origins: Mapping[str, Origin]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        problems = []
        for detail in error.errors(include_input=False):
            origin = origins.get(str(detail["loc"][0]), DEFAULT) if detail["loc"] else DEFAULT
            name = ".".join(str(part) for part in detail["loc"])
            where = f"{name} (from {origin}): " if name else ""
            problems.append(where + _said(detail["type"], detail["msg"]))
        raise InvalidSettings(
            "; ".join(problems), hint="`causeway settings` shows every value and its origin."
        ) from error


def _said(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "there is no such setting"
    return message.removeprefix("Value error, ")


def _masked(value: Any) -> Any:
    """Secrets, and passwords inside URLs, never reach a screen, however deep they lie."""
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    if value == str(SecretStr("any")):  # what pydantic makes of every secret
        return MASK
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", rf"\1:{MASK}@", value)
