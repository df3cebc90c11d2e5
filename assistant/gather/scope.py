"""Which window, which grid, which service: what an investigation looks at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import timedelta

from assistant.analysis.catalogue import canonical, corrected, guess_catalogue, near_names
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import RecordedChange
from assistant.domain.errors import CausewayError, InvalidWindow, UnknownService
from assistant.domain.report import Question
from assistant.domain.window import NANOSECONDS, TimeWindow
from assistant.gather.sources import Sources

# Grid steps that people use on dashboards; the finest that keeps a window under _MOST_STEPS.
STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_STEPS = 180


@dataclass(frozen=True, slots=True)
class Scope:
    question: Question
    window: TimeWindow
    step_ns: int
    catalogue: Catalogue
    # each service that sent something in the window, with what its resource says
    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def scope_of(question: Question, sources: Sources) -> Scope:
    """The window that holds data, the grid, and the service under its canonical name.

    Raises InvalidWindow for a window that lies in the future, UnknownService when nothing knows
    the service."""
    now = sources.clock()
    asked = question.window or TimeWindow.around(
        question.at, sources.reach.lookback, sources.reach.lookahead
    )
    if asked.start > now + timedelta(minutes=5):
        raise InvalidWindow(
            f"The window starts at {asked.start.isoformat()}, which is in the future.",
            hint="Ask about a time that has passed; times are UTC unless they carry a zone.",
        )
    extent = sources.telemetry.extent(asked)
    window = extent or asked
    seconds = window.duration.total_seconds()
    step = next(
        (s for s in STEPS_S if seconds / s <= _MOST_STEPS), 3600 * math.ceil(seconds / 648000)
    )
    window = _aligned(window, step)
    seen = sources.telemetry.services(window)
    catalogue = _catalogue(seen, sources)
    known = {*catalogue.names(), *seen}
    service = _service(question.service, catalogue, known, window, sources)
    asked_of = replace(question, service=service)
    return Scope(asked_of, window, step * NANOSECONDS, catalogue, seen)


def _aligned(window: TimeWindow, step_s: int) -> TimeWindow:
    step = step_s * NANOSECONDS
    return TimeWindow.of_ns(window.start_ns // step * step, -(-window.end_ns // step) * step)


def _catalogue(seen: Mapping[str, Mapping[str, str]], sources: Sources) -> Catalogue:
    """What people wrote down, and for the rest what the data suggests."""
    listing: dict[str, Sequence[str]] = {}
    for repository in sources.code.repositories():
        try:
            listing[repository] = sources.code.paths(repository, "HEAD")
        except CausewayError:
            listing[repository] = ()  # the reason comes up again, as a gap, when commits are read
    return corrected(guess_catalogue(seen, listing), sources.catalogue.catalogue())


def _service(
    name: str, catalogue: Catalogue, known: AbstractSet[str], window: TimeWindow, sources: Sources
) -> str:
    found = canonical(name, catalogue) if name else ""
    if not found or found in known:
        return found
    deployed = {c.service for c in recorded(window, sources)}
    if found in deployed:
        return found
    raise UnknownService(name, near_names(name, sorted(known | deployed - {""})))


def recorded(window: TimeWindow, sources: Sources) -> list[RecordedChange]:
    period = window.extended(before=sources.reach.changes)
    return list(sources.changes.changes(period))
