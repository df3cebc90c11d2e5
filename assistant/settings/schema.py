"""Every setting: its name, type, default and meaning."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from assistant.domain.usage import Budget
from assistant.settings.models import NO_MODEL, SHORTCUT, ModelSettings, check_steps

PREFIX = "CAUSEWAY_"

Port: TypeAlias = Annotated[int, Field(ge=0, le=65535)]
Positive: TypeAlias = Annotated[float, Field(gt=0)]
Limit: TypeAlias = Annotated[float, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=0)]


class Settings(BaseModel):
    """Every setting of an installation. Ports may be 0: the system then chooses a free one.

    `load` reads the sources and remembers where each value came from; here they are checked."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("causeway"),
        description="Folder of the embedded stores; one process owns it at a time.",
    )
    repositories: dict[str, Path] = Field(
        default_factory=dict,
        description="Git repositories by name. In the environment: name=path,name=path.",
    )
    catalogue: Path | None = Field(
        None, description="Service catalogue file that corrects what the data suggests."
    )
    prompts: Path | None = Field(
        None, description="Folder of prompts that stand in for ours of the same name."
    )
    runbooks: Path | None = Field(
        None, description="Folder of runbooks in Markdown that a model may look into."
    )

    host: str = Field("127.0.0.1", description="Address to listen on; loopback only for now.")
    api_port: Port = Field(8080, description="Port of the REST API; takes OTLP over HTTP too.")
    otlp_http_port: Port = Field(4318, description="Port for OTLP over HTTP.")
    otlp_grpc_port: Port = Field(4317, description="Port for OTLP over gRPC.")
    allowed_hosts: tuple[str, ...] = Field(
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

    model: str = Field(
        "", description="Language model that explains; empty: the report of the analysis alone."
    )
    model_url: str = Field(
        "", description="Base URL of its OpenAI-compatible server; empty: the provider's own."
    )
    model_api_key: SecretStr = Field(SecretStr(""), description="Key for that model.")
    model_provider: str = Field(
        "openai", description="`openai`, `azure`, `anthropic`, or another that LangChain knows."
    )
    models: dict[str, ModelSettings] = Field(
        default_factory=dict,
        description="Several models by name, a table each. In the environment: JSON.",
    )
    model_steps: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Models of a step, the first with the others as fallbacks. "
        "In the environment: JSON.",
    )
    budget_usd: Limit = Field(
        0.5, description="US dollars that one investigation may spend on a model; 0: no limit."
    )
    budget_tokens: Count = Field(
        40_000, description="Tokens, in and out, that one investigation may use; 0: no limit."
    )
    budget_calls: Count = Field(
        12, description="Calls of a model that one investigation may make; 0: no limit."
    )
    budget_seconds: Limit = Field(
        120, description="Seconds after which no further call of a model begins; 0: no limit."
    )
    budget_user_day_usd: Limit = Field(
        5, description="US dollars that one user may spend on a model in a day; 0: no limit."
    )
    budget_day_usd: Limit = Field(
        50, description="US dollars that everybody together may spend in a day; 0: no limit."
    )
    genai_names: Literal["current", "v1.41", "both"] = Field(
        "current", description="OpenTelemetry's GenAI names: current, those of v1.41, or both."
    )

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

    @field_validator("models", "model_steps", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("write JSON") from None

    @field_validator("data_dir", "catalogue", "prompts", "runbooks")
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

    @model_validator(mode="after")
    def _models(self) -> Settings:
        if not self.model and (self.model_url or self.model_api_key.get_secret_value()):
            raise ValueError("model_url and model_api_key need model, the name of the model")
        if self.model and SHORTCUT in self.models:
            raise ValueError(f"set model or [models.{SHORTCUT}], not both")
        if NO_MODEL in self.models:
            raise ValueError(f"no model can be called {NO_MODEL!r}: that asks for none")
        try:
            table = self.model_table
        except ValidationError as error:
            said = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ValueError(f"model, model_url, model_provider: {said}") from None
        check_steps(self.model_steps, table)
        return self

    @property
    def model_table(self) -> Mapping[str, ModelSettings]:
        """Every configured model by name, in order of preference; the short form is `default`."""
        if not self.model:
            return self.models
        short = ModelSettings(
            provider=self.model_provider,
            model=self.model,
            base_url=self.model_url,
            api_key=self.model_api_key,
        )
        return {SHORTCUT: short, **self.models}

    @property
    def budget(self) -> Budget:
        """What one investigation, or one answer in a chat, may spend."""
        return Budget(
            usd=self.budget_usd or None,
            tokens=self.budget_tokens or None,
            calls=self.budget_calls or None,
            seconds=self.budget_seconds or None,
        )
