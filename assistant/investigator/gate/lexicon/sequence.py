"""What came first, and whether of a change or of trouble."""

from __future__ import annotations

from assistant.investigator.gate.lexicon.phrases import phrases

# Cues between two events, by how the one on the left stands to the one on the right.
BEFORE = phrases(
    """
    predates, antedates, precede, came ahead of, before, prior to, ahead of, earlier than,
    followed by, already * when, by the time, and only then, sooner than
    """
)

AFTER = phrases(
    """
    postdates, on the heels of, as soon as, upon, only when, no sooner than, after, followed,
    later than, in the wake of, only once, subsequent to
    """
)

EARLIER = phrases(
    """
    earlier
    """
)

LATER = phrases(
    """
    then, later, afterwards, subsequently, thereafter
    """
)

# What a change does, and what a series or a service does: whose time is meant.
CHANGE_NOUNS = phrases(
    """
    change, patch, migration, upgrade, version
    """
)

CHANGE_WORDS = phrases(
    """
    deploy, deployment, redeploy, redeployment, release, rolled out, rollout, ship, merge,
    commit, flip, switched, turned on, turned off, enable, disable, toggle, took effect, takes
    effect, went out, published, flag, bump, went live, is live, upgrade, arrived, came with,
    went on, was set, pushed
    """
)

ANOMALY_WORDS = phrases(
    """
    rose, climb, jump, spike, increase, grew, fell, drop, appear, fail, failure, error,
    timeout, onset, began, begin, degrade, slow, slower, slowdown, surge, exhaust, saturate,
    stopped, refuse, refusal, latency, backlog, trouble, logged, anomaly, anomalous, full,
    complain, complaint, crash, ran out, peak, sank, collapse
    """
)
