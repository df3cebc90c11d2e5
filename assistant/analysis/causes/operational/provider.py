"""Someone outside who fails, does not answer, or answers late."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from assistant.analysis.causes.naming import about
from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured, said
from assistant.analysis.code.mechanisms import Mechanism
from assistant.analysis.traces.calls import Calls, pooled
from assistant.domain.report import ScorePart
from assistant.domain.signals import Signal

_UNANSWERED = re.compile(r"timed? ?out|deadline|unavailable|refused|reset", re.IGNORECASE)
_OF_PROVIDER = re.compile(r"provider|third.?party|vendor|external", re.IGNORECASE)
_PROFILE = Profile(
    "provider_outage",
    "fail_over",
    frozenset({Mechanism.EXTERNAL, Mechanism.TIMEOUT, Mechanism.NETWORK}),
)
_ENOUGH = 3
_MORE = 2.0  # times the failures of before: less may be chance


def providers(clues: Clues) -> Iterator[OperationalCause]:
    """One cause for each outsider that our calls have trouble with. RFC 9110, 15.6: with 5xx "the
    server is aware that it has erred"; what a stranger's server says of itself, and how long it
    takes, no change of ours makes it do."""
    for who in clues.outside:
        parts = [*_told(who, clues), *_failing(who, clues), *_late(who, clues)]
        if not any(p.weight > 0 for p in parts):
            continue
        names = {p.name for p in parts}
        slow = "answers later" in names
        parts += _hurried(who, clues)
        if not slow:
            parts += _steady(who, clues)
        title = (
            f"{who} answers late"
            if slow and not names & {"says so itself", "calls to it fail"}
            else f"{who} answers with errors or not at all"
        )
        service = _caller(who, clues)
        against = any(p.weight < 0 for p in parts)
        told = {"says so itself", "calls to it fail"} <= names
        decisive = (told or slow) and not against
        yield weigh(_PROFILE, title, service, parts, decisive=decisive)


def _caller(who: str, clues: Clues) -> str:
    callers = clues.scene.graph.callers(who)
    naming = [t.service for t in clues.templates if who in t.exemplar.body]
    direct = [s for s in naming if s in callers] or naming
    if clues.scene.first_failing in (*callers, *naming):
        return clues.scene.first_failing
    return next(iter([*direct, *callers]), clues.scene.first_failing)


def _told(who: str, clues: Clues) -> Iterator[ScorePart]:
    """What our services print of its answers."""
    naming = [t for t in clues.templates if who in t.exemplar.body]
    erred = re.compile(rf"{re.escape(who)}.{{0,80}}?\b5\d\d\b", re.DOTALL)
    theirs = [t for t in naming if erred.search(t.exemplar.body)]
    silent = [t for t in naming if _UNANSWERED.search(t.exemplar.body)]
    if theirs:
        ids = clues.scene.ids_of_templates(theirs)
        yield part("says so itself", 3.5, said(theirs[0]), ids)
    elif silent:
        yield part("no answer", 2.0, said(silent[0]), clues.scene.ids_of_templates(silent))


def _failing(who: str, clues: Clues) -> Iterator[ScorePart]:
    failing = [
        a for a in clues.rising if a.window.signal is Signal.ERRORS and about(a.window.key, (who,))
    ]
    if failing:
        ids = [a.window.id for a in failing]
        yield part("calls to it fail", 2.0, measured(failing[0]), ids)
    elif (calls := pooled(_to(who, clues))).after.failures >= _ENOUGH:
        before, after = calls.before.failed_share, calls.after.failed_share
        if after > _MORE * before:
            reason = f"{after:.0%} of calls to {who} fail, before the onset {before:.0%}"
            yield part("failing spans of calls to it", 1.0, reason)
    gauges = [a for a in clues.rising if _OF_PROVIDER.search(a.window.key.name)]
    if gauges:
        ids = [a.window.id for a in gauges]
        yield part("a gauge of providers", 1.0, measured(gauges[0]), ids)


def _to(who: str, clues: Clues) -> list[Calls]:
    """Calls that leave the work to the callee: what a query costs is the caller's doing."""
    return [c for kind, c in clues.calls.items() if kind.callee == who and not c.query]


def _late(who: str, clues: Clues) -> Iterator[ScorePart]:
    """All its answers take longer, not only a few of them: a limit on waiting that somebody lifted
    lengthens the longest calls alone."""
    shifts = [s for c in _to(who, clues) if (s := c.slower) is not None]
    moved = [s for s in shifts if s.moved]
    if not moved or 2 * len(moved) <= len(shifts):
        return
    factor = max(s.factor for s in moved)
    before, after = moved[0].before, moved[0].after
    reason = f"calls to {who} take {after:.2f} s, before the onset {before:.2f} s"
    yield part(
        "answers later", 5.5, reason, clues.slow(who), value=0.6 + 0.2 * math.log2(factor / 1.5)
    )


def _hurried(who: str, clues: Clues) -> Iterator[ScorePart]:
    """We give up sooner than it used to take: it is not the provider that changed."""
    calls = pooled(_to(who, clues))
    before, after = sorted(calls.before.seconds), calls.after.seconds
    if min(len(before), len(after)) < _ENOUGH or not calls.after.timeouts:
        return
    usual = before[int(0.9 * (len(before) - 1))]
    if max(after) < usual:
        reason = (
            f"no call to {who} is waited for longer than {max(after):.2f} s, before {usual:.2f}"
        )
        yield part("given up sooner", -4.0, reason)


def _steady(who: str, clues: Clues) -> Iterator[ScorePart]:
    """It fails no more than before, by the callers' counts or else by their spans."""
    shares = [
        levels
        for s in clues.observation.series
        if s.key.signal is Signal.ERRORS
        and not s.key.peer
        and about(s.key, (who,))
        and (levels := clues.levels(s)) is not None
    ]
    calls = pooled(_to(who, clues))
    if not shares and calls.before.failures and calls.after.seconds:
        shares = [(calls.before.failed_share, calls.after.failed_share)]
    if shares and all(after <= _MORE * before for before, after in shares):
        before, after = max(shares, key=lambda levels: levels[1])
        reason = f"failures of calls to {who}: {after:.3g}, before the onset {before:.3g}"
        yield part("no more failures than before", -3.5, reason)
