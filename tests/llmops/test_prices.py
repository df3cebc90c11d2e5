"""What a call costs, or that nobody knows."""

from __future__ import annotations

import pytest

from assistant.llmops.prices import Prices, Tokens
from assistant.settings import ModelSettings
from tests.builders import at

USED = Tokens(input=1_000_000, output=100_000, cache_read=400_000)


def test_published_prices_with_their_discount_for_what_was_cached() -> None:
    plain = Prices().cost("gpt-4o", "openai", Tokens(1_000_000, 0), at())
    cached = Prices().cost("gpt-4o", "openai", Tokens(1_000_000, 0, cache_read=1_000_000), at())

    assert plain
    assert cached
    assert 0 < cached < plain


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("a-model-of-our-own", []),
        ("gpt-4o", [ModelSettings(model="gpt-4o", base_url="http://127.0.0.1:8000/v1")]),
    ],
    ids=["unheard-of", "served-by-somebody-else"],
)
def test_an_unknown_price_is_none(model: str, settings: list[ModelSettings]) -> None:
    assert Prices(settings).cost(model, "openai", USED, at()) is None


def test_the_settings_have_the_last_word() -> None:
    own = ModelSettings(model="gpt-4o", input_usd=1.0, output_usd=10.0)
    cheap_cache = own.model_copy(update={"cache_read_usd": 0.5})

    assert Prices([own]).cost("gpt-4o", "openai", USED, at()) == pytest.approx(2.0)
    assert Prices([cheap_cache]).cost("gpt-4o", "openai", USED, at()) == pytest.approx(1.8)


def test_a_model_that_is_given_away_costs_nothing() -> None:
    free = ModelSettings(model="ours", input_usd=0, output_usd=0)

    assert Prices([free]).cost("ours", "openai", USED, at()) == 0.0


def test_a_model_that_no_setting_names_is_priced_as_published() -> None:
    """Whatever the provider needs besides: a call that cannot be priced would not be recorded."""
    assert Prices().cost("gpt-4o", "azure", USED, at())
    assert Prices().cost("", "", USED, at()) is None


def test_azure_has_the_prices_of_azure_wherever_it_is() -> None:
    azure = ModelSettings(
        model="gpt-4o", provider="azure", base_url="https://ours.openai.azure.com"
    )

    assert Prices([azure]).cost("gpt-4o", "azure", USED, at())
