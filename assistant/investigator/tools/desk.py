"""What the tools work with: the report that is spoken of, the ports, and which services and times
may be asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from assistant.analysis.catalogue import canonical, near_names
from assistant.domain.catalogue import Catalogue
from assistant.domain.errors import InvalidWindow, NotFound, UnknownService
from assistant.domain.ports import Redactor
from assistant.domain.report import Report
from assistant.domain.window import NANOSECONDS, TimeWindow
from assistant.gather import Scope, Sources
from assistant.gather.scope import STEPS_S
from assistant.investigator.prompting.framing import line

LONGEST = timedelta(hours=24)  # that one question may look at
_STEPS = 180
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?Z?")
_NAME = re.compile(r"[\w.:/-]{1,63}")
_WRITE = "Write 14:05, 14:05:30 or 2026-03-02T14:05:30Z; times are UTC."


@dataclass(frozen=True)
class Desk:
    """One investigation's desk. Everything is read only."""

    report: Report
    sources: Sources
    redactor: Redactor
    runbooks: Callable[[], Sequence[str]] = tuple  # references of those that hold now

    @cached_property
    def catalogue(self) -> Catalogue:
        return self.sources.catalogue.catalogue()

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Every name that may be asked for: those that sent something in the window of the
        report, those of the catalogue and those that are only called."""
        seen = self.sources.telemetry.services(self.report.window)
        called = {name for e in self.report.graph for name in (e.caller, e.callee)}
        changed = {s.service for s in self.report.suspects if s.service}
        return tuple(sorted({*seen, *self.catalogue.names(), *called, *changed}))

    def service(self, name: str, *, needed: bool = False) -> str:
        """The name that telemetry uses; '' stands for all. Raises UnknownService with near
        names."""
        wanted = name.strip()
        if not wanted and not needed:
            return ""
        found = canonical(wanted, self.catalogue) if wanted else ""
        if found in self.services:
            return found
        folded = {known.lower(): known for known in self.services}
        if found.lower() in folded:
            return folded[found.lower()]
        # An error reaches the model outside of any frame: only what is nothing but a name is told.
        plain = [known for known in self.services if _NAME.fullmatch(known)]
        near = near_names(wanted, plain) if wanted else ()
        raise UnknownService(line(wanted, 80), near or tuple(plain[:12]))

    def window(self, since: str = "", until: str = "") -> TimeWindow:
        """Of the report where nothing else is said. Raises InvalidWindow."""
        start = self.moment(since) if since.strip() else self.report.window.start
        end = self.moment(until) if until.strip() else max(self.report.window.end, start)
        if end <= start:
            raise InvalidWindow(
                f"{until or 'The end'} is not after {since or 'the start'}.", hint=_WRITE
            )
        if end - start > LONGEST:
            raise InvalidWindow("More than 24 hours at once.", hint="Ask for a shorter time.")
        if start > self.sources.clock():
            raise InvalidWindow(f"{since} is in the future.", hint=_WRITE)
        return TimeWindow(start, end)

    def moment(self, text: str) -> datetime:
        """A time of day is that nearest to the window of the report."""
        wanted = text.strip().upper().replace(" ", "T")
        if match := _TIME.fullmatch(wanted):
            hour, minute, second = (int(part or 0) for part in match.groups())
            window = self.report.window
            middle = window.start + window.duration / 2
            try:
                same_day = middle.replace(hour=hour, minute=minute, second=second, microsecond=0)
            except ValueError:
                raise InvalidWindow(f"{text!r} is no time of day.", hint=_WRITE) from None
            days = (same_day + timedelta(days=n) for n in (-1, 0, 1))
            return min(days, key=lambda moment: abs(moment - middle))
        try:
            found = datetime.fromisoformat(wanted)
        except ValueError:
            raise InvalidWindow(f"{text!r} cannot be read as a time.", hint=_WRITE) from None
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)

    @property
    def onset(self) -> datetime:
        """When it began: what lies before is usual."""
        return self.report.impact.since or self.report.question.at

    def scope(self, window: TimeWindow) -> Scope:
        """The window on the finest grid that dashboards would use for it."""
        seconds = window.duration.total_seconds()
        step_s = next((s for s in STEPS_S if seconds / s <= _STEPS), math.ceil(seconds / _STEPS))
        step_ns = step_s * NANOSECONDS
        steps = -(-(window.end_ns - window.start_ns) // step_ns)
        start_ns = window.start_ns // step_ns * step_ns
        grid = TimeWindow.of_ns(start_ns, start_ns + (steps + 1) * step_ns)
        question = replace(self.report.question, window=grid)
        return Scope(question, grid, step_ns, self.catalogue)

    def repositories(self) -> Sequence[str]:
        """Those the suspects come from first. Raises NotFound when there is none."""
        known = self.sources.code.repositories()
        first = [self.report.question.repository, *(s.repository for s in self.report.suspects)]
        found = list(dict.fromkeys([*(name for name in first if name in known), *known]))
        if not found:
            raise NotFound("No repository is configured.", hint="The setting is `repositories`.")
        return found
