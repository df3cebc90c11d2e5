"""The rules: linear-time patterns (RE2) over UTF-8 bytes, each with a judge for what it finds.

A rule's groups hold what is replaced; the text around them stays. U+001E separates the rows that
are scanned together, so no pattern may match it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import re2

from assistant.analysis.redaction.issued import ISSUED
from assistant.analysis.redaction.keys import CERTAIN_KEYS, TELLING_KEYS, secret_value
from assistant.analysis.redaction.values import (
    is_basic_credential,
    is_card_number,
    looks_secret,
)

_SEPARATOR = r"""\\?["']?\s{0,3}(?:=>|:=|==?|:)\s{0,3}"""
_VALUE = (
    r"""(?:\\?"([^"\\\x1e\n]+)|\\?'([^'\\\x1e\n]+)|`([^`\x1e\n]+)"""
    r"""|([^\s"'`\\,;&<>(){}\[\]|\x1e]+))"""
)

Judge = Callable[[Any, str], bool]  # (match, what its group holds) → whether it is a secret


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    pattern: Any  # compiled RE2 over bytes
    judge: Judge
    literal: bytes  # stands in every match: looking for it first is ten times as fast


def _always(match: Any, value: str) -> bool:
    return not value.startswith("<")


def _keyed(match: Any, value: str) -> bool:
    if (
        match.string[match.start(1) - 1 : match.start(1)] == b"<"
        and match.string[match.end() : match.end() + 1] == b">"
    ):
        return False  # a pseudonym of an earlier rule
    if match.string[match.end() : match.end() + 1] == b"(":
        return False  # source code that calls for the value
    key = match.group(1).decode()
    between = match.string[match.end(1) : match.end()]
    explicit = b"=" in between or b'"' in between or b"'" in between
    return secret_value(key, value, explicit=explicit)


def _scheme(match: Any, value: str) -> bool:
    return looks_secret(value) or is_basic_credential(value)


def _query(match: Any, value: str) -> bool:
    return looks_secret(value)


def _cookie(match: Any, value: str) -> bool:
    return "=" in value and not value.startswith("<")


_AFTER_ID = re.compile(rb"""(?i)id["']?\s?[:=]?\s?["']?$""")


def _card(match: Any, value: str) -> bool:
    if _AFTER_ID.search(match.string[max(0, match.start(1) - 8) : match.start(1)]):
        return False  # a hexadecimal id that happens to have no letters
    after = match.string[match.end(1) : match.end(1) + 2]
    if (
        after[:1].isalnum()
        or after[:1] in (b"-", b"_")
        or (after[:1] == b"." and after[1:].isdigit())
    ):
        return False
    return is_card_number(value.replace(" ", "").replace("-", ""))


def _phone(match: Any, value: str) -> bool:
    after = match.string[match.end(1) : match.end(1) + 1]
    digits = sum(c.isdigit() for c in value)
    return 8 <= digits <= 15 and not (after.isalnum() or after in (b"-", b":", b"_"))


_NOT_PEOPLE = ("git@", "hg@", "svn@")
_NOT_MAIL = (".internal", ".local", ".localdomain", ".svc", ".cluster", ".lan", ".invalid.")


def _email(match: Any, value: str) -> bool:
    return not value.lower().startswith(_NOT_PEOPLE) and not value.lower().endswith(_NOT_MAIL)


_PRIVATE_KEY = (
    r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[^\x1e-]|-{1,4}[^\x1e-])*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?)"
)
_JWT = r"\b(eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?)"
_URL_USER = r"""[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'\\<>\x1e]{0,100}:([^\s/@"'\\\x1e]{1,200})@"""
_SCHEME = r"(?i)\b(?:bearer|basic|token|apikey|splunk) {1,3}([A-Za-z0-9+/=._~-]{6,})"
_COOKIE = r"""\b(?i:c)ookie["'\\]{0,3}\s{0,2}[:=]\s{0,2}["'\\]{0,2}([^"'\\\r\n\x1e]{8,})"""
_QUERY = (
    r"""(?i)[?&](?:sig|key|code|state|auth|hmac|jwt|sas|x-amz-signature|x-goog-signature)="""
    r"""([^&\s"'\\<>\x1e]{8,})"""
)
_CURL_USER = r"""\s-{1,2}u(?:ser)?[ =]["'\\]{0,2}[^\s:"'\\\x1e]{1,100}:([^\s"'\\\x1e]{1,200})"""
_OPTION = rf"--([\w-]{{0,40}}(?i:{CERTAIN_KEYS}|{TELLING_KEYS})[\w-]{{0,40}})\s{_VALUE}"
_KEYED = rf"(?i)([\w.-]*(?:{CERTAIN_KEYS}|{TELLING_KEYS})[\w.-]*){_SEPARATOR}{_VALUE}"
_ELEMENT = rf"(?i)<([\w.:-]*(?:{CERTAIN_KEYS}|{TELLING_KEYS})[\w.-]*)>([^<\x1e]{{1,500}})</"
_EMAIL = r"([A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})"
_CARD = (
    r"(?:^|[^\w.+-])([2-6]\d{13,18}|[2-6]\d{3}(?: \d{4}){3}|[2-6]\d{3}(?:-\d{4}){3}"
    r"|3\d{3}[ -]\d{6}[ -]\d{4,5})"
)
_PHONE = (
    r"(?:^|[^\w.+:-])(\+[1-9](?:[ .-]?\(?\d{1,4}\)?){2,6}|\(\d{3}\) ?\d{3}[ -]\d{4}"
    r"|\d{3}-\d{3}-\d{4})"
)


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = 32 * 1024 * 1024
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


