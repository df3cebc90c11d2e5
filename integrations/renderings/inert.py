"""Text that was measured is data: made visible and harmless before any rendering sees it.

Terminal escapes, bidirectional controls (CVE-2021-42574) and zero-width characters can make a
reader see something other than what is there; here they become visible escapes. Each rendering
still escapes for its own syntax.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from assistant.domain.report import Report

LONGEST_TEXT = 4000  # an excerpt is for reading; its query finds the rest
LONGEST_LIST = 20_000  # points of a series

# Controls, format characters, surrogates, line and paragraph separators.
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
# Letters and marks that draw nothing: Hangul and Khmer fillers, a blank Braille cell, variation
# selectors (all but the one emoji use).
_BLANK = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]"
)
# More than three marks on one letter paint over the lines around it.
_STACKED_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0610-\u061a\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u0610-\u061a\u0e31-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?")

T = TypeVar("T")


def text(raw: str, limit: int = LONGEST_TEXT) -> str:
    """`raw` with invisible characters shown as escapes, and at most `limit` characters of it."""
    rest = len(raw) - limit
    shown = raw[:limit].replace("\r\n", "\n")
    if not shown.isprintable():
        shown = "".join(map(_visible, shown))
    shown = _STACKED_MARKS.sub(r"\1", _BLANK.sub(lambda match: _escape(match[0]), shown))
    return f"{shown} … ({rest:,} more characters)" if rest > 0 else shown


def line(raw: str, limit: int = 300) -> str:
    """`text` on one line."""
    return text(" ".join(raw.split()), limit)


def report(original: Report) -> Report:
    """The same report with every string in it made inert, however deep it lies."""
    return _inert(original)


def link(url: str, hosts: Collection[str]) -> str:
    """`url` when it is http(s) without user part and to one of `hosts` (host or host:port),
    else ''."""
    if len(url) > 2000 or not url.isascii() or any(c in url for c in " \"'<>\\`\n\r\t"):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    netloc = parts.netloc.lower()
    known = netloc in hosts and _HOST.fullmatch(netloc)
    return url if parts.scheme in ("http", "https") and known else ""


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in _INVISIBLE and character not in "\n\t"
    return _escape(character) if hidden else character


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _inert(value: T) -> T:
    result: Any = value
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        result = text(value)
    elif is_dataclass(value) and not isinstance(value, type):
        result = replace(value, **{f.name: _inert(getattr(value, f.name)) for f in fields(value)})
    elif isinstance(value, dict):
        result = {_inert(k): _inert(v) for k, v in value.items()}
    elif isinstance(value, list | tuple):
        result = type(value)(_inert(v) for v in value[:LONGEST_LIST])
    return result  # type: ignore[no-any-return]
