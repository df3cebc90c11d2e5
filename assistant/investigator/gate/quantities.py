"""Numbers with their units, as people and machines write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.investigator.gate.lexicon.measures import (
    AT_LEAST,
    AT_MOST,
    FOLDS,
    ROUGH,
    SHARES,
    UNITS,
)
from assistant.investigator.gate.spelled import SPELLED, spelled

_MOST_ROUND = 0.025  # '4200 ms' may be 4.24 s, '20 connections' may not be 24
_MOST_ROUGH = 0.12  # 'about 100 ms' may be 90 ms


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at [start, end) of a text. `value` is in base units of `dimension` ('s', '%', 'B',
    'x', '/s'; '' without a unit), `shown` as it is written, `slack` how far the truth may be from
    it (in base units), `bound` one of '', 'least', 'most'; `noun` is what is counted."""

    start: int
    end: int
    shown: float
    value: float
    dimension: str
    slack: float
    bound: str = ""
    noun: str = ""
    text: str = ""


_NUMBER = re.compile(
    r"(?<![\w.,:/#@=-])(?P<sign>[-−+]?)(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<exponent>e[+-]?\d{1,2})?(?P<kilo>k(?![A-Za-z]))?",
    re.IGNORECASE,
)
_WORD_NUMBER = re.compile(rf"\b(?!one\b(?! hundred))(?P<word>{SPELLED})\b", re.IGNORECASE)
_FOLD = re.compile(rf"\b({'|'.join(FOLDS)})\b", re.IGNORECASE)
_AGAIN = re.compile(r"\bhalf (?:as \w+ )?again\b", re.IGNORECASE)
_COUNTS = rf"{SPELLED}|an?"
_SHARE = re.compile(rf"\b(?:(?P<many>{_COUNTS})[- ])?(?P<part>{'|'.join(SHARES)})\b", re.IGNORECASE)
_OF = re.compile(
    rf"\b(?P<part>{_COUNTS}|\d+) (?:[a-z]+ )?(?:in|out of|of)(?: every)? "
    rf"(?P<whole>{_COUNTS}|\d+)\b(?! ?%|\.\d|\d)",
    re.IGNORECASE,
)
_HALVES = re.compile(rf"\b(?P<whole>\d+|{_COUNTS}) and a half\b", re.IGNORECASE)
_PART_OF_UNIT = re.compile(r"^ (?:of )?an? (second|minute|hour|day)\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[ \u00a0\u202f-]?(" + "|".join(re.escape(u) for u in sorted(UNITS, key=len)[::-1]) + r")"
    r"(?![A-Za-z_])",
    re.IGNORECASE,
)
_PER = re.compile(r" ?(?:/ ?(s|sec|second|min|minute|h)|(?:per|a|each) (second|minute|hour))\b")
_RATE = re.compile(rf"(?: [a-z]+){{1,2}}{_PER.pattern}")
_NOUN = re.compile(r"[- ]((?:[a-z]+ ){0,2}[a-z]+)", re.IGNORECASE)
_BEFORE = re.compile(r"([~≈<>≥]|[A-Za-z]+)\s*$")
_ROLES = re.compile(
    r"^(?: at(?: the)?(?: \w+)?)? *,? ?(?:instead of|rather than|where|from|down from|up from"
    r"|against|before it was|not|compared (?:to|with)|formerly|previously|after|over|versus|vs\.?)"
    r"(?: \w+){0,2} ?$"
)
_FORMERLY = re.compile(r" (?:before|previously|formerly|earlier|usually|normally|otherwise)\b")
_NEAR = 20  # characters between '175 ms' and '27 before'
_JOINED = re.compile(
    r"^(?: ?[a-zµ%]{0,3})? ?(?:to|and|-|–|→|->|or|out of|of|vs\.?|versus|up to|down to|rather than|"
    r"instead of) ?(?:about |around |over |only |just |~)?$"
)
_AT_MOST = re.compile(r"\b(?:less than|fewer than|no more than|not more than)\b")
_AT_LEAST = re.compile(r"\b(?:more than|no less than|no fewer than|not less than)\b")
_STATUSES = frozenset(map(str, (400, 401, 403, 404, 408, 409, 429, 500, 501, 502, 503, 504)))
_PER_BASE = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 1 / 60, "minute": 1 / 60, "h": 1 / 3600}
_PER_BASE["hour"] = 1 / 3600


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All of a text, in order. 'From 120 to 180 ms' gives both the unit."""
    halves = list(_halves(text))
    rest = _without(text, halves)
    phrases = [*halves, *_shares(rest)]
    rest = _without(rest, phrases)
    found = sorted([*phrases, *_digits(rest), *_words(rest)], key=lambda q: q.start)
    return tuple(_share_units(text, found))


def _without(text: str, found: Iterable[Quantity]) -> str:
    for one in found:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return text


def _halves(text: str) -> Iterator[Quantity]:
    """'13 and a half minutes', 'half as long again'."""
    for match in _AGAIN.finditer(text):
        yield Quantity(*match.span(), 1.5, 1.5, "x", 0.15, _bound(text, match.start()),
                       text=match[0])  # fmt: skip
    for match in _HALVES.finditer(text):
        yield _measured(text, match.start(), match.end(), spelled(match["whole"]) + 0.5, 0.5)


def _shares(text: str) -> Iterator[Quantity]:
    """'Four in five', 'three quarters', 'half a second', 'a quarter of an hour'."""
    for match in _OF.finditer(text):
        part, whole = spelled(match["part"]), spelled(match["whole"])
        if match["part"].lower() in ("a", "an"):
            continue
        if match["part"].isdigit() or match["whole"].isdigit() or not 0 < part < whole:
            continue  # '29 of 40' are two counts
        yield _share(text, match.start(), match.end(), part / whole, min(0.06, 0.3 * part / whole))
    for match in _SHARE.finditer(text):
        word = match["part"].lower()
        if not match["many"] and word != "half":
            continue  # 'the third', 'this quarter'
        if text[max(0, match.start() - 4) : match.start()].lower() in ("and ", "nd a"):
            continue
        share = SHARES[word] * spelled(match["many"] or "a")
        unit = _PART_OF_UNIT.match(text, match.end()) or _PART_OF_UNIT.match(text[match.end() :])
        if unit:
            base = UNITS[unit[1].lower()][1]
            end = match.end() + len(unit[0])
            yield Quantity(match.start(), end, share, share * base, "s", 0.12 * share * base,
                           _bound(text, match.start()), text=text[match.start() : end])  # fmt: skip
        else:
            slack = 0.08 if _rough(text, match.start()) else 0.05
            yield _share(text, match.start(), match.end(), share, slack)


def _share(text: str, start: int, end: int, value: float, slack: float) -> Quantity:
    return Quantity(start, end, value, value, "%", slack, _bound(text, start), text=text[start:end])


def _digits(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        after = text[match.end() : match.end() + 1]
        if after.isalpha() and not _UNIT.match(text, match.end()):
            continue  # part of a name: 5xx, 3rd, 2h4
        if after in ("_", "/") and not _PER.match(text, match.end()):
            continue
        digits = match["digits"].replace(",", "")
        shown = float(digits + (match["exponent"] or "")) * (1000 if match["kilo"] else 1)
        if match["sign"] in ("-", "−"):
            shown = -shown
        step = _step(digits, match["exponent"]) * (1000 if match["kilo"] else 1)
        if match["digits"] in _STATUSES and after == "s":
            yield Quantity(*match.span(), shown, shown, "", 0.5, noun="answers", text=match[0])
            continue  # '503s' are answers
        yield _measured(text, match.start(), match.end(), shown, step)


def _step(digits: str, exponent: str | None) -> float:
    """One unit in the last written place."""
    decimals = len(digits.partition(".")[2])
    return float(10.0 ** (int((exponent or "e0")[1:]) - decimals))


def _words(text: str) -> Iterator[Quantity]:
    for match in _WORD_NUMBER.finditer(text):
        yield _measured(text, match.start(), match.end(), spelled(match["word"]), 1.0)
    for match in _FOLD.finditer(text):
        fold = FOLDS[match[1].lower()]
        yield Quantity(*match.span(), fold, fold, "x", 0.13 * fold, _bound(text, match.start()),
                       text=match[0])  # fmt: skip


def _measured(text: str, start: int, end: int, shown: float, step: float) -> Quantity:
    rough = _rough(text, start)
    base, dimension, noun = 1.0, "", ""
    if unit := _UNIT.match(text, end):
        dimension, base = UNITS[unit[1].lower()]
        end = unit.end()
    if dimension in ("", "B") and (per := _per(text, end)):
        dimension, base, end = "/s", per[0] * base, per[1]
    if not dimension and (named := _NOUN.match(text, end)):
        noun = named[1].lower()
        if rate := _RATE.match(text, end):
            dimension, base = "/s", _PER_BASE[rate[1] or rate[2]]
    slack = max(step / 2, min(_rounding(shown), abs(shown) * _MOST_ROUND))
    if rough:
        slack = max(slack, abs(shown) * _MOST_ROUGH)
    return Quantity(
        start, end, shown, shown * base, dimension, slack * base, _bound(text, start), noun,
        text[start:end],
    )  # fmt: skip


def _per(text: str, at: int) -> tuple[float, int] | None:
    found = _PER.match(text, at)
    return (_PER_BASE[found[1] or found[2]], found.end()) if found else None


def _rounding(shown: float) -> float:
    """Half of the last digit that is not a zero: 4200 may stand for 4150 to 4250."""
    whole = abs(shown)
    if whole < 10 or whole != int(whole):
        return 0.0
    zeros = len(str(int(whole))) - len(str(int(whole)).rstrip("0"))
    return float(10**zeros) / 2


def _rough(text: str, start: int) -> bool:
    word = _BEFORE.search(text[max(0, start - 16) : start])
    return bool(word) and word[1].lower() in ROUGH  # type: ignore[index]


def _bound(text: str, start: int) -> str:
    before = text[max(0, start - 20) : start].lower()
    if at_most := _AT_MOST.search(before) or _AT_LEAST.search(before):
        return "most" if at_most.re is _AT_MOST else "least"
    words = re.findall(r"[a-z]+|[<>≥≤~]", before)[-1:]
    if words and words[0] in AT_LEAST:
        return "least"
    return "most" if words and words[0] in AT_MOST else ""


def _share_units(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    for number, one in enumerate(found):
        earlier = found[number - 1] if number else None
        united = not one.dimension and earlier and earlier.dimension in ("s", "B", "%")
        between = text[earlier.end : one.start] if earlier else ""
        told = _ROLES.match(between) or (_FORMERLY.match(text, one.end) and len(between) < _NEAR)
        if united and earlier and told:
            yield _like(one, earlier)
            continue
        following = found[number + 1] if number + 1 < len(found) else None
        joined = following and _JOINED.match(text[one.end : following.start])
        if not one.dimension and joined and following and following.dimension in ("s", "B", "%"):
            one = _like(one, following)
        yield one


def _like(one: Quantity, other: Quantity) -> Quantity:
    """With the unit of the other."""
    base = other.value / other.shown if other.shown else 1.0
    return replace(one, value=one.shown * base, slack=one.slack * base, dimension=other.dimension)
