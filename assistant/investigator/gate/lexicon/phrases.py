"""How the lists are written."""

from __future__ import annotations


def phrases(text: str) -> tuple[str, ...]:
    """Phrases separated by commas."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())
