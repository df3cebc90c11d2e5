"""Numbers stand in the evidence, or follow from it, in the precision in which they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain.evidence import EvidenceKind
from assistant.investigator.gate.facts import Fact, durations, facts_of
from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.lexicon.measures import BINARY_BYTES, DISTANCE, FOLDS
from assistant.investigator.gate.quantities import Quantity
from assistant.investigator.gate.reading import Reading

_EVERY = re.compile(r"\bevery $", re.IGNORECASE)  # how often
_ROUND_PERIOD = 0.15
_LOOSE = 1.5  # 'more than 4 s' of 4.2 s, not of 40 s
_EXACT = 1e-9
_REST = (
    "succeed", "success", "available", "availability", "remaining", "others", "the rest", "miss",
    "hit", "free", "left",
)  # fmt: skip
_SMALL = ("two", "three")
_EVENTS = (
    "request", "error", "fail", "call", "record", "time", "deploy", "commit", "flag", "change",
    "replica", "pod", "restart", "kill", "retr", "connection", "minute", "second", "hour",
)  # fmt: skip
_COUNTED = {
    "commit": EvidenceKind.COMMIT,
    "deployment": EvidenceKind.DEPLOYMENT,
    "flag": EvidenceKind.FLAG,
}


def check_numbers(reading: Reading, grounds: Grounds) -> Iterator[str]:
    facts = facts_of(grounds)
    for quantity in reading.quantities:
        if not _holds(quantity, reading, grounds, facts):
            yield (
                f"“{quantity.text.strip()}” neither stands in the evidence cited nor follows from "
                "it: write the number as the evidence has it, or cite where it stands."
            )


def _holds(q: Quantity, reading: Reading, grounds: Grounds, facts: Sequence[Fact]) -> bool:
    if not q.dimension and "service" in q.noun:
        written = re.search(rf"\b{q.shown:.0f} services?\b", " ".join(grounds.texts))
        return written is not None or _is_count(q, reading, grounds)
    if any(matches(q, fact) for fact in facts):
        return True
    if q.dimension == "s" and _EVERY.search(reading.plain[: q.start]):
        return any(_is_period(q, fact) for fact in facts)
    if q.dimension == "s" and _tells_a_distance(q, reading) and _between_moments(q, grounds):
        return True
    if q.dimension and _is_sum(q, reading, facts):
        return True
    if q.dimension == "%" and "confiden" in reading.text.lower():
        return abs(q.value - grounds.report.confidence) <= q.slack + _EXACT
    if q.dimension == "%" and (_is_share(q, reading, grounds) or _is_rest(q, reading, facts)):
        return True
    return not q.dimension and _is_count(q, reading, grounds)


def _is_sum(q: Quantity, reading: Reading, facts: Sequence[Fact]) -> bool:
    """Of all other numbers of its kind in the sentence, which hold by themselves."""
    others = [o for o in reading.quantities if o is not q and o.dimension == q.dimension]
    held = all(any(matches(o, fact) for fact in facts) for o in others)
    total = sum(o.value for o in others)
    return len(others) > 1 and held and _near(q, total, sum(o.slack for o in others))


def _is_period(q: Quantity, fact: Fact) -> bool:
    """'Every three seconds' of 0.3 per second, or of a setting that is a period."""
    if fact.dimension == "/s":
        return fact.value > 0 and _near(q, 1 / fact.value, _ROUND_PERIOD * q.value)
    return fact.dimension in ("", "free") and _near(q, fact.value, 0)


def _is_share(q: Quantity, reading: Reading, grounds: Grounds) -> bool:
    """Of calls, or of two numbers of one piece of evidence that the sentence names both."""
    shares = [c.failed / c.calls for c in grounds.calls if c.calls]
    if reading.said(_REST):
        shares += [1 - share for share in shares]
    counts = [o.shown for o in reading.quantities if not o.dimension]
    shares += [a / b for a in counts for b in counts if 0 <= a < b]
    return any(_near(q, share, 0) for share in shares)


def _is_rest(q: Quantity, reading: Reading, facts: Sequence[Fact]) -> bool:
    """'99 % succeed' of an error ratio of 0.01."""
    return reading.said(_REST) and any(
        f.dimension == "%" and 0 <= f.value <= 1 and _near(q, 1 - f.value, 0) for f in facts
    )


def matches(q: Quantity, fact: Fact) -> bool:
    """Whether the fact is what the quantity says; units convert, unknown units never do."""
    if q.dimension == fact.dimension:
        return _near(q, fact.value, fact.slack) or (
            q.dimension == "B" and any(_near(q, fact.value * f, 0) for f in _binary())
        )
    if fact.dimension == "free" and q.dimension == "s":
        return _near(q, fact.value, 0)
    if not q.dimension:
        return _near_shown(q, fact.shown)
    if fact.dimension in ("", "free") and q.dimension == "%":
        return abs(fact.shown) <= _LOOSE and _near(q, fact.shown, 0)
    if fact.dimension in ("", "free") and q.dimension in ("/s", "x"):
        return q.value == q.shown and q.text.lower() not in FOLDS and _near_shown(q, fact.shown)
    return q.dimension == "x" and fact.dimension == "%" and _near(q, fact.value, 0)


def _binary() -> tuple[float, ...]:
    return tuple(BINARY_BYTES**n for n in (-3, -2, -1, 1, 2, 3))


def _near(q: Quantity, value: float, slack: float) -> bool:
    return _compare(q.value, value, q.slack + slack, q.bound)


def _near_shown(q: Quantity, shown: float) -> bool:
    size = abs(q.value / q.shown) if q.shown else 1.0
    return _compare(q.shown, shown, q.slack / size, q.bound)


def _compare(said: float, value: float, slack: float, bound: str) -> bool:
    if abs(said - value) <= slack * (1 + _EXACT) + _EXACT:
        return True
    if bound == "least":
        return said <= value <= said * _LOOSE
    return bound == "most" and said / _LOOSE <= value <= said


def _tells_a_distance(q: Quantity, reading: Reading) -> bool:
    return q.value >= 1 and ((q.shown >= 1 and q.value > q.shown) or reading.said(DISTANCE))


def _between_moments(q: Quantity, grounds: Grounds) -> bool:
    return any(near - q.slack <= q.value <= far + q.slack for near, far in durations(grounds))


def _is_count(q: Quantity, reading: Reading, grounds: Grounds) -> bool:
    """How many services, pieces of evidence, suspects, changes."""
    report, noun = grounds.report, q.noun
    count = round(q.shown)
    if "service" in noun:
        hurt = len(report.impact.services)
        if any(word in noun for word in ("more", "other", "further")):
            return count == hurt
        named = len({m.name for m in reading.services})
        return count in (hurt, hurt + 1, named, len({e.service for e in grounds.cited} - {""}))
    if any(word in noun for word in ("signal", "source", "evidence", "series", "anomal")):
        return count in (len(grounds.cited), len(grounds.courses), len(report.anomalies))
    if "hop" in noun or "step" in noun:
        return count == len(report.causal_path)
    if "suspect" in noun or "hypothes" in noun:
        return count in (len(report.suspects), len(report.hypotheses))
    if q.text.lower() in _SMALL and not any(word in noun for word in _EVENTS):
        return True  # 'in two steps', 'both of the three': a manner of speaking
    for word, kind in _COUNTED.items():
        if word in noun:
            marks = [m for m in report.timeline if m.kind == word]
            return count in (sum(e.kind is kind for e in grounds.cited), len(marks))
    return False
