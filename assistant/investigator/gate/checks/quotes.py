"""Quoted text stands in the evidence, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.reading import Reading

_ELLIPSIS = re.compile(r"…|\.\.\.")
_QUOTES = str.maketrans("’‘“”–—", "''\"\"--")


def check_quotes(reading: Reading, grounds: Grounds) -> Iterator[str]:
    texts = [normal(text) for text in (*grounds.texts, *grounds.derived)]
    texts.append(normal(grounds.report.question.symptom))
    for quote in reading.quotes:
        if not any(_stands_in(quote, text) for text in texts):
            yield f"“{quote}” is quoted, but does not stand in the evidence cited."


def normal(text: str) -> str:
    return " ".join(text.translate(_QUOTES).lower().split())


def _stands_in(quote: str, text: str) -> bool:
    """All pieces between ellipses, in their order."""
    at = 0
    for piece in _ELLIPSIS.split(quote):
        wanted = normal(piece).strip(" .,;:!").removesuffix("()")
        found = text.find(wanted, at)
        if found < 0:
            return False
        at = found + len(wanted)
    return True
