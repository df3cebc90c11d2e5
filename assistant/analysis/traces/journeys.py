"""Traces with what was logged inside their spans, read as passages from event to event.

An event is the start of a span, a log record written inside it, or its end. Two events that follow
each other in one span enclose a region of code: a method that returns early, throws or becomes
slow shows in the passage over it. (Log statements as the unit of control flow: Xu et al.,
"Detecting Large-Scale System Problems by Mining Console Logs", SOSP 2009.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from assistant.analysis.logs.sites import label_of
from assistant.analysis.traces.calltree import CallTree
from assistant.domain.signals import LogRecord, Span, Trace

START, END = "", "$"  # no log record carries either label


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """Some traces, in order of their start, with the log records written inside their spans."""

    traces: Sequence[Trace] = ()
    records: Sequence[LogRecord] = ()

    def __bool__(self) -> bool:
        return bool(self.traces)


class Site(NamedTuple):
    """Where an event happens: in a service, serving an operation, for a caller ('' for none)."""

    service: str
    operation: str
    caller: str


class Passage(NamedTuple):
    """From one event to the next inside one span. `seconds` pass between them in which no child
    span runs; `severity` is that of the record it leads to, 0 for the end of the span."""

    site: Site
    before: str  # label, START for the start of the span
    after: str  # label, END for the end of the span
    at_ns: int  # of the later event
    seconds: float
    severity: int


class Stretch(NamedTuple):
    """Time that a trace spent at one place: `own` time of a service in an operation, or on the
    `wire` between a call and its answer (operation is then '')."""

    service: str
    operation: str
    callee: str  # for the wire
    seconds: float


class Journey:
    """One trace with its records, on one clock."""

    def __init__(self, trace: Trace, records: Sequence[LogRecord]) -> None:
        self.trace_id = trace.trace_id
        self._tree = CallTree(trace)
        self._records: dict[str, list[LogRecord]] = defaultdict(list)
        for record in records:
            self._records[record.span_id].append(record)

    @property
    def start_ns(self) -> int:
        return min((s.start_ns for s in self._tree.spans), default=0)

    @property
    def seconds(self) -> float:
        """Of the longest of its roots."""
        return max((s.duration_ns for s in self._tree.roots), default=0) / 1e9

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Over every span in which something was logged."""
        return tuple(self._passages())

    def _passages(self) -> Iterator[Passage]:
        tree = self._tree
        for span in tree.spans:
            records = sorted(self._records.get(span.span_id, ()), key=lambda r: r.time_ns)
            if not records:
                continue
            site = Site(span.service, span.operation, self._caller(span))
            # Records are on the clock of their span, and may be late by their own writing.
            events = [(START, span.start_ns, 0)]
            events += [(label_of(r), r.time_ns, r.severity_number) for r in records]
            events.append((END, max(span.end_ns, events[-1][1]), 0))
            busy = [(c.start_ns, c.end_ns) for c in tree.children(span)]
            for (before, begin, _), (after, end, severity) in pairwise(events):
                seconds = _free(begin, end, busy) / 1e9
                yield Passage(site, before, after, end, seconds, severity)

    def stretches(self) -> Iterator[Stretch]:
        """Own time of every span that calls no other service, and time on the wire of those that
        do: their duration less that of the span that serves the call."""
        tree = self._tree
        for span in tree.spans:
            served = [c for c in tree.children(span) if c.service != span.service]
            for callee in served:
                wire = max(0, span.duration_ns - callee.duration_ns) / 1e9
                yield Stretch(span.service, "", callee.service, wire)
            if not served:
                yield Stretch(span.service, span.operation, "", self._own_ns(span) / 1e9)

    def _own_ns(self, span: Span) -> int:
        """Time in which neither a child ran nor a sibling that began meanwhile: asynchronous code
        often waits in one span for what is recorded beside it."""
        tree = self._tree
        parent = tree.parent(span)
        beside = tree.children(parent) if parent is not None else ()
        busy = [(c.start_ns, c.end_ns) for c in tree.children(span)]
        busy += [
            (s.start_ns, s.end_ns)
            for s in beside
            if s is not span and span.start_ns <= s.start_ns < span.end_ns
        ]
        return _free(span.start_ns, span.end_ns, busy)

    def _caller(self, span: Span) -> str:
        above = (s for s in self._tree.ancestry(span) if s.service != span.service)
        caller = next(above, None)
        return f"{caller.service} {caller.operation}" if caller else ""


def journeys_of(journeys: Journeys) -> list[Journey]:
    """Each trace with its own records, in order of start."""
    records: dict[str, list[LogRecord]] = defaultdict(list)
    for record in journeys.records:
        records[record.trace_id].append(record)
    found = [Journey(t, records.get(t.trace_id, ())) for t in journeys.traces]
    return sorted(found, key=lambda j: (j.start_ns, j.trace_id))


def _free(begin: int, end: int, busy: Sequence[tuple[int, int]]) -> int:
    """How much of an interval no other one covers."""
    taken, reached = 0, begin
    for start, stop in sorted(busy):
        start, stop = max(start, reached), min(stop, end)
        if stop > start:
            taken += stop - start
            reached = stop
    return max(0, end - begin - taken)
