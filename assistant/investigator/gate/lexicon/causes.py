"""Cues of cause, guilt and doubt."""

from __future__ import annotations

from assistant.investigator.gate.lexicon.phrases import phrases

CAUSES = phrases(
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

CAUSED_BY = phrases(
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

INNOCENT = phrases(
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
BLAME = phrases(
    """
    makes, causes, brings, leads to, leak, drives, drove, explain, explanation, to blame,
    blamed, responsible, guilty, behind, culprit, involved, reason, root cause, led to,
    trigger, introduce, break, broke, affect, contribute, brought, made, matter, at fault,
    account for, produce, the source, origin, prove, hurt, harm, influence, stem, due to,
    because
    """
)

HEDGES = frozenset(
    "may might could possibly perhaps plausible plausibly suspect suspected hypothesis presumably "
    "conceivably".split()
)
