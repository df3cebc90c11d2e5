"""Numbers written in words: 'four', 'twenty-five', 'seven hundred', 'two thousand and ten'."""

from __future__ import annotations

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_LARGE = {"dozen": 12.0, "hundred": 100.0, "thousand": 1e3, "million": 1e6}
_VALUES = (
    {word: float(n) for n, word in enumerate(_SMALL)}
    | {word: 10.0 * n for n, word in enumerate(_TENS, 2)}
    | {"a": 1.0, "an": 1.0}
)


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_BELOW_HUNDRED = rf"(?:(?:{_any(_TENS)})(?:[- ](?:{_any(_SMALL[1:10])}))?|{_any(_SMALL[1:])})"
_PIECE = rf"(?:{_BELOW_HUNDRED}|an?) (?:{_any(list(_LARGE))})"
_LONG = rf"{_PIECE}(?: (?:and )?{_PIECE})*(?: (?:and )?{_BELOW_HUNDRED})?"
# A source of regular expressions, without groups.
SPELLED = rf"(?:{_LONG}|{_BELOW_HUNDRED}|dozen)"


def spelled(words: str) -> float:
    """Of what SPELLED matches, of 'a' and of digits."""
    total = current = 0.0
    for word in re.split(r"[- ]", words.lower()):
        if word.replace(".", "", 1).isdigit():
            return float(word)
        if word in _LARGE:
            total, current = total + (current or 1.0) * _LARGE[word], 0.0
        else:
            current += _VALUES.get(word, 0.0)
    return total + current
