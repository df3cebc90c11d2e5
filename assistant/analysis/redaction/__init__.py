"""Redaction: secrets and personal data become stable pseudonyms before anything is stored.

`<email:3f2a91c0>` stands for the same address everywhere, so that correlation still works and
nobody can read it back. Ids (trace, span, commit, uuid), times, versions and numbers stay.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import orjson

from assistant.analysis.redaction.keys import secret_value
from assistant.analysis.redaction.rules import (
    KEYED_RULES,
    RULES,
    SUSPICION,
    Rule,
)
from assistant.domain.signals import Columns, SignalBatch

_ROW_SEPARATOR = "\x1e"
_TEXT_COLUMNS = ("operation", "status_message", "peer", "body")
_JSON_COLUMNS = ("attributes", "events", "links")
# Spellings of one address or number share a pseudonym.
_SAME: dict[str, Callable[[str], str]] = {
    "email": str.lower,
    "card": lambda value: value.replace(" ", "").replace("-", ""),
    "phone": lambda value: "".join(c for c in value if c.isdigit()),
}
_CACHED = 20_000  # rows
_CACHED_LENGTH = 2_000  # characters


class RuleRedactor:
    """Implements `domain.ports.Redactor` with the rules of `redaction.rules`.

    `key` makes the pseudonyms those of one installation: without it, whoever guesses an address
    can check the guess. The time it takes is linear in the text, whatever the text is.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = key[:64]
        self._cleaned: dict[str, str] = {}

    def text(self, text: str) -> str:
        data = text.encode("utf-8", "replace")
        if SUSPICION.search(data) is None:
            return text
        for rule in RULES:
            if rule.literal in data:
                data = self._apply(rule, data)
        return data.decode("utf-8", "replace")

    def batch(self, batch: SignalBatch) -> SignalBatch:
        for columns in (batch.spans, batch.logs, batch.points):
            for name in _TEXT_COLUMNS:
                self._clean_column(columns, name, self.text)
            for name in _JSON_COLUMNS:
                self._clean_column(columns, name, self._json_text)
        return batch

    def _clean_column(self, columns: Columns, name: str, clean: Callable[[str], str]) -> None:
        """All distinct rows of a column are scanned as one text; only rows where that scan stops
        are looked at one by one."""
        column = columns.get(name)
        if not column:
            return
        distinct = list(dict.fromkeys(column))
        suspects = _suspects(distinct)
        if not suspects:
            return
        cleaned = {row: self._remembered(row, clean) for row in suspects}
        columns[name] = [cleaned.get(row, row) for row in column]

    def _remembered(self, row: str, clean: Callable[[str], str]) -> str:
        known = self._cleaned.get(row)
        if known is not None:
            return known
        result = clean(row)
        if len(row) <= _CACHED_LENGTH:
            if len(self._cleaned) >= _CACHED:
                self._cleaned.clear()
            self._cleaned[row] = result
        return result

    def _json_text(self, row: str) -> str:
        try:
            value = orjson.loads(row)
        except orjson.JSONDecodeError:
            return self.text(row)
        return orjson.dumps(self._value("", value)).decode()

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._remembered(k, self.text): self._value(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._value(key, v) for v in value]
        if isinstance(value, str):
            if key and value and secret_value(key, value):
                return self._pseudonym("secret", value)
            return self._remembered(value, self.text)
        if isinstance(value, int) and not isinstance(value, bool):
            written = str(value)
            clean = self.text(f"{key}={written}").removeprefix(f"{key}=")
            return value if clean == written else clean
        return value

    def _apply(self, rule: Rule, data: bytes) -> bytes:
        pieces: list[bytes] = []
        end = 0
        first = 2 if rule.judge in KEYED_RULES else 1
        for match in rule.pattern.finditer(data):
            group = next(g for g in range(first, 9) if match.span(g) != (-1, -1))
            value = match.group(group).decode("utf-8", "replace")
            if not rule.judge(match, value):
                continue
            start, stop = match.span(group)
            pieces += (data[end:start], self._pseudonym(rule.kind, value).encode())
            end = stop
        return b"".join((*pieces, data[end:])) if pieces else data

    def _pseudonym(self, kind: str, value: str) -> str:
        same = _SAME.get(kind, str)(value)
        digest = hashlib.blake2b(
            same.encode("utf-8", "replace"), digest_size=5, key=self._key
        ).digest()
        # A letter and a digit first: log templates must see hexadecimal in every pseudonym.
        return f"<{kind}:{'abcdef'[digest[0] % 6]}{digest[1] % 10}{digest[2:].hex()}>"


def _suspects(rows: list[str]) -> list[str]:
    data = _ROW_SEPARATOR.join(rows).encode("utf-8", "replace")
    match = SUSPICION.search(data)
    if match is None:
        return []
    starts = list(accumulate((len(row.encode("utf-8", "replace")) + 1 for row in rows), initial=0))
    found = []
    while match is not None:
        # The separator before a row may belong to the match, as what stands before a number.
        row = bisect_right(starts, match.end() - 1) - 1
        found.append(rows[row])
        next_row = starts[row + 1]
        match = SUSPICION.search(data, next_row - 1) if next_row < len(data) else None
    return found
