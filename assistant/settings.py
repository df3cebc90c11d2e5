"""Settings: typed, read once, each with its origin.

Later wins: default, file (`--config`, `CAUSEWAY_CONFIG`, `causeway.toml` in the working directory,
or `~/.config/causeway/causeway.toml`), environment (`CAUSEWAY_<NAME>`), command line.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from assistant.domain.errors import InvalidSettings

PREFIX = "CAUSEWAY_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
MASK = "••••••"

Port: TypeAlias = Annotated[int, Field(ge=0, le=65535)]
Positive: TypeAlias = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Every setting of an installation. Ports may be 0: the system then chooses a free one."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("causeway"),
        description="Folder of the embedded stores; one process owns it at a time.",
    )
    repositories: Annotated[dict[str, Path], NoDecode] = Field(
        default_factory=dict,
        description="Git repositories by name. In the environment: name=path,name=path.",
    )
    catalogue: Path | None = Field(
        None, description="Service catalogue file that corrects what the data suggests."
    )

    host: str = Field("127.0.0.1", description="Address to listen on; loopback only for now.")
    api_port: Port = Field(8080, description="Port of the REST API; takes OTLP over HTTP too.")
    otlp_http_port: Port = Field(4318, description="Port for OTLP over HTTP.")
    otlp_grpc_port: Port = Field(4317, description="Port for OTLP over gRPC.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1", "::1"),
        description="Host names that requests may carry (stops DNS rebinding).",
    )
    otlp_body_limit_mib: Positive = Field(
        64, description="Largest OTLP request after decompression, in MiB."
    )
    api_body_limit_kib: Positive = Field(
        1024, description="Largest body of any other request, in KiB."
    )

    retention_days: Positive = Field(14, description="Forget signals older than this many days.")
    retention_gib: Positive = Field(20, description="Forget the oldest signals above this size.")
    telemetry_memory_mib: Annotated[int, Field(ge=64)] = Field(
        320, description="Memory the telemetry store may use for queries, in MiB."
    )
    telemetry_threads: Annotated[int, Field(ge=1)] = Field(
        2, description="Threads the telemetry store may use for queries."
    )
    compute_workers: Annotated[int, Field(ge=0, le=16)] = Field(
        1, description="Processes for the analysis; 0 runs it in the server itself."
    )
    lookback_minutes: Positive = Field(
        180, description="How far before the moment in question an investigation looks."
    )
    lookahead_minutes: Positive = Field(
        15, description="How far after the moment in question it looks."
    )
    changes_hours: Positive = Field(
        24, description="How far before that window changes are considered."
    )

    records_url: str = Field(
        "", description="SQLAlchemy URL of the records; empty: SQLite in the data directory."
    )
    chroma_url: str = Field(
        "", description="Address of a Chroma server; empty: embedded in the data directory."
    )
    embedding: Literal["bundled", "openai"] = Field(
        "bundled", description="`bundled` needs no network; `openai` asks `embedding_url`."
    )
    embedding_url: str = Field(
        "", description="Base URL of an OpenAI-compatible embeddings endpoint."
    )
    embedding_model: str = Field("", description="Model name at that endpoint.")
    embedding_api_key: SecretStr = Field(SecretStr(""), description="Key for that endpoint.")

    @field_validator("repositories", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        if any(not separator for _, separator, _ in pairs):
            raise ValueError("write name=path, separated by commas")
        return {name.strip(): path.strip() for name, _, path in pairs}

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())

    @field_validator("data_dir", "catalogue")
    @classmethod
    def _expanded(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value else None

    @field_validator("repositories")
    @classmethod
    def _all_expanded(cls, value: dict[str, Path]) -> dict[str, Path]:
        return {name: path.expanduser() for name, path in value.items()}

    @field_validator("host")
    @classmethod
    def _loopback(cls, value: str) -> str:
        if value == "localhost":
            return value
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("give an IP address or localhost") from None
        if not address.is_loopback:
            raise ValueError(
                "only loopback addresses (127.0.0.1, ::1, localhost) are allowed, because there "
                "are no API keys yet; put a proxy that authenticates in front of it"
            )
        return value

    @model_validator(mode="after")
    def _endpoint(self) -> Settings:
        if self.embedding == "openai" and not (self.embedding_url and self.embedding_model):
            raise ValueError("embedding = openai needs embedding_url and embedding_model")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load` merges the sources itself, to remember where each value came from."""
        return (init_settings,)


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
                "value": _masked(name, values[name]),
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
        for detail in error.errors():
            name = str(detail["loc"][0]) if detail["loc"] else ""
            where = f"{name} (from {origins.get(name, DEFAULT)}): " if name else ""
            problems.append(where + detail["msg"].removeprefix("Value error, "))
        raise InvalidSettings(
            "; ".join(problems), hint="`causeway settings` shows every value and its origin."
        ) from error


def _masked(name: str, value: Any) -> Any:
    """Secrets, and passwords inside URLs, never reach a screen."""
    if isinstance(Settings.model_fields[name].default, SecretStr):
        return MASK if value else ""
    if isinstance(value, str) and name.endswith("_url"):
        return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", rf"\1:{MASK}@", value)
    return value
