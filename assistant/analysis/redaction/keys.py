"""Keys beside values: which of them say that the value is a secret."""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache

import re2

from assistant.analysis.redaction.values import is_uuid, looks_secret, says_nothing

TELLING_KEYS = (
    "secret|token|api[_.-]?key|(?:access|auth|private|signing|encryption|account|shared|master"
    "|license|subscription|storage|service|deploy|app|application|admin|client|consumer|webhook"
    "|integration|personal|write|ingest|project)[_.-]?key|credential|authorization"
    "|(?:php|j)?sess(?:ion)?[_-]?id|signature|connection[_.-]?string|\\bauth\\b|bearer"
)
CERTAIN_KEYS = "passw(?:or)?d|passwort|passphrase|passcode|pwd|\\bpass\\b"
# What ends a key that is about a secret: its kind, size or life, never the secret.
_ABOUT = tuple(
    "type name names count counts length len expires expiry expiration expires_in ttl size "
    "limit policy url uri endpoint path file status error errors field version provider issuer "
    "required enabled valid tokens secrets passwords attempts age reset changed days method "
    "scope header prefix algorithm kind ref".split()
)
_PASSWORD_KEY = re2.compile(f"(?i)(?:{CERTAIN_KEYS})")
_SECRET_KEY = re2.compile(f"(?i)(?:{TELLING_KEYS}|cookie)")


# Some issuers hand out uuids as keys; beside any other key a uuid is an id like others.
_UUID_KEY = re2.compile(r"(?i)api[_.-]?(?:key|token)|access[_.-]?token|secret[_.-]?key")


class KeyKind(Enum):
    PLAIN = auto()
    NAMES_SECRET = auto()  # a token, key or secret: its value must look like one
    NAMES_PASSWORD = auto()  # whatever stands there


@lru_cache(maxsize=4096)
def key_kind(key: str) -> KeyKind:
    if key.lower().endswith(_ABOUT):
        return KeyKind.PLAIN
    if _PASSWORD_KEY.search(key):
        return KeyKind.NAMES_PASSWORD
    return KeyKind.NAMES_SECRET if _SECRET_KEY.search(key) else KeyKind.PLAIN


def secret_value(key: str, value: str, *, explicit: bool = True) -> bool:
    """Whether `value`, which stands beside `key`, is a secret. `explicit`: they are an assignment
    or the value is quoted, so it is not a word of a sentence."""
    kind = key_kind(key)
    if kind is KeyKind.PLAIN or says_nothing(value):
        return False
    if kind is KeyKind.NAMES_PASSWORD or looks_secret(value):
        return True
    if _UUID_KEY.search(key) and is_uuid(value):
        return True
    return (
        explicit
        and "secret" in key.lower()
        and len(value) >= 6
        and " " not in value
        and not value.isdigit()
    )
