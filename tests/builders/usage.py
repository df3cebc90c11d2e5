"""Model calls and scores in one breath."""

from __future__ import annotations

import itertools
from typing import Any

from assistant.domain.usage import CallContext, ModelCall, PromptRef, Score
from tests.builders import at

_ids = itertools.count(1)

PROMPT = PromptRef("investigate", "3", "0a1b2c3d4e5f")


def a_context(**changes: Any) -> CallContext:
    values: dict[str, Any] = {"step": "investigate", "investigation": "r-1", "prompt": PROMPT}
    return CallContext(**(values | changes))


def a_model_call(minutes: float = -5, **changes: Any) -> ModelCall:
    """A call of a small model; names of CallContext's fields go to its context."""
    context = {key: changes.pop(key) for key in _OF_CONTEXT if key in changes}
    values: dict[str, Any] = {
        "id": f"call-{next(_ids):04}",
        "at": at(minutes),
        "context": a_context(**context),
        "model": "gpt-5-mini",
        "provider": "openai",
        "input_tokens": 1000,
        "output_tokens": 200,
        "seconds": 2.0,
        "cost_usd": 0.01,
    }
    return ModelCall(**(values | changes))


def a_score(name: str = "grounded_claims", value: float = 1.0, **changes: Any) -> Score:
    context = {key: changes.pop(key) for key in _OF_CONTEXT if key in changes}
    values: dict[str, Any] = {"at": at(-5), "model": "gpt-5-mini", "context": a_context(**context)}
    return Score(name=name, value=value, **(values | changes))


_OF_CONTEXT = ("step", "investigation", "conversation", "user", "channel", "prompt")
