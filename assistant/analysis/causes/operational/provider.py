"""Someone outside who fails, does not answer, or answers late."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, about, measured, said
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


def providers(clues: Clues) -> Iterator[OperationalCause]:
    """One cause for each outsider that our calls have trouble with. RFC 9110, 15.6: with 5xx "the
    server is aware that it has erred"; what a stranger's server says of itself, and how long it
    takes, no change of ours makes it do."""
    for who in clues.outside:
        parts = [*_told(who, clues), *_failing(who, clues), *_late(who, clues)]
        if not any(p.weight > 0 for p in parts):
            continue
        parts += [*_steady(who, clues), *_hurried(who, clues)]
        names = {p.name for p in parts}
        slow = "answers later" in names
        title = (
            f"{who} answers late"
            if slow and not names & {"says so itself", "calls to it fail"}
            else f"{who} answers with errors or not at all"
        )
        service = _caller(who, clues)
        against = any(p.weight < 0 for p in parts)
        decisive = "says so itself" in names and not against
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
    """Its failures are counted, and are no more than before."""
    counted = [
        s.key
        for s in clues.observation.series
        if s.key.signal is Signal.ERRORS
        and about(s.key, (who,))
        and s.key.service in clues.scene.services
    ]
    rose = any(
        a.window.signal is Signal.ERRORS and about(a.window.key, (who,))
        for a in clues.scene.everything
        if a.window.direction.value in ("rose", "appeared")
    )
    late = any(True for _ in _late(who, clues))
    if counted and not rose and not late:
        yield part("no more failures than before", -3.0, f"calls to {who} fail no more than before")
