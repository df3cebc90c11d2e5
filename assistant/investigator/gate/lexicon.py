"""The words the gate reads, as data: units, number words, verbs of direction, order, cause, change
and absence. A word that is not here is not checked; one that is here must hold."""

from __future__ import annotations

from collections.abc import Mapping

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

NUMBER_WORDS: Mapping[str, float] = {
    word: float(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0, "dozen": 12.0}

# Words that are a magnitude by themselves.
FOLDS: Mapping[str, float] = {
    **dict.fromkeys(("twice", "double", "doubled", "doubles", "doubling"), 2.0),
    **dict.fromkeys(("triple", "tripled", "triples", "tripling", "thrice"), 3.0),
    **dict.fromkeys(("quadruple", "quadrupled", "quadrupling"), 4.0),
    **dict.fromkeys(("quintupled", "fivefold"), 5.0),
    **dict.fromkeys(("halved", "halves", "halving"), 0.5),
    **dict.fromkeys(("twofold",), 2.0),
    **dict.fromkeys(("threefold",), 3.0),
    **dict.fromkeys(("fourfold",), 4.0),
    **dict.fromkeys(("tenfold",), 10.0),
    **dict.fromkeys(("hundredfold",), 100.0),
}
SHARES: Mapping[str, float] = {"half": 0.5, "third": 1 / 3, "quarter": 0.25}

ROUGH = frozenset(
    "about around approximately roughly nearly almost ~ ≈ circa some close approx".split()
)
AT_LEAST = frozenset("over above exceeding exceeded least > ≥ beyond than+".split())
AT_MOST = frozenset("under below most < ≤ within than-".split())

# Stems (Snowball, English) of verbs and nouns of direction.
ROSE = frozenset(
    "rose rise risen climb climbs jump spike increas grew grow surg soar rocket went+up balloon "
    "higher elev worsen slow degrad inflat multipli doubl tripl quadrupl escal shot peak skyrocket "
    "swell swelled fill exhaust satur more longer slower exceed climbed slowed".split()
)
FELL = frozenset(
    "fell fall fallen drop declin decreas sank sink dip plung plummet shrank shrink lower reduc "
    "collaps halv less fewer faster improv shorter tumbl slid".split()
)
APPEARED = frozenset("appear emerg new".split())
STOPPED = frozenset("stop ceas vanish disappear silent halt".split())
RECOVERED = frozenset("recov subsid normalis normal resolv end settl".split())
STILL = frozenset("ongo still persist continu unresolv".split())

# Between two things in this order: how the first stands to the second.
BEFORE = ("before", "prior to", "ahead of", "preceded", "precedes", "preceding", "earlier than",
          "followed by", "led", "leads")  # fmt: skip
AFTER = ("after", "following", "followed", "follows", "later than", "once", "since")
NEXT = ("then", "afterwards", "subsequently", "later", "next")

# Between cause and effect, cause first …
CAUSES = (
    "caused", "causes", "cause", "causing", "led to", "leads to", "leading to", "triggered",
    "triggers", "triggering", "introduced", "introduces", "introducing", "broke", "breaks",
    "breaking", "made", "makes", "resulted in", "results in", "resulting in", "produced",
    "brought about", "brought down", "took down", "is responsible for", "was responsible for",
    "is to blame for", "is the cause of", "was the cause of", "is the root cause of",
    "was the root cause of", "explains", "exhausted", "overloaded", "saturated", "drove",
    "is behind", "was behind", "knocked", "degraded", "propagated to", "spread to", "reached",
    "cascaded to", "cascaded into", "starved", "slowed", "forced",
)  # fmt: skip
# … and effect first.
CAUSED_BY = (
    "caused by", "due to", "because of", "because", "triggered by", "as a result of", "owing to",
    "introduced by", "broken by", "result of", "driven by", "stems from", "stemmed from",
    "brought about by", "attributable to", "originates in", "originated in", "originates from",
    "originated from", "comes from", "came from", "explained by", "led by", "since it depends on",
    "blamed on", "traced to", "traced back to", "inherited from", "induced by",
)  # fmt: skip

NOT = frozenset(
    "not no never without neither nor none didn't doesn't wasn't isn't hasn't weren't don't "
    "aren't cannot can't couldn't nothing nobody".split()
)
INNOCENT = (
    "innocent", "ruled out", "rule out", "rules out", "unrelated", "not guilty", "not the cause",
    "not the culprit", "not responsible", "not to blame", "exonerated", "cleared", "no part in",
    "red herring", "coincidental", "irrelevant", "harmless",
)  # fmt: skip
GUILTY = ("guilty", "culprit", "root cause", "to blame", "responsible", "at fault")
UNHURT = (
    "unaffected", "healthy", "unharmed", "not affected", "as usual", "unchanged", "flat", "stable",
    "steady", "at its baseline", "within its baseline", "normal", "intact",
)  # fmt: skip

HEDGES = frozenset(
    "may might could possibly perhaps probably likely plausible plausibly suspect suspected "
    "suggests suggest hypothesis apparently seemingly presumably unlikely".split()
)

# What a change does, and what a series or a service does: whose time is meant.
CHANGE_VERBS = frozenset(
    "deploy releas roll rollout ship merg commit flip switch enabl disabl toggl effect push "
    "took publish rolled".split()
)
CHANGE_NOUNS = frozenset(
    "deploy deployment rollout releas commit chang flag version config configur revis".split()
)
ANOMALY_WORDS = frozenset(
    "rose climb jump spike increas grew fell drop appear fail error timeout onset began begin "
    "start degrad slow surg exhaust first full satur stop".split()
)
