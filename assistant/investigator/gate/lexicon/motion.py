"""How series run: cues of direction, of an end and of its absence."""

from __future__ import annotations

from assistant.investigator.gate.lexicon.phrases import phrases

ROSE = phrases(
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
    flared up, blow up, twice as, upward, heavier, steeper, larger than, greater than, bigger
    than, more slowly, more often, more frequently, more heavily, less quickly
    """
)

FELL = phrases(
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
    up, die down, melt away, contract=, curtail, lighter, briefer, swifter, smaller than, more
    quickly, more swiftly, more promptly, less often, less frequently, more rarely, less
    heavily, smoother
    """
)

APPEARED = phrases(
    """
    appeared, appears in, first appears, emerged, showed up
    """
)

STOPPED = phrases(
    """
    stopped, ceased, vanished, disappear, went silent, fell silent, halted, dried up, dry up
    """
)

ENDED = phrases(
    """
    come back down, came back down, gone back down, has passed, is gone, are gone, went away,
    has gone away, cleared up, came to an end, ended=, was back at, is back at, recovered, has
    ended, subsided, back to normal, normalised=, normalized=, is over, was over, returned to,
    has stopped, is back down, resolved=
    """
)

GOES_ON = phrases(
    """
    still high, still elevated, remains high, remains elevated, stays high, is still up, are
    still up, is still at, are still at, still at, still takes, still fails, still slow, keeps
    failing, to this day, even now, goes on, still going on, ongoing, persists, has not
    recovered, continues, unresolved, to this moment, has not ended, stuck, ever since, has
    remained at, remained at, remains at, stays at, stayed at, has stayed
    """
)

# What code and people do to a value as well as series do: no direction where a change is spoken of.
AMBIGUOUS = phrases(
    """
    drop, lower, reduc, cut, increas, shrink, halv, doubl, up to, grow, shorter, higher, rais,
    tripl, improv, slow, down to, degrad, build
    """
)

# That a series did not move.
FLAT = phrases(
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
