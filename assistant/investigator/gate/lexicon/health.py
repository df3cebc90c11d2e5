"""That something failed, went well, exists or is told."""

from __future__ import annotations

from assistant.investigator.gate.lexicon.phrases import phrases

FAILURES = phrases(
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

# Failures in the narrow sense: requests that end with an error.
ERRORS = phrases(
    """
    exceeded, expired, exhausted, error, fail, failure, refuse, refusal, rejected, exception,
    crash, 5xx, 4xx, denied, turned away, lost, timed out, timeout, abort
    """
)

SUCCESSES = phrases(
    """
    resolve, gets through, got through, succeed, goes through, go through, went through,
    is answered,
    are answered, completes, is served, came back, come back, an answer
    """
)

UNHURT = phrases(
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
EXISTS = phrases(
    """
    deploy, redeploy, release, roll out, shipped, happen, occur, take place, took place, made,
    merge, found, seen, there is, there are, there was, there were, exist, precede, took
    effect, went out, went live, came before, fell into, on record, carried out, touched,
    switched, flipped, saw, see, sees
    """
)

# What a log does.
SAYS = phrases(
    """
    mention, mentions, points to, point to, says, say, names, name, speaks of, speak of, speaks
    about, hints at, hint at, blames, complain, complains, shows, show, refers to, refer to, word
    of, record of, trace of, sign of, contain, contains, about, there is
    """
)
