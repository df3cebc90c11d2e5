"""What a real model shows that a scripted one cannot: its own streams, schemas and counts."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from assistant.investigator.models import ConfiguredModel, Models
from assistant.investigator.models.checking import Checked, Standing, checked
from assistant.settings import ModelSettings
from tests.builders import NOON

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def small(small_model: str) -> ConfiguredModel:
    given: Any = {
        "base_url": small_model,
        "tools": "no",
        "max_output_tokens": 200,
        "timeout_s": 200,
    }
    return Models({"small": ModelSettings(model="smollm2", **given)}).named("small")


@pytest.fixture(scope="module")
def result(small: ConfiguredModel) -> Checked:
    return checked(small, NOON)


@pytest.mark.parametrize(
    "question", ["answers", "streams", "obeys a JSON schema", "tells its usage"]
)
def test_the_check_finds_what_the_model_can_do(result: Checked, question: str) -> None:
    (finding,) = [f for f in result.findings if f.question == question]
    assert finding.standing is Standing.WORKS, finding.told


def test_the_check_measures_tokens_and_says_that_no_price_is_known(result: Checked) -> None:
    assert result.input_tokens > 100
    assert result.output_tokens > 0
    assert result.cost_usd is None


def test_a_stream_is_told_piece_by_piece_with_its_own_usage(small: ConfiguredModel) -> None:
    pieces = [
        chunk
        for chunk in small.chat.stream("Count from one to ten.")
        if isinstance(chunk, AIMessageChunk)
    ]
    usages = [piece.usage_metadata for piece in pieces if piece.usage_metadata]
    assert sum(bool(piece.text) for piece in pieces) > 3
    assert len(usages) == 1
    assert usages[0]["output_tokens"] > 3
    assert usages[0]["input_tokens"] > 5
