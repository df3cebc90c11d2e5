"""The words the gate reads, as data: units, number words, and the cues of direction, order, cause,
guilt and absence. What is not here is not checked; what is here must hold.

Cues are phrases in lower case, each for every inflection of its words; `=` behind one asks for that
very form, ` * ` stands for up to three words."""

from __future__ import annotations

from collections.abc import Mapping


def _phrases(text: str) -> tuple[str, ...]:
    """Phrases separated by commas."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


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

ROSE = _phrases(
    """
    got worse, gets worse, got bigger, got higher, got longer, crept upwards, went upwards,
    more calls, more requests, more errors, more queries, more * than before, more * than
    usual, swelled, mounting, piling up, longer and longer, scaled up, fills up, multiplies,
    spiralled, ran up, longer than, leapt, leaped, crept up, edged up, ticked up, exploded,
    lengthened, prolonged, deteriorate, accumulate, up by, shot through, jumped, rocket,
    swollen, widened, higher than, stretched, blew up, worsened, overshot, mushroomed, rose,
    rise, risen, climb, spike, increase, grew, grow, growth, surge, soar, went up, goes up,
    going up, gone up, had gone up, ballooned, worse, slowed, got slow, got slower, became
    slow, became slower, degrade, escalate, shot up, skyrocket, building up, built up, slower,
    busier, higher, up from, double, triple, quadruple, inflated, through the roof, take off,
    took off, boom, boomed, creep up, edge up, shoot up, go north, mount, lengthen, swell,
    multiply, inflate, balloon, mushroom, snowball, upswing, uptick, upsurge, elevated, hike,
    hiked, amplify, heighten, enlarge, expand, more and more, pick up, picked up, flare up,
    flared up, blow up, twice as, upward
    """
)
FELL = _phrases(
    """
    got better, gets better, calmed down, came back down, got smaller, lessened, bottomed out,
    hit a low, came down to, relaxed to, fewer calls, fewer requests, fewer errors, fewer
    queries, fewer * than, less * than before, less * than usual, sagged, shorter than, tapered
    off, died down, cooled, recedes, emptied, relieved, freed up, scaled down, shed, tanked,
    nosedived, cratered, slumped, waned, abated, down by, speeded up, lower than, contracted,
    thinned, quickened, faster than, dwindled, deflated, crept down, trimmed, fell, falls,
    fallen, drop, declining, declined to, declined from, declined by, decrease, sank, sink,
    sunk, dip, plunge, plummet, shrank, shrink, shrunk, lowered, reduce, collapsed=, halve,
    faster, sped up, improve, tumble, slid, went down, goes down, going down, gone down, cut
    to, cut by, was cut, down from, less busy, worked off, eased, shorter, recovered to,
    quicker, became fast, became faster, got fast, got faster, diminish, dry up, dried up,
    fade, faded, ebb, ebbed away, recede, dwindle, wane, abate, slacken, subside, ease off,
    level down, fall off, falls off, fell off, nosedive, crater, tail off, tailed off, go
    south, slump, thin out, downswing, downturn, downward, fewer and fewer, less and less, let
    up, die down, melt away, contract=, curtail
    """
)
APPEARED = _phrases(
    """
    appeared, appears in, first appears, emerged, showed up
    """
)
STOPPED = _phrases(
    """
    stopped, ceased, vanished, disappear, went silent, fell silent, halted, dried up, dry up
    """
)
ENDED = _phrases(
    """
    come back down, came back down, gone back down, has passed, is gone, are gone, went away,
    has gone away, cleared up, came to an end, ended=, was back at, is back at, recovered, has
    ended, subsided, back to normal, normalised=, normalized=, is over, was over, returned to,
    has stopped, is back down, resolved=
    """
)
GOES_ON = _phrases(
    """
    still high, still elevated, remains high, remains elevated, stays high, is still up, are
    still up, is still at, are still at, still at, still takes, still fails, still slow, keeps
    failing, to this day, even now, goes on, still going on, ongoing, persists, has not
    recovered, continues, unresolved, to this moment, has not ended, stuck, ever since, has
    remained at, remained at, remains at, stays at, stayed at, has stayed
    """
)
# What code and people do to a value as well as series do: no direction where a change is spoken of.
AMBIGUOUS = _phrases(
    """
    drop, lower, reduc, cut, increas, shrink, halv, doubl, up to, grow, shorter, higher, rais,
    tripl, improv, slow, down to, degrad, build
    """
)

# Shares in words: clearly less, and clearly more, than a half.
FEW = _phrases(
    """
    a handful of, only a few, just a few, hardly any, barely any, scarcely any, few of, very few, a
    small part of, a small fraction of, a tiny part of, a minority of, an occasional, a small share
    of, a sliver of, next to nothing, little of, isolated
    """
)
MOST = _phrases(
    """
    most of, the majority of, nearly all, almost all, nearly every, almost every, the bulk of, the
    lion's share of, the better part of, virtually all, practically all, the greater part of, mostly
    """
)
# That a series did not move.
FLAT = _phrases(
    """
    within * range, within * limits, within * bounds, within * band, at * usual level, at *
    normal level, at * usual pace, never left, never exceeded, never went above, never rose
    above, never strayed, never budged, did not budge, didn't budge, at zero, did not change,
    didn't change, flat, did not move, didn't move, hardly moved, barely moved, hardly changed,
    barely changed, unchanged, constant, is stable, was stable, remained stable, stayed stable,
    steady, stayed the same, remained the same, kept its level, as * as ever, as * as always,
    as they always, as it always, always has, always have, always did
    """
)

# Cues between two events, by how the one on the left stands to the one on the right.
BEFORE = _phrases(
    """
    predates, antedates, precede, came ahead of, before, prior to, ahead of, earlier than,
    followed by, already * when, by the time, and only then, sooner than
    """
)
AFTER = _phrases(
    """
    postdates, on the heels of, as soon as, upon, only when, no sooner than, after, followed,
    later than, in the wake of, only once, subsequent to
    """
)
# Words with which a length of time is one between two events.
DISTANCE = _phrases(
    """
    passed, elapsed, took, gap, lag, lay, lies, long, head start, by, ahead, previously,
    before, after, earlier, later, followed, within, ago, until, since, for, then, too late,
    apart, between, past, prior, preceded, into, old, lasted, delay, on
    """
)
EARLIER = _phrases(
    """
    earlier
    """
)
LATER = _phrases(
    """
    then, later, afterwards, subsequently, thereafter
    """
)

CAUSES = _phrases(
    """
    is responsible for, was responsible for, are responsible for, are to blame for, is to blame
    for, was to blame for, is to blame, was to blame, the reason for, made trouble for, makes
    trouble for, passed * on to, poisons, reached, felled, lies behind, stands behind, sits
    behind, are behind, congested, to its knees, chokes off, brings * to, slows * down, wears
    out, wore out, is at the bottom of, spilled over, rippled, bled into, fed back,
    reverberate, affects, impacts, jams, clogs, burdens, overruns, overran, trips, pushes *
    over, snowball, hampers, hinders, make, cause, trigger, break, exhaust, overload, saturate,
    starve, drag, lead to, result in, brought * to, bring * down, kill, block, introduce,
    produce, propagate, delay, drain, flood, spoil, spoilt, wreak, topple, cripple, swamp,
    hogs, knock * over, leak, sparked, provoked, prompted, set off, kicked off, gave rise to,
    gives rise to, underlies, at the root, the trigger, destabilise, destabilize, impaired,
    wrecked, ate up, eats up, used up, consumes, holds up, held up, bogged down, weighs on,
    contributed to, played a part, passes on, takes out, took out, disrupted, spread, is what
    makes, has broken, has slowed, has caused, rendered, damaged, undermines, bottleneck,
    throttles, led to, broke, made, brought about, brought * down, took down, takes down,
    knocked out, responsible for, to blame for, the cause, the root cause, is why, was why,
    explains, drove, drives, is behind, was behind, propagated to, spread to, cascaded, slow
    down, forced, defeated, lets, filled, so many, guilty, culprit, at fault, crashed, accounts
    for, degraded, hurt, infected, choked, overwhelmed, cost, ruined, stalled, pulled down,
    slowed=, slows=, the origin of, the source of, the root of, lies at the heart of, at the
    heart of, is the reason, was the reason, bears the blame, to thank for
    """
)
CAUSED_BY = _phrases(
    """
    inherits * from, originate in, originate from, go back to, goes back to, went back to,
    trace back to, can be traced to, have their origin in, has its origin in, have their roots
    in, rooted at, begin in, began in, a consequence of, a victim of, victim of, provoked by,
    prompted by, sparked by, set off by, at the hands of, under the weight of, flow from,
    arises from, arose from, results from, follows from, rooted in, passed on from, passed on
    by, drained by, delayed by, blocked by, the product of, as a consequence of, hurt by,
    affected by, made slow by, made worse by, caused by, due to, because of, because, triggered
    by, as a result of, owing to, introduced by, broken by, result of, driven by, stems from,
    brought about by, attributable to, come from, came from, explained by, blamed on, traced
    to, inherited from, induced by, suffers from, the doing of, on account of, thanks to, down
    to the, in consequence of, consequence of, waits for, is waiting for, dragged down by,
    brought down by, slowed by, slowed down by, overloaded by, exhausted by, responds to, in
    response to, in reaction to, starved by, can be put down to, the fault of, the work of,
    owes, as it waits, hit by, pulled down by, held up by
    """
)

INNOCENT = _phrases(
    """
    off the list, unlikely, beyond suspicion, above suspicion, in the clear, no suspect,
    acquit, acquittal, uninvolved, independent of, dismissed, set aside, exclude, false lead,
    distraction, decoy, by chance, benign, inert, not relevant, cannot have, could not have,
    couldn't have, can't have, cannot be, can't be, no fault, no culprit, no change is, no
    deployment is, no commit is, blameless, side issue, non-issue, far too late, makes no
    difference, made no difference, nothing wrong with, no consequence, innocent, innocently,
    ruled out, unrelated, not guilty, exonerate, cleared of, no part in, red herring,
    coincidence=, coincidental, irrelevant, harmless, no harm, no effect, no influence, no
    impact, no bearing, no connection, no relation, nothing to do with, no link, explains
    nothing, too late to, without effect, without consequence, without anything, not involved,
    isn't involved, no change is guilty, no change is to blame, no release is to blame, no
    deployment, no commit, no role, beside the point, bystander, no blame, can be excluded, is
    excluded, no contribution, has nothing to, had nothing to, played no, without any effect,
    without impact, off the hook, out of the question, no change caused, no change explains,
    nobody's change, no recent change, no release, no flag, unconnected, not connected, does
    nothing to, did nothing to, is cleared, are cleared, was cleared, can be disregarded, can
    be ignored, can be discounted, not a candidate, no candidate, is acquitted, had no hand in,
    has no hand in, not to blame, not at fault, is off the table, an unlikely, without blame,
    not implicated, not part of, no part of, a separate matter, a separate issue
    """
)
# With a 'not', 'neither' or 'never' before them in the clause these acquit as well.
BLAME = _phrases(
    """
    makes, causes, brings, leads to, leak, drives, drove, explain, explanation, to blame,
    blamed, responsible, guilty, behind, culprit, involved, reason, root cause, led to,
    trigger, introduce, break, broke, affect, contribute, brought, made, matter, at fault,
    account for, produce, the source, origin, prove, hurt, harm, influence, stem, due to,
    because
    """
)

FAILURES = _phrases(
    """
    in short supply, short of, ran short, ran dry, runs dry, ran out, runs out, in vain,
    without success, to no avail, exceeded, exhausted, expired, starved, stuck, hang, hung,
    issue, outage, impair, impairment, broken, unavailable, unavailability, 5xx, 4xx, abort,
    dropped out, hiccup, interrupt, error, fail, failure, refuse, refusal, trouble, problem,
    timeout, timed out, turned away, anomaly, anomalous, deviate, rejected, wrong, exception,
    crash, lost, denied, complain, complaint, suffer, affected, impact, symptom, degrade,
    delay, unusual, unusually, out of the ordinary, amiss, left its baseline, harm, harmful
    """
)
SUCCESSES = _phrases(
    """
    resolve, gets through, got through, succeed, goes through, go through, went through,
    is answered,
    are answered, completes, is served, came back, come back, an answer
    """
)
UNHURT = _phrases(
    """
    to spare, plenty of, up and running, handles everything, answers every, answers all, serves
    all, serves every, successfully, went well, worked=, worked well, zero errors, zero
    failures, fails nowhere, nothing fails, as fast as, as quick as, as quickly as, is normal,
    are normal, looks normal, was normal, stayed normal, remained normal, works normally,
    behaves normally, back at normal, feels nothing, felt nothing, noticed nothing, sees
    nothing of, saw nothing of, hardly affected, barely affected, never noticed, goes unharmed,
    carries on as, is well, are well, survived, not touched, no slower, no worse, undiminished,
    in perfect order, no trouble, doing fine, running fine, runs normally, untouched by, not
    degraded, escaped, no issue, undisturbed, immune, free of errors, free from errors, kept
    working, keeps working, kept serving, operational, responsive, in order, all right, okay,
    unimpaired, undamaged, unbothered, untroubled, uneventful, clean, as ever, like before, no
    different, fully available, not hurt, good shape, performs well, held steady, remained
    healthy, stayed healthy, keeps up, kept up, works as intended, unaffected, healthy,
    unharmed, as usual, unchanged, stable, steady, within its baseline, at its baseline, within
    their baseline, intact, spared, is fine, are fine, was fine, as before, still works,
    unscathed, in good health, smoothly, flawless, flawlessly, without a hitch, untouched,
    error-free, works fine, stayed flat, remained flat, is flat, stayed the same, succeeded,
    all succeed, did well, kept its, keeps its, in time, on time, promptly, without fail,
    without difficulty, without delay, without incident, without problems, without any problem,
    as swiftly as, as swift as, like any other, same as always, same as ever, unfazed, can rely
    on, can count on, no complaints, nothing to complain, undeterred, in good order, ran as
    planned
    """
)
# 'Un-' before one of these says the same as 'is well'.
HARMED = tuple(
    "affect harm hurt disturb touch impair damage trouble bother scathe change hinder interrupt "
    "perturb faze impress shake diminish fail disrupt degrade".split()
)
# With one of these verbs shortly before them, these adjectives say that somebody is well.
LINKING = frozenset(
    "is are was were be been being stay stays stayed remain remains remained keep keeps kept hold "
    "holds held look looks looked seem seems seemed sit sits sat run runs ran feel feels felt "
    "stand stands stood prove proves proved continues continued".split()
)
WELL = frozenset(
    "available idle healthy responsive reachable normal calm quiet steady stable fine well intact "
    "constant clean operational empty green sound silent relaxed".split()
)
# That something happened or is there, of which it is said that it did not or is not.
EXISTS = _phrases(
    """
    deploy, redeploy, release, roll out, shipped, happen, occur, take place, took place, made,
    merge, found, seen, there is, there are, there was, there were, exist, precede, took
    effect, went out, went live, came before, fell into, on record, carried out, touched,
    switched, flipped, saw, see, sees
    """
)
# What a log does.
SAYS = _phrases(
    """
    mention, mentions, points to, point to, says, say, names, name, speaks of, speak of, speaks
    about, hints at, hint at, blames, complain, complains, shows, show, refers to, refer to, word
    of, record of, trace of, sign of, contain, contains, about, there is
    """
)
# Said of a change: that it leaves something as it was.
KEPT = _phrases(
    """
    not removed, not dropped, not deleted, wasn't removed, survives, was not touched, keeps *
    in, leaves * alone, leaves * as, untouched, doesn't touch, does not touch, didn't touch,
    did not touch, left alone, unchanged, doesn't change, does not change, did not change,
    didn't change, doesn't remove, does not remove, doesn't alter, does not alter, retains,
    preserves, intact, as before, no longer * nothing, isn't changed, is not changed, doesn't
    affect, does not affect, left in place, leaves * in place, still in place, is in place,
    remains in place, stays in place, no effect on, no influence on, leaves * at
    """
)

HEDGES = frozenset(
    "may might could possibly perhaps plausible plausibly suspect suspected hypothesis presumably "
    "conceivably".split()
)

# What a change does, and what a series or a service does: whose time is meant.
CHANGE_NOUNS = _phrases(
    """
    change, patch, migration, upgrade, version
    """
)
CHANGE_WORDS = _phrases(
    """
    deploy, deployment, redeploy, redeployment, release, rolled out, rollout, ship, merge,
    commit, flip, switched, turned on, turned off, enable, disable, toggle, took effect, takes
    effect, went out, published, flag, bump, went live, is live, upgrade, arrived, came with,
    went on, was set, pushed
    """
)
ANOMALY_WORDS = _phrases(
    """
    rose, climb, jump, spike, increase, grew, fell, drop, appear, fail, failure, error,
    timeout, onset, began, begin, degrade, slow, slower, slowdown, surge, exhaust, saturate,
    stopped, refuse, refusal, latency, backlog, trouble, logged, anomaly, anomalous, full,
    complain, complaint, crash, ran out, peak, sank, collapse
    """
)

# What a commit is said to do to a thing in its code.
ADDS = _phrases(
    """
    adds, inserts, introduces, puts in, restores, creates
    """
)
REMOVES = _phrases(
    """
    removes, drops, deletes, takes out, strips, gets rid of, got rid of, omits, no longer has
    """
)
RAISES = _phrases(
    """
    raises, increases, relaxes, lengthens, doubles, extends, loosens, bumps, enlarged, grew
    """
)
LOWERS = _phrases(
    """
    lowers, reduces, shrinks, shrank, shortens, tightens, halves, cuts, decreases, takes *
    away, took * away, take away, cut back
    """
)
SWITCHED_ON = _phrases(
    """
    switched on, turned on, enabled, activated, set to on, flipped to on, flipped on, went on,
    on since, on all along, remained on, stayed on, on throughout, left on, kept on
    """
)
SWITCHED_OFF = _phrases(
    """
    switched off, turned off, disabled, deactivated, set to off, flipped to off, flipped off,
    went off, off since, off all along, still off, remained off, stayed off, off throughout,
    stays off, left off, kept off
    """
)

# That something is kept, where what is kept is gone from the code.
STILL = _phrases(
    """
    still, keeps, kept, remains, stays, continues to
    """
)
# Failures in the narrow sense: requests that end with an error.
ERRORS = _phrases(
    """
    exceeded, expired, exhausted, error, fail, failure, refuse, refusal, rejected, exception,
    crash, 5xx, 4xx, denied, turned away, lost, timed out, timeout, abort
    """
)