def _rule(kind: str, pattern: str, judge: Judge = _always, literal: bytes = b"") -> Rule:
    return Rule(kind, _compiled(pattern), judge, literal)


RULES = (
    _rule("private-key", _PRIVATE_KEY, literal=b"-----BEGIN "),
    _rule("token", f"({ISSUED})"),
    _rule("token", _JWT, literal=b"eyJ"),
    _rule("password", _URL_USER, literal=b"://"),
    _rule("token", _SCHEME, _scheme, literal=b" "),
    _rule("cookie", _COOKIE, _cookie, literal=b"ookie"),
    _rule("secret", _KEYED, _keyed),
    _rule("secret", _OPTION, _keyed, literal=b"--"),
    _rule("secret", _ELEMENT, _keyed, literal=b"</"),
    _rule("secret", _QUERY, _query, literal=b"="),
    _rule("password", _CURL_USER, literal=b"-u"),
    _rule("email", _EMAIL, _email, literal=b"@"),
    _rule("card", _CARD, _card),
    _rule("phone", _PHONE, _phone),
)
KEYED_RULES = frozenset((_keyed,))  # judges whose first group is the key, which stays


def _suspicion() -> Any:
    """One pattern that matches wherever a rule could; what it passes is clean. Apart from numbers
    it only asks for the beginnings of things, and so stays small enough to read most text once,
    as fast as memory allows."""
    keys = rf"(?i:{CERTAIN_KEYS}|{TELLING_KEYS}|cookie)[\w.-]*"
    beginnings = (
        rf"{keys}(?:[\"'\\]{{0,3}}\s{{0,3}}(?:=|:)|>)",
        rf"--[\w-]*{keys}\s",
        "-----BEGIN ",
        _JWT,
        ISSUED,
        _URL_USER,
        _SCHEME,
        _QUERY,
        r"\s-{1,2}u(?:ser)?[ =]",
        _EMAIL,
    )
    parts = [*map(_loosened, beginnings), _CARD, _PHONE]
    # RE2 options of its own groups stay inside: no flag leaks into the next part.
    joined = "|".join(f"(?:{part})" for part in parts).replace("(?:(?i)", "(?i:")
    return _compiled(_without_groups(joined))


def _loosened(pattern: str) -> str:
    """Every counted repetition matches more: three or more of what must stand there at all."""

    def loose(match: re.Match[str]) -> str:
        least = int(match[1])
        return "*" if least == 0 else f"{{{min(least, 3)},}}"

    return re.sub(r"\{(\d+)(?:,\d*)?\}", loose, pattern)


def _without_groups(pattern: str) -> str:
    """Capturing groups made plain: finding needs no captures."""
    result: list[str] = []
    in_class = False
    for i, char in enumerate(pattern):
        result.append(char)
        escaped = i > 0 and pattern[i - 1] == "\\" and not (i > 1 and pattern[i - 2] == "\\")
        if escaped:
            continue
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif char == "(" and not in_class and pattern[i + 1] != "?":
            result.append("?:")
    return "".join(result)


SUSPICION = _suspicion()
