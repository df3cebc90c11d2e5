"""Text from telemetry in GitHub flavoured Markdown and Mermaid: shown, never obeyed.

Follows the GFM specification 0.29 (backslash escapes 6.1, entities 6.2, extended autolinks 6.9).
Forges act on text after Markdown (mentions, issue references, quick actions), where a backslash
does not help: a zero-width space behind their sign does.
"""

from __future__ import annotations

import html
import re

from integrations.renderings import inert

_BREAK = "&#8203;"
_ESCAPES = str.maketrans(
    {sign: f"\\{sign}" for sign in "*_`[]~#"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "\\": "&#92;", "$": "&#36;"}
)
_LEADING = re.compile(r"^(?:(\d+)([.)])|([-+=:]))")  # a list, a rule, an underline of a heading
_SCHEME = re.compile(r"\b(https?|ftp|mailto|xmpp|file|data|javascript|vbscript):", re.IGNORECASE)
_WWW = re.compile(r"\bwww\.", re.IGNORECASE)
# Signs of mentions and references on GitHub and GitLab, before what they would refer to.
_REFERENCE = re.compile(r"([@#!$%~^])(?=[\w\"{\[])")
_ISSUE = re.compile(r"\bGH-(?=\d)", re.IGNORECASE)
_PLAIN_CODE = re.compile(r"[^`|\\\n]+")


def prose(raw: str) -> str:
    """`raw` on one line as literal text, also inside a table cell and at the start of a line."""
    escaped = _defused(raw).translate(_ESCAPES)
    escaped = _LEADING.sub(r"\1\\\2\3", escaped)
    return escaped.replace("\x00", _BREAK)


def markup(raw: str) -> str:
    """`raw` on one line as literal text inside an HTML block, where Markdown is not read."""
    return html.escape(_defused(raw)).replace("\x00", _BREAK)


def code(raw: str) -> str:
    """`raw` as a code span where that is safe also in a table, else as prose."""
    text = " ".join(raw.split())
    return f"`{text}`" if _PLAIN_CODE.fullmatch(text) else prose(text) or "–"


def fenced(raw: str, language: str) -> str:
    """`raw` as a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", raw)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{raw}\n{fence}"


def mermaid_label(raw: str) -> str:
    """`raw` for a quoted Mermaid label: all but letters, digits and a few signs as `#code;`."""
    text = inert.line(raw, 80)
    return re.sub(r"[^\w .,/:-]", lambda m: f"#{ord(m[0])};", text)


def _defused(raw: str) -> str:
    """`raw` on one line with NUL (which inert text never has) where a forge would act."""
    text = _REFERENCE.sub("\\1\x00", " ".join(raw.split()))
    text = _SCHEME.sub("\\1:\x00", text)
    text = _WWW.sub(lambda match: f"{match[0][:-1]}\x00.", text)
    text = _ISSUE.sub(lambda match: f"{match[0]}\x00", text)
    return f"\x00{text}" if text.startswith("/") else text
