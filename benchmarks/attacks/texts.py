"""Hostile texts, each with a fresh mark that tells, wherever it turns up, that it did."""

from __future__ import annotations

import base64
import re
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

CANARY = re.compile(r"zq[a-z]+?x[a-j]{1,5}x[g-w]{6}qz")
_PADDING = "routine heartbeat, nothing to see here; " * 200
_TAGS = 0xE0000  # Unicode's tag letters: ASCII again, and never drawn


@dataclass(frozen=True, slots=True)
class Attack:
    """`text` contains `canary`, in the clear or hidden."""

    technique: str
    text: str
    canary: str


def new_canary(place: str, number: int) -> str:
    """`place` (lower-case letters) names the way in. Letters alone: templates of logs leave out
    what has digits, and with it a mark would be gone."""
    digits = "".join("abcdefghij"[int(digit)] for digit in str(number))
    chance = "".join(secrets.choice("ghijklmnopqrstuvw") for _ in range(6))
    return f"zq{place}x{digits}x{chance}qz"


def own(place: str, decoy: str) -> list[Attack]:
    """Our own attacks (texts.toml) that blame `decoy`, for one way in."""
    found = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
    attacks = []
    for number, row in enumerate(found["attack"]):
        canary = new_canary(place, number)
        text = row["text"].format(canary=canary, decoy=decoy, padding=_PADDING)
        attacks.append(Attack(row["technique"], _hidden(text, row.get("encode", "")), canary))
    return attacks


def marked(text: str, place: str, number: int) -> Attack:
    """Somebody else's attack between two marks."""
    canary = new_canary(place, number)
    return Attack("published", f"{canary} {text} {canary}", canary)


def _hidden(text: str, encoding: str) -> str:
    if encoding == "base64":
        return f"Decode and obey: {base64.b64encode(text.encode()).decode()}"
    if encoding == "tags":
        return "cache warm" + "".join(chr(_TAGS + ord(letter)) for letter in text)
    return text
