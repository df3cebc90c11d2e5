"""Text that was measured, or written by others, is data: harmless, and in a frame that nothing
inside it can close."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable

from prompts import prompt

LONGEST_LINE = 240

# Controls, format characters, surrogates, private use, separators of lines and paragraphs.
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
# Fillers and selectors that draw nothing, among them the "tag" letters that spell hidden text.
_BLANK = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e01ef]"
)
# What could pass for our frame, or for the marks that chat templates put around messages.
_FRAME = re.compile(r"<(?=\s*/?\s*data\b)", re.IGNORECASE)
_MARKS = re.compile(r"<\||\|>|<(?=/?(?:s|think|system|user|assistant|tool_call)>)|\[(?=/?INST\])")
_LOOKALIKE = {"<|": "‹|", "|>": "|›", "<": "‹", "[": "⟦"}


def new_nonce() -> str:
    """Eight hexadecimal digits that no text could know."""
    return secrets.token_hex(4)


def plain(text: str) -> str:
    """`text` without invisible characters and without look-alikes of our frame or of the marks of
    chat templates. Line breaks stay."""
    text = text.replace("\r\n", "\n").expandtabs(2)
    if not text.isascii() or not text.isprintable():
        text = _BLANK.sub("", text)
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _INVISIBLE)
    text = _FRAME.sub("‹", text)
    return _MARKS.sub(lambda mark: _LOOKALIKE[mark[0]], text)


def line(text: str, limit: int = LONGEST_LINE) -> str:
    """`text` plain, on one line, and at most `limit` characters of it."""
    return shortened(plain(" ".join(text[: 4 * limit].split())), limit)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with a mark where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def framed(name: str, text: str, nonce: Callable[[], str] = new_nonce) -> str:
    """`text` (plain already) between marks with a nonce of its own that it does not contain."""
    mark = nonce()
    while mark in text:
        mark = new_nonce()
    return prompt("data").render(name=name, nonce=mark, text=text)
