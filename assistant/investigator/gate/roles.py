"""Of two numbers in a sentence, which is the old value and which the new one."""

from __future__ import annotations

import re

from assistant.investigator.gate.quantities import Quantity

_FORWARD = re.compile(
    r"^[^.;]{0,12}?(?:→|->|⟶)[ ~]*$"
    r"|^[^.;,]{0,25}?(?<!opposed)(?<!compared) (?:up to|down to|to|reaching) (?:[a-z]+ ){0,2}~?$"
)
_BACKWARD = re.compile(
    r"^,?[^.;]{0,25}?\b(?:instead of|in place of|as opposed to|rather than|where|formerly|up from|"
    r"down from|from|otherwise|previously|before it was|against|compared (?:to|with)|and not|"
    r"(?:after|over|versus|vs\.?)) "
    r"(?:it was |about |around |the usual |a usual |its usual |a baseline of |only |usually )?$"
)
_WAS_OLD = re.compile(
    r"^[^.;]{0,20}?\b(?:before|usually|earlier|previously|otherwise|normally|used to)\b"
)
_NOW = re.compile(r"\b(?:and|but)(?: is| are)? now\b|\bnow (?:it )?(?:takes?|is|are|needs?)\b")
_BETWEEN = 60


def old_and_new(text: str, one: Quantity, other: Quantity) -> tuple[Quantity, Quantity] | None:
    """(old, new) where the words around them tell; None where they do not, or where the two are
    of different kinds."""
    if one.dimension != other.dimension and one.dimension and other.dimension:
        return None
    between = text[one.end : other.start].lower()
    if len(between) > _BETWEEN:
        return None
    if _FORWARD.match(between):
        return one, other
    if _BACKWARD.match(between):
        return other, one
    if _NOW.search(between):
        return one, other
    after = text[other.end : other.end + 24].lower()
    if _WAS_OLD.match(between):
        return one, other
    if _WAS_OLD.match(after):
        return other, one
    return None
