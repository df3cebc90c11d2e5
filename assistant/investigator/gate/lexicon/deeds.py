"""What changes do to code and to flags."""

from __future__ import annotations

from assistant.investigator.gate.lexicon.phrases import phrases

# What a commit is said to do to a thing in its code.
ADDS = phrases(
    """
    adds, inserts, introduces, puts in, restores, creates
    """
)

REMOVES = phrases(
    """
    removes, drops, deletes, takes out, strips, gets rid of, got rid of, omits, no longer has
    """
)

RAISES = phrases(
    """
    raises, increases, relaxes, lengthens, doubles, extends, loosens, bumps, enlarged, grew,
    larger, bigger, makes * larger, makes * bigger
    """
)

LOWERS = phrases(
    """
    lowers, reduces, shrinks, shrank, shortens, tightens, halves, cuts, decreases, takes *
    away, took * away, take away, cut back, smaller, makes * smaller, fewer
    """
)

SWITCHED_ON = phrases(
    """
    switched on, turned on, enabled, activated, set to on, flipped to on, flipped on, went on,
    on since, on all along, remained on, stayed on, on throughout, left on, kept on
    """
)

SWITCHED_OFF = phrases(
    """
    switched off, turned off, disabled, deactivated, set to off, flipped to off, flipped off,
    went off, off since, off all along, still off, remained off, stayed off, off throughout,
    stays off, left off, kept off
    """
)

# That something is kept, where what is kept is gone from the code.
STILL = phrases(
    """
    still, keeps, kept, remains, stays, continues to
    """
)

# Said of a change: that it leaves something as it was.
KEPT = phrases(
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
