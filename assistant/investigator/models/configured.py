"""The configured language models, ready to be asked; langchain is imported when one is built."""

from __future__ import annotations

import importlib
import ipaddress
import os
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.domain.errors import InvalidSettings, NotFound
from assistant.llmops.prices import Prices
from assistant.settings import MASK, ModelSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Structured = Literal["json_schema", "tool", "prompt"]

_NO_KEY = "none"  # a server without keys takes any; the client insists on one
_OPENAI_URL = "https://api.openai.com/v1"
_CONNECT_S = 5.0  # an address that does not answer is told at once, however slow its model is


@dataclass(frozen=True)
class ConfiguredModel:
    """One model: `name` is the table's, `model` what the server calls it."""

    name: str
    settings: ModelSettings
    environment: Mapping[str, str]

    @property
    def model(self) -> str:
        return self.settings.model

    @property
    def provider(self) -> str:
        return self.settings.provider

    @cached_property
    def chat(self) -> BaseChatModel:
        """Built at first use. Raises InvalidSettings: no key, no such provider, missing extra."""
        chat = _built(self.name, self.settings, self._key())
        if (client := getattr(chat, "http_client", None)) is not None:
            weakref.finalize(chat, client.close)
        return chat

    @property
    def supports_tools(self) -> bool:
        """A model that LangChain's table does not know is taken to call tools."""
        if self.settings.tools == "auto":
            return bool((self.chat.profile or {}).get("tool_calling", True))
        return self.settings.tools == "yes"

    @property
    def structured(self) -> Structured:
        """How to ask for a typed answer: a schema that constrains the answer when the model is
        known for it or cannot call tools, otherwise the schema of a tool."""
        if self.settings.structured != "auto":
            return self.settings.structured
        constrained = bool((self.chat.profile or {}).get("structured_output", False))
        return "json_schema" if constrained or not self.supports_tools else "tool"

    def without_key(self, text: str) -> str:
        """`text` of a server, which may quote what it was sent, without the key."""
        key = self.settings.key(self.environment)
        return text.replace(key, MASK) if key else text

    def _key(self) -> str:
        key = self.settings.key(self.environment)
        variable = self.settings.key_variable
        if variable and not key:
            raise InvalidSettings(
                f"The model {self.name!r} ({self.provider} {self.model}) has no key.",
                hint=f"Set {variable}, or api_key or api_key_env of the model.",
            )
        return key or _NO_KEY


@dataclass(frozen=True, slots=True)
class ModelChain:
    """The models of a step: the first is asked, the others in turn when it fails."""

    models: tuple[ConfiguredModel, ...]

    @property
    def first(self) -> ConfiguredModel:
        return self.models[0]

    @property
    def fallbacks(self) -> tuple[ConfiguredModel, ...]:
        return self.models[1:]


class Models:
    """Every configured model, and which of them serve a step."""

    def __init__(
        self,
        table: Mapping[str, ModelSettings],
        steps: Mapping[str, Sequence[str]] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._models = {
            name: ConfiguredModel(name, settings, environment) for name, settings in table.items()
        }
        self._steps = steps or {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._models)

    @property
    def prices(self) -> Prices:
        """What their calls cost: as the settings say, otherwise as published."""
        return Prices(model.settings for model in self._models.values())

    def for_step(self, step: str) -> ModelChain | None:
        """None when no model is configured; a step without an entry takes all, in their order."""
        names = self._steps.get(step) or self.names
        chain = tuple(self._models[name] for name in names)
        return ModelChain(chain) if chain else None

    def named(self, name: str) -> ConfiguredModel:
        """Raises NotFound when no model is called so."""
        if name not in self._models:
            known = ", ".join(self.names) or "none"
            raise NotFound(f"No model is called {name!r}.", hint=f"Configured models: {known}.")
        return self._models[name]

    def only(self, name: str) -> Models:
        """The same, but `name` serves every step, without fallbacks. Raises NotFound."""
        chosen = self.named(name)
        return Models({name: chosen.settings}, environment=chosen.environment)


def _built(name: str, settings: ModelSettings, key: str) -> BaseChatModel:
    if settings.provider == "openai":
        return _openai(settings, key)
    if settings.provider == "azure":
        return _azure(settings, key)
    return _other(name, settings, key)


def _openai(settings: ModelSettings, key: str) -> BaseChatModel:
    from langchain_openai import ChatOpenAI

    shared = _shared(settings)
    if settings.base_url:
        # The older name of the limit: every compatible server knows it, some know no other.
        shared["extra_body"] = {"max_tokens": settings.max_output_tokens}
    else:
        shared["max_completion_tokens"] = settings.max_output_tokens
    return ChatOpenAI(
        model=settings.model,
        base_url=settings.base_url or _OPENAI_URL,
        api_key=SecretStr(key),
        use_responses_api=False,
        **shared,
    )


def _azure(settings: ModelSettings, key: str) -> BaseChatModel:
    from langchain_openai import AzureChatOpenAI

    return AzureChatOpenAI(
        model=settings.model,
        azure_endpoint=settings.base_url,
        azure_deployment=settings.deployment or settings.model,
        api_version=settings.api_version,
        api_key=SecretStr(key),
        use_responses_api=False,
        max_completion_tokens=settings.max_output_tokens,
        **_shared(settings),
    )


def _shared(settings: ModelSettings) -> dict[str, Any]:
    """What both of OpenAI's classes take. Retries are counted and told by the agent itself."""
    import openai

    # openai would look into a half-imported httpx while another thread (the vector store's) is
    # still loading it; this waits until it is whole.
    importlib.import_module("httpx")
    loopback = is_loopback(settings.base_url)
    return {
        "timeout": openai.Timeout(settings.timeout_s, connect=min(_CONNECT_S, settings.timeout_s)),
        "max_retries": 0,
        "stream_usage": True,
        "temperature": settings.temperature,
        "default_headers": _headers(settings),
        # Evidence goes where the settings say, and nowhere that a server points to.
        "http_client": openai.DefaultHttpxClient(trust_env=not loopback, follow_redirects=False),
    }


def _other(name: str, settings: ModelSettings, key: str) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    given: dict[str, Any] = {
        "timeout": settings.timeout_s,
        "max_retries": 0,
        "max_tokens": settings.max_output_tokens,
    }
    if key != _NO_KEY:
        given["api_key"] = key
    if settings.base_url:
        given["base_url"] = settings.base_url
    if settings.temperature is not None:
        given["temperature"] = settings.temperature
    if settings.headers:
        given["default_headers"] = _headers(settings)
    try:
        built: BaseChatModel = init_chat_model(
            settings.model, model_provider=settings.provider, **given
        )
    except ImportError as error:
        raise InvalidSettings(
            f"The model {name!r} needs a package that is not installed.",
            hint=_install(settings.provider),
        ) from error
    except (ValueError, TypeError) as error:
        # Without the error's own words: they may quote what was given, the key among it.
        raise InvalidSettings(
            f"The model {name!r} cannot be set up with provider {settings.provider!r}.",
            hint="Providers: openai, azure, anthropic, or one of LangChain's init_chat_model.",
        ) from error
    return built


def _install(provider: str) -> str:
    if provider == "anthropic":
        return "pip install 'causeway[anthropic]'"
    return f"Install LangChain's package for {provider}, such as langchain-{provider}."


def _headers(settings: ModelSettings) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in settings.headers.items()}


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
