"""Judgements about single values: what looks like a secret, what is a payment card."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter

_REFERENCE = re.compile(
    r"^(?:\$(?:\{.*|\(.*|(?-i:[A-Z_]+))?|%\(.*|\{\{.*|<[^<>]*>|\[\w*\]|\*{2,}|x{4,}|\.{3}|…)$",
    re.IGNORECASE | re.DOTALL,
)
_HARMLESS = re.compile(
    r"""^(?:
      [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}      # uuid
    | \d{4}-\d\d-\d\d(?:[T ].*)?                       # date or time
    | v?\d+(?:\.\d+)+(?:[-+][\w.]+)?                   # version or decimal
    | -?\d{1,15}                                       # number
    | (?:/|\./|~/|[A-Za-z]:\\)\S*                      # path
    | [a-z][a-z0-9+.-]*://\S*                          # URL; its own secrets have their own rules
    | [A-Za-z_][\w.]*\.(?:py|js|ts|java|go|rb|ya?ml|json|toml|pem|crt|txt)
    | [A-Za-z_]\w*\([^)]*\)?                           # a call in source code
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
# What people and programs write about a secret rather than the secret.
_WORDS = frozenset(
    "none null nil undefined true false yes no on off empty missing required optional invalid "
    "incorrect wrong expired mismatch revoked rejected denied failed failure error unknown "
    "redacted masked hidden removed filtered must should cannot can is was has not the a for from "
    "of in to and or too with without reset changed updated set unset provided given ok valid "
    "changeme-later string str bytes int object self password passwd secret token key "
    "bearer basic digest".split()
)


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def is_uuid(value: str) -> bool:
    return bool(_UUID.fullmatch(value))


def entropy_bits(value: str) -> float:
    """Shannon entropy of the characters, bits per character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def says_nothing(value: str) -> bool:
    """A word about a secret, a variable in its place, or already a pseudonym."""
    return value.lower().strip(".,:;!") in _WORDS or bool(_REFERENCE.match(value))


def looks_secret(value: str) -> bool:
    """Long and mixed enough to be a generated token, beside a key that says it is one."""
    if len(value) < 8 or says_nothing(value) or _HARMLESS.match(value) or " " in value:
        return False
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    bits = entropy_bits(value)
    return bits >= 2.75 if mixed else len(value) >= 20 and bits >= 3.5


def is_basic_credential(value: str) -> bool:
    """Base64 of `user:password` (RFC 7617)."""
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and all(32 <= byte < 127 for byte in decoded)


# Issuer prefixes and lengths (ISO/IEC 7812); they keep nine of ten random numbers out.
_CARDS = re.compile(
    r"^(?:4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11})$"
)


def is_card_number(digits: str) -> bool:
    return bool(_CARDS.match(digits)) and luhn(digits)


def luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + i % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
