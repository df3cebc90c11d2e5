"""Units, shares and folds, and the words that say how exact a number is."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.investigator.gate.lexicon.phrases import phrases

# Unit → (dimension, how many of the base unit). Base units: second, share, byte, per second, fold.
UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), ("s", 1e-9)),
    **dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), ("s", 1e-6)),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), ("s", 1e-3)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("s", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("s", 60.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("s", 3600.0)),
    **dict.fromkeys(("d", "day", "days"), ("s", 86400.0)),
    **dict.fromkeys(("%", "percent", "per cent", "pct"), ("%", 0.01)),
    **dict.fromkeys(("percentage point", "percentage points", "pp"), ("%", 0.01)),
    **dict.fromkeys(("b", "byte", "bytes"), ("B", 1.0)),
    **dict.fromkeys(("kb", "kib", "kilobytes"), ("B", 1e3)),
    **dict.fromkeys(("mb", "mib", "megabyte", "megabytes"), ("B", 1e6)),
    **dict.fromkeys(("gb", "gib", "gigabyte", "gigabytes"), ("B", 1e9)),
    **dict.fromkeys(("tb", "tib"), ("B", 1e12)),
    **dict.fromkeys(("x", "×", "times", "fold", "-fold", "-times"), ("x", 1.0)),
    **dict.fromkeys(("/s", "per second", "a second", "rps", "qps", "req/s"), ("/s", 1.0)),
    **dict.fromkeys(("/min", "per minute", "a minute", "rpm"), ("/s", 1 / 60)),
    **dict.fromkeys(("/h", "per hour", "an hour"), ("/s", 1 / 3600)),
}

BINARY_BYTES = 1.024  # kilo of 1,024: a written MB may be either

# Words that are a magnitude by themselves.
FOLDS: Mapping[str, float] = {
    **dict.fromkeys(("twice", "double", "doubled", "doubles", "doubling", "twofold"), 2.0),
    **dict.fromkeys(("triple", "tripled", "triples", "tripling", "thrice", "threefold"), 3.0),
    **dict.fromkeys(("quadruple", "quadrupled", "quadrupling", "fourfold"), 4.0),
    **dict.fromkeys(("quintupled", "fivefold"), 5.0),
    **dict.fromkeys(("sixfold",), 6.0),
    **dict.fromkeys(("sevenfold",), 7.0),
    **dict.fromkeys(("eightfold",), 8.0),
    **dict.fromkeys(("halved", "halves", "halving"), 0.5),
    **dict.fromkeys(("tenfold",), 10.0),
    **dict.fromkeys(("twentyfold",), 20.0),
    **dict.fromkeys(("hundredfold",), 100.0),
}

SHARES: Mapping[str, float] = {
    "half": 1 / 2,
    "third": 1 / 3,
    "thirds": 1 / 3,
    "quarter": 1 / 4,
    "quarters": 1 / 4,
    "fifth": 1 / 5,
    "fifths": 1 / 5,
    **{
        f"{word}{plural}": 1 / number
        for number, word in enumerate(("sixth", "seventh", "eighth", "ninth"), 6)
        for plural in ("", "s")
    },
    "tenth": 1 / 10,
    "tenths": 1 / 10,
    "twentieth": 1 / 20,
    "hundredth": 1 / 100,
}

ROUGH = frozenset(
    "about around approximately roughly nearly almost ~ ≈ circa some close good quite".split()
)

AT_LEAST = frozenset("over above exceeding exceeded least > ≥ beyond".split())

AT_MOST = frozenset("under below most < ≤ within".split())

# Words with which a length of time is one between two events.
DISTANCE = phrases(
    """
    passed, elapsed, took, gap, lag, lay, lies, long, head start, by, ahead, previously,
    before, after, earlier, later, followed, within, ago, until, since, for, then, too late,
    apart, between, past, prior, preceded, into, old, lasted, delay, on
    """
)

# Shares in words: clearly less, and clearly more, than a half.
FEW = phrases(
    """
    a handful of, only a few, just a few, hardly any, barely any, scarcely any, few of, very few, a
    small part of, a small fraction of, a tiny part of, a minority of, an occasional, a small share
    of, a sliver of, next to nothing, little of, isolated
    """
)

MOST = phrases(
    """
    most of, the majority of, nearly all, almost all, nearly every, almost every, the bulk of, the
    lion's share of, the better part of, virtually all, practically all, the greater part of, mostly
    """
)
