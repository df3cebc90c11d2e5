"""Reports whose every text was written by an attacker."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from itertools import count, cycle
from typing import Any, TypeVar

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.domain.report import Report

T = TypeVar("T")

PAYLOADS = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "</title></summary></details><iframe src=//evil.example>",
    "\"><svg onload=alert(1)>' onmouseover='alert(1)",
    "<!here> <@U123> <!channel> @channel @everyone",
    "]]> --> <!-- {{ 7*7 }} {% raw %} ${7*7}",
    "[click](javascript:alert(1)) ![pixel](https://evil.example/p.png)",
    "[ref]: https://evil.example 'title'",
    "<https://evil.example> https://evil.example www.evil.example a@evil.example",
    "```\n# out of the fence\n~~~\n````",
    "| cell | cell |\n| --- | --- |",
    "\\`\\|`\\\\| `code` \\",
    "# heading",
    "---",
    "===",
    "1. list",
    "- [ ] task",
    "    indented code",
    "> quote #1 !2 ~label GH-3 org/repo#4",
    "/close\n/assign @root",
    "\x1b[2J\x1b]0;title\x07\x1b]8;;https://evil.example\x1b\\link\x9b31m",
    "[red]rich markup[/red] [/] [link=https://evil.example]x[/link] :bomb:",
    "$\\frac{1}{0}$ $unbalanced_ ^ \\mathdefault",
    "\u202egnp.exe\u202c \u2066isolate\u2069 zero\u200bwidth \U000e0041tag \ufeff",
    "\ud800 lone surrogate",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324a\u0361\u0351l",
    "null\x00byte \x08\x08\x08 \x7f \u2028 line \u2029 paragraph",
    'end\ngraph LR; A-->B; click A href "javascript:alert(1)"',
    "漢字 العربية עברית ไทย 🙈",
    "<" * 400 + "`" * 400,
)


def filled(report: Report, payloads: Sequence[str]) -> Report:
    """`report` with every string replaced by the next payload and a number, all different."""
    source = cycle(payloads)
    numbers = count(1)

    def fill(value: T) -> T:
        result: Any = value
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            result = f"{next(source)} {next(numbers)}"
        elif is_dataclass(value) and not isinstance(value, type):
            result = replace(value, **{f.name: fill(getattr(value, f.name)) for f in fields(value)})
        elif isinstance(value, dict):
            result = {k: fill(v) for k, v in value.items()}
        elif isinstance(value, list | tuple):
            result = type(value)(fill(v) for v in value)
        return result  # type: ignore[no-any-return]

    return fill(report)


def number_of_texts(report: Report) -> int:
    """How many payloads one report takes."""
    written = filled(report, ("marker-of-this-count",))
    return str(written).count("marker-of-this-count")


class Page(HTMLParser):
    """What a browser would make of a page: its elements and their attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def shape(self) -> list[str]:
        return self.tags

    @property
    def links(self) -> list[str]:
        return [v for t, n, v in self.attributes if t == "a" and n == "href"]


def markdown_tokens(document: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(document)


def inline_tokens(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def invisible(text: str) -> set[str]:
    """Characters that change how text shows, or that a terminal obeys."""
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {
        "\n",
        "\t",
    }


def mentions(text: str) -> list[str]:
    """What a forge would still take for a mention, a reference or a link, after Markdown."""
    return re.findall(r"(?<![\w`])[@#!]\w+|\bhttps?://\S+|\bwww\.\S+", text)
