"""Language models by name, and which of them serve which step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

STEPS = ("investigate", "repair", "chat", "compact")
SHORTCUT = "default"  # what the model of `model`, `model_url`, … is called
NO_MODEL = "none"  # the name that asks for the report of the analysis alone

Tools = Literal["auto", "yes", "no"]
Structured = Literal["auto", "json_schema", "tool", "prompt"]
Price = Annotated[float, Field(ge=0)]  # US dollars per million tokens

# Where a key is looked for when the table names none, as the providers' own clients do.
_USUAL_KEY = {
    "openai": "OPENAI_API_KEY",
    "azure": "AZURE_OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
}


class ModelSettings(BaseModel):
    """A `[models.NAME]` table. `provider` is openai (any server of that protocol, by `base_url`),
    azure, anthropic, or another that LangChain knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    provider: str = "openai"
    model: Annotated[str, Field(min_length=1)]
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    api_key_env: str = ""
    api_version: str = "2024-10-21"  # Azure's
    deployment: str = ""  # Azure's; '' when it is called like the model
    timeout_s: Annotated[float, Field(gt=0)] = 60
    temperature: float | None = None
    max_output_tokens: Annotated[int, Field(ge=64)] = 4096
    tools: Tools = "auto"
    structured: Structured = "auto"
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    input_usd: Price | None = None
    output_usd: Price | None = None
    cache_read_usd: Price | None = None
    cache_write_usd: Price | None = None

    @field_validator("base_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("give a URL such as http://127.0.0.1:8000/v1")
            if parts.username or parts.password:
                raise ValueError("put the key into api_key, not into the URL")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _complete(self) -> ModelSettings:
        if self.provider == "azure" and not self.base_url:
            raise ValueError("azure needs base_url, such as https://NAME.openai.azure.com")
        if self.api_key.get_secret_value() and self.api_key_env:
            raise ValueError("set api_key or api_key_env, not both")
        if (self.input_usd is None) != (self.output_usd is None):
            raise ValueError("a price needs both input_usd and output_usd")
        return self

    @property
    def key_variable(self) -> str:
        """The variable that holds the key; '' when none is looked at. A usual one is never sent
        to a server that somebody else may run."""
        usual = self.provider != "openai" or not self.base_url
        return self.api_key_env or (_USUAL_KEY.get(self.provider, "") if usual else "")

    def key(self, environment: Mapping[str, str]) -> str:
        return self.api_key.get_secret_value() or environment.get(self.key_variable, "")


def check_steps(steps: Mapping[str, Sequence[str]], models: Mapping[str, ModelSettings]) -> None:
    """Raises ValueError for a step or a model that does not exist."""
    for step, names in steps.items():
        if step not in STEPS:
            raise ValueError(f"there is no step called {step!r}; steps are {', '.join(STEPS)}")
        if not names:
            raise ValueError(f"step {step!r} names no model")
        for name in names:
            if name not in models:
                known = ", ".join(models) or "none"
                raise ValueError(f"step {step!r} names {name!r}; configured models: {known}")
