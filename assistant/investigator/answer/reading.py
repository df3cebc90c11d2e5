"""Reading what a model wrote: JSON out of prose and fences, and values out of near misses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=Enum)

_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL | re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_NOISE = frozenset({"title", "default", "description", "additionalProperties"})


def json_in(text: str) -> Any | None:
    """The first JSON object in a text: bare, fenced, or with prose around it; None if none is
    whole. What stands in `<think>` is not an answer."""
    text = _THOUGHT.sub("", text)
    for candidate in (*_FENCE.findall(text), text):
        start = candidate.find("{")
        if start < 0:
            continue
        for variant in (candidate[start:], _TRAILING_COMMA.sub(r"\1", candidate[start:])):
            try:
                return json.JSONDecoder(strict=False).raw_decode(variant)[0]
            except ValueError:
                continue
    return None


def one_line(value: Any) -> Any:
    """Text without line breaks; nothing reads as ''. Other types are left for validation."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    return " ".join(value.split()) if isinstance(value, str) else value


def many(value: Any) -> list[Any]:
    """A list from a list, one value alone, JSON in a string, or nothing at all."""
    if value is None or value == "":
        return []
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    return list(value) if isinstance(value, list | tuple) else [value]


def share(value: Any) -> Any:
    """0..1 from a number or a percentage ('87 %', 87); None for words, which say no number."""
    if isinstance(value, str):
        if percent := _PERCENT.search(value):
            return min(float(percent[1]) / 100, 1.0)
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and 1 < value <= 100:
        return value / 100
    return min(max(float(value), 0.0), 1.0) if isinstance(value, int | float) else None


def enum_like(value: Any, of: type[Choice], synonyms: Mapping[str, str]) -> Any:
    """'No change guilty' and 'no-change-guilty' both mean no_change_guilty."""
    if not isinstance(value, str):
        return value
    word = re.sub(r"[\s\-]+", "_", value.strip().lower())
    return synonyms.get(word, word)


def compact(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema without titles, defaults and descriptions, and with its definitions in
    place: what a model needs of it, in about half the tokens."""
    definitions = schema.get("$defs", {})

    def lean(part: Any, *, names: bool = False) -> Any:
        if isinstance(part, list):
            return [lean(one) for one in part]
        if not isinstance(part, dict):
            return part
        if reference := part.get("$ref"):
            return lean(definitions[reference.rpartition("/")[2]])
        if options := part.get("anyOf"):
            return lean(next(option for option in options if option != {"type": "null"}))
        dropped = frozenset() if names else _NOISE | {"$defs"}
        return {
            key: lean(value, names=key == "properties")
            for key, value in part.items()
            if key not in dropped
        }

    return dict(lean(schema))
