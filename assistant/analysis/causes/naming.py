"""Which service a metric is about, when its name says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from assistant.domain.signals import SeriesKey

_SHORTEST = 4  # letters below which a name is found in any text by chance


def about(key: SeriesKey, names: Iterable[str]) -> str:
    """Which of `names` a series counts or times calls to: its peer, or the one that its metric's
    name holds as a whole (`egress_error_share_to_cardnet`); '' for none."""
    if key.peer:
        return key.peer if key.peer in names else ""
    name = _plain(key.name)
    found = (n for n in names if len(n) >= _SHORTEST and _names(n, name))
    return max(found, key=len, default="")


def _names(service: str, metric: str) -> bool:
    return re.search(rf"(?:^|_){_plain(service)}(?:_|$)", metric) is not None


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower())
