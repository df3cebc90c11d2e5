"""What a call costs, by published prices (`genai-prices`, offline) and by those of the settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.settings import ModelSettings

if TYPE_CHECKING:
    from genai_prices.types import AbstractUsage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one call. `input` includes what was read from and written to a cache, `output` the
    reasoning."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0


class Prices:
    """Prices of models by their name, as they are requested. A table of the settings says who
    serves a model and may give its own price: the prices of a provider are never those of
    somebody else who serves a model of the same name."""

    def __init__(self, table: Iterable[ModelSettings] = ()) -> None:
        self._settings: dict[str, ModelSettings] = {}
        for settings in table:
            self._settings.setdefault(settings.model, settings)

    def cost(self, model: str, provider: str, tokens: Tokens, at: datetime) -> float | None:
        """US dollars; None when the price is unknown, never 0 for that."""
        known = self._settings.get(model) or ModelSettings.model_construct(
            provider=provider, model=model
        )
        if known.input_usd is not None and known.output_usd is not None:
            return _by_settings(known, known.input_usd, known.output_usd, tokens)
        return _published(known, tokens, at)


def _by_settings(
    known: ModelSettings, input_usd: float, output_usd: float, tokens: Tokens
) -> float:
    """A cache without a price of its own costs what input costs."""
    read = input_usd if known.cache_read_usd is None else known.cache_read_usd
    write = input_usd if known.cache_write_usd is None else known.cache_write_usd
    plain = max(tokens.input - tokens.cache_read - tokens.cache_write, 0)
    priced = plain * input_usd + tokens.cache_read * read + tokens.cache_write * write
    return (priced + tokens.output * output_usd) / _MILLION


def _published(known: ModelSettings, tokens: Tokens, at: datetime) -> float | None:
    # Imported at the first call of a model: its table of prices takes 0.4 s to load.
    from genai_prices import calc_price

    # Azure's addresses are its customers' own; of all others the address says who serves.
    by_address = bool(known.base_url) and known.provider != "azure"
    try:
        if by_address:
            found = calc_price(
                _usage(tokens),
                known.model,
                provider_api_url=known.base_url,
                genai_request_timestamp=at,
            )
        else:
            found = calc_price(
                _usage(tokens),
                known.model,
                provider_id=known.provider or None,
                genai_request_timestamp=at,
            )
    except LookupError:
        return None
    # A price of nothing for tokens that were used is a hole in the table, not a present.
    price = float(found.total_price)
    return price if price or tokens == Tokens() else None


def _usage(tokens: Tokens) -> AbstractUsage:
    from genai_prices import Usage

    return Usage(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
    )
