"""Tokens of a text, counted here: no download, no server, the same number every time."""

from __future__ import annotations

from functools import cache
from typing import Any

from rs_bpe.bpe import openai


@cache
def _o200k() -> Any:
    return openai.o200k_base()


def count(text: str) -> int:
    """Tokens of `text` in the o200k vocabulary (OpenAI's since gpt-4o; other families of models
    differ by some per cent). Linear in the length; markers such as <|endoftext|> count as the
    plain characters they are."""
    # A lone surrogate cannot be UTF-8; a log body may hold one all the same.
    tokens: int = _o200k().count(text.encode("utf-8", "replace").decode("utf-8"))
    return tokens
