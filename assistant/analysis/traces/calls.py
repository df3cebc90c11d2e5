"""How long calls take before and after a moment, and where that time is spent: with the callee,
on the way to it, or with someone who sends no spans of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.stats import mannwhitneyu

from assistant.analysis.traces.calltree import CallTree
from assistant.analysis.traces.origins import failed, gave_up
from assistant.domain.signals import Span, SpanKind, Trace

_FEWEST = 3  # calls on either side that say anything
_CHANCE = 0.01
# What nobody notices is no slowness, however certain: seconds, and the share of the time before.
_NOTICED_S, _NOTICED_SHARE = 0.003, 0.4
_GROWN = 3.0  # times as much
_MANY = 0.2  # of the later calls
# How much an answer held, by the semantic conventions.
_AMOUNTS = ("db.response.returned_rows", "http.response.body.size", "messaging.batch.message_count")
_LIST = re.compile(r"\?(?:\s*,\s*\?)+")  # a list of parameters is as long as its data
_LEAVES = (SpanKind.CLIENT, SpanKind.PRODUCER)


class CallKind(NamedTuple):
    """`operation` is what the caller names its span: a route, or a statement."""

    caller: str
    callee: str
    operation: str


@dataclass(slots=True)
class Side:
    """Calls of one kind on one side of the moment. `gaps` are the seconds of an answered call in
    which the callee's own span did not run: the way there and back, and waiting to be served;
    `unanswered` are the seconds of calls that no span of the callee belongs to, and `amounts` how
    much came back, where spans tell; `texts` are the statements that were sent."""

    seconds: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    unanswered: list[float] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    failures: int = 0
    timeouts: int = 0

    def add(self, span: Span, answer: Span | None) -> None:
        self.seconds.append(span.duration_ns / 1e9)
        self.failures += failed(span)
        self.timeouts += gave_up(span)
        if text := span.attributes.get("db.query.text") or span.attributes.get("db.statement"):
            self.texts.add(_LIST.sub("?", str(text)))
        told = (span.attributes.get(name) for name in _AMOUNTS)
        amount = next((value for value in told if isinstance(value, int | float)), None)
        if amount is not None and not failed(span):
            self.amounts.append(float(amount))
        if answer is None:
            self.unanswered.append(span.duration_ns / 1e9)
        else:
            # A callee that runs on after its caller gave up was not waited for.
            self.gaps.append(max(span.duration_ns - answer.duration_ns, 0) / 1e9)

    @property
    def failed_share(self) -> float:
        return self.failures / max(len(self.seconds), 1)

    @property
    def on_the_way(self) -> list[float]:
        """Seconds lost between caller and callee. Of a callee that answers others with spans, a
        call without one never arrived, or was given up before it was served."""
        return [*self.gaps, *self.unanswered] if self.gaps else []


@dataclass(slots=True)
class Calls:
    """Calls of one kind on both sides; `query` when the caller says what to do rather than whom to
    ask (the database attributes of the semantic conventions): the cost of its work is its own."""

    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    query: bool = False

    @property
    def slower(self) -> Shift | None:
        return shift(self.before.seconds, self.after.seconds)

    @property
    def reworded(self) -> bool:
        """Whether the caller asks in words that it did not use before."""
        return not self.after.texts <= self.before.texts

    @property
    def fuller(self) -> tuple[float, float] | None:
        """Medians of what came back before and after, where it grew beyond chance."""
        before, after = self.before.amounts, self.after.amounts
        if min(len(before), len(after)) < _FEWEST:
            return None
        usual, now = float(np.median(before)), float(np.median(after))
        chance = float(mannwhitneyu(after, before, alternative="greater").pvalue)
        return (usual, now) if chance <= _CHANCE and now >= _GROWN * max(usual, 1.0) else None

    @property
    def farther(self) -> Shift | None:
        return shift(self.before.on_the_way, self.after.on_the_way)


@dataclass(frozen=True, slots=True)
class Shift:
    """Medians of two samples, in seconds, and how often chance alone would part them so far.
    `beyond` is the share of the later times that are noticeably longer than any earlier one, and
    `mean` is the mean of the later times."""

    before: float
    after: float
    chance: float
    beyond: float
    mean: float

    @property
    def moved(self) -> bool:
        """Whether the later times are noticeably longer, all of them rather than a few."""
        more = self.after - self.before
        noticed = more >= max(_NOTICED_S, _NOTICED_SHARE * self.before)
        return noticed and self.chance <= _CHANCE

    @property
    def scattered(self) -> bool:
        """Whether many of the later times are noticeably longer: loss hits some and spares some."""
        return self.beyond >= _MANY and self.chance <= _CHANCE

    @property
    def factor(self) -> float:
        return self.after / max(self.before, 1e-4)


def shift(before: list[float], after: list[float]) -> Shift | None:
    """None where either side has fewer than three values. The chance is that of the rank-sum test
    (Mann and Whitney, "On a test of whether one of two random variables is stochastically larger
    than the other", 1947), which a few extreme values do not move."""
    if min(len(before), len(after)) < _FEWEST:
        return None
    chance = float(mannwhitneyu(after, before, alternative="greater").pvalue)
    usual = max(before)
    longer = usual + max(_NOTICED_S, _NOTICED_SHARE * usual)
    return Shift(
        before=float(np.median(before)),
        after=float(np.median(after)),
        chance=chance,
        beyond=float(np.mean(np.asarray(after) > longer)),
        mean=float(np.mean(after)),
    )


def pooled(calls: Iterable[Calls]) -> Calls:
    """All calls as one kind."""
    whole = Calls()
    for one in calls:
        for side, more in ((whole.before, one.before), (whole.after, one.after)):
            side.seconds += more.seconds
            side.gaps += more.gaps
            side.unanswered += more.unanswered
            side.failures += more.failures
            side.timeouts += more.timeouts
        whole.query |= one.query
    return whole


def calls_around(traces: Iterable[Trace], until_ns: int, since_ns: int) -> Mapping[CallKind, Calls]:
    """Every call that leaves its service, by kind, in the traces that began before `until_ns` and
    in those that began at `since_ns` or later."""
    found: dict[CallKind, Calls] = defaultdict(Calls)
    for trace in {t.trace_id: t for t in traces if t.spans}.values():
        began = min(span.start_ns for span in trace.spans)
        if until_ns <= began < since_ns:
            continue
        tree = CallTree(trace)
        for span in tree.spans:
            answer = next((c for c in tree.children(span) if c.service != span.service), None)
            callee = answer.service if answer else span.peer if span.kind in _LEAVES else ""
            if not callee or callee == span.service:
                continue
            calls = found[CallKind(span.service, callee, span.operation)]
            calls.query |= any(name.startswith("db.") for name in span.attributes)
            (calls.after if began >= since_ns else calls.before).add(span, answer)
    return found
