"""Words and identifiers of a text, for the lexical side of the search.

`maxPoolSize`, `max_pool_size`, `max.pool-size` and `MAX_POOL_SIZE` are one name in four costumes:
each gives the words max, pool, size and the whole name max_pool_size.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NAME = re.compile(r"\w+(?:(?:[.\-:/$#]|::|->)\w+)*")
_JOINTS = re.compile(r"[\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORDS_PER_NAME = 6  # a longer chain is a path or a class name with its package: its tail counts
_LONGEST = 64  # characters; longer ones are encoded data


class Tokens(NamedTuple):
    words: list[str]  # single words, lower case
    names: list[str]  # whole identifiers of two words or more, joined by '_'


def tokenised(text: str) -> Tokens:
    """In order of appearance, with repetitions; at most as many names as there are chains."""
    words: list[str] = []
    names: list[str] = []
    for chain in _NAME.findall(text):
        for dotted in _JOINTS.split(chain):
            parts = _HUMPS.sub("_", dotted).lower().split("_")
            words.extend(part for part in parts if 0 < len(part) <= _LONGEST)
        whole = [part for part in _JOINTS.split(_HUMPS.sub("_", chain).lower()) if part]
        names.extend(_names(chain, whole))
    return Tokens(words, names)


def _names(chain: str, whole: list[str]) -> list[str]:
    """The chain as one name, and each dotted part of it that is a compound by itself."""
    found = []
    if len(whole) > 1:
        found.append("_".join(whole[-_WORDS_PER_NAME:]))
    for dotted in re.split(r"\W+", chain):
        part = _JOINTS.sub("_", _HUMPS.sub("_", dotted).lower()).strip("_")
        if "_" in part and part not in found:
            found.append(part)
    return [name for name in found if len(name) <= _LONGEST]
