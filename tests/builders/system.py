"""A small system that misbehaves on demand: who calls whom, what goes wrong, and when.

Every minute brings `rate` requests at the entry; each walks the calls and leaves spans. A failing
callee fails its caller, a slow one slows it, unless `absorbs` says that the caller copes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress
from typing import Any

from assistant.analysis.logs.shapes import fill_shapes
from assistant.domain.catalogue import Catalogue
from assistant.domain.changes import Commit, Deployment, RecordedChange
from assistant.domain.report import Question, Report
from assistant.domain.signals import (
    Columns,
    LogRecord,
    MetricKind,
    MetricPoint,
    SignalBatch,
    Span,
    SpanKind,
    SpanStatus,
    Temporality,
)
from assistant.gather import Sources
from assistant.investigator.memory import Memory
from assistant.pipeline import investigate
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryCodeHistory,
    MemoryKnowledge,
    MemoryReports,
    MemoryTelemetry,
    run_inline,
)
from tests.builders import a_batch, a_commit, a_deploy, a_hunk, at, at_ns

_MINUTE_NS = 60_000_000_000
_MS = 1_000_000


@dataclass
class Trouble:
    """What goes wrong inside one service between two minutes."""

    service: str
    since: float
    until: float = 1e9
    slower: float = 1.0
    fails: float = 0.0
    message: str = ""
    version: str = ""  # only instances of this version
    carrying: Mapping[str, str] = field(default_factory=dict)  # only requests with these attributes
    ramp: float = 0.0  # minutes over which it grows from nothing, for leaks

    def hits(self, service: str, version: str, request: Request) -> bool:
        return (
            self.service == service
            and self.since <= request.minute < self.until
            and self.version in ("", version)
            and self.carrying.items() <= request.carried.items()
        )

    def strength(self, minute: float) -> float:
        return min(1.0, (minute - self.since) / self.ramp) if self.ramp else 1.0


@dataclass
class Request:
    """One request on its way through the system, with the spans it left."""

    trace: str
    minute: float
    carried: Mapping[str, str]
    spans: list[Span] = field(default_factory=list)


@dataclass
class System:
    """`calls` maps each service to those it calls, the entry first."""

    calls: Mapping[str, Sequence[str]]
    start: float = -60
    end: float = 10
    rate: int = 12
    seed: int = 7
    inferred: frozenset[str] = frozenset()  # called, but send no telemetry
    versions: Callable[[str, float, random.Random], str] = lambda service, minute, chance: ""
    traffic: Callable[[float], float] = lambda minute: 1.0
    instances: Callable[[str, float, random.Random], str] = lambda service, minute, chance: ""
    carried: Callable[[random.Random], Mapping[str, str]] = lambda chance: {}
    repeats: Callable[[str, str, float], int] = lambda caller, callee, minute: 1  # calls a request
    retries: Mapping[str, int] = field(default_factory=dict)  # by caller, of a call that failed
    silent: Mapping[str, float] = field(default_factory=dict)  # sends nothing from this minute on
    skewed: Mapping[str, float] = field(default_factory=dict)  # minutes its clock is ahead
    # whether a trace is kept, by whether it failed
    sampled: Callable[[bool, random.Random], bool] = lambda failed, chance: True
    troubles: list[Trouble] = field(default_factory=list)
    extra: list[LogRecord | MetricPoint] = field(default_factory=list)
    changes: list[RecordedChange] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    catalogue: Catalogue = field(default_factory=Catalogue)

    @property
    def entry(self) -> str:
        return next(iter(self.calls))

    def gauge(
        self,
        service: str,
        metric: str,
        value: Callable[[float], float],
        since: float = -1e9,
        until: float = 1e9,
        **key: Any,
    ) -> None:
        """One point a minute."""
        minutes = [m for m in range(int(self.start), int(self.end)) if since <= m < until]
        self.extra += [
            MetricPoint(service, metric, at_ns(m), value=value(m), **key) for m in minutes
        ]

    def counter(
        self, service: str, metric: str, per_minute: float, restarts: Sequence[float] = ()
    ) -> None:
        """A cumulative sum, one point a minute, that begins at zero again at each restart."""
        self.gauge(
            service,
            metric,
            lambda m: per_minute * (m - max(r for r in (self.start, *restarts) if r <= m)),
            kind=MetricKind.SUM,
            temporality=Temporality.CUMULATIVE,
            monotonic=True,
        )

    def logs(
        self,
        service: str,
        body: str,
        since: float,
        until: float = 1e9,
        per_minute: int = 2,
        **key: Any,
    ) -> None:
        """The body with {n} replaced by a running number."""
        for m in range(int(self.start), int(self.end)):
            if since <= m < until:
                for i in range(per_minute):
                    moment = at_ns(m + (i + 0.5) / per_minute)
                    self.extra.append(
                        LogRecord(service, moment, body.replace("{n}", f"{m + 99}{i}"), **key)
                    )

    def deploys(self, service: str, minutes: float, *commits: Commit, **changes: Any) -> Deployment:
        """A deployment that brings commits, in the order given."""
        before = self.commits[-1].hash if self.commits else ""
        if not before:
            self.commits.append(a_commit("Where it all began", at_minutes=-2000))
            before = self.commits[-1].hash
        self.commits += commits
        revision = self.commits[-1].hash
        deployment = a_deploy(
            service, minutes, revision=revision, previous_revision=before, **changes
        )
        self.changes.append(deployment)
        return deployment

    def breaks(self, service: str, minutes: float, fails: float = 0.6) -> Commit:
        """A commit that removes a check; from a minute after its deployment on its line fails."""
        message = "'NoneType' object is not subscriptable"
        path = f"{service}/coupon.py"
        guilty = a_change(
            "Simplify coupons",
            "if coupon is None:\n    return total",
            "return total * coupon['factor']",
            path,
        )
        self.deploys(service, minutes, guilty)
        stack = f'TypeError: {message}\n  File "/app/{path}", line 11, in apply'
        self.logs(service, stack, since=minutes + 1, severity_number=17)
        self.troubles.append(Trouble(service, minutes + 1, fails=fails, message=message))
        return guilty

    def store(
        self,
        arrived: Callable[[str, float], bool] = lambda service, minute: True,
        batch: SignalBatch | None = None,
    ) -> MemoryTelemetry:
        """What has arrived of all it sends, by service and minute."""
        store = MemoryTelemetry()
        store.append(self.part(arrived, batch or self.batch()))
        return store

    def part(self, arrived: Callable[[str, float], bool], batch: SignalBatch) -> SignalBatch:
        fill_shapes(batch)
        return SignalBatch(
            **{
                table: _kept(getattr(batch, table), time, arrived)
                for table, time in (
                    ("spans", "start_ns"),
                    ("logs", "time_ns"),
                    ("points", "time_ns"),
                )
            }
        )

    def batch(self) -> SignalBatch:
        """All it sends, as ingest takes it."""
        chance = random.Random(self.seed)
        spans: list[Span] = []
        for minute in range(int(self.start), int(self.end)):
            for i in range(round(self.rate * self.traffic(minute))):
                moment = minute + (i + chance.random()) / max(self.rate * self.traffic(minute), 1)
                trace = f"{chance.getrandbits(128):032x}"
                request = Request(trace, moment, self.carried(chance))
                _, failed = self._visit(self.entry, "", request, chance)
                if self.sampled(failed, chance):
                    spans += request.spans
        for service in self.calls:
            until = self.silent.get(service, 1e9)
            self.logs(service, f"handled GET /{service} in {{n}}ms", since=self.start, until=until)
        return a_batch(*spans, *self.extra)

    def _visit(
        self, service: str, parent: str, request: Request, chance: random.Random
    ) -> tuple[float, bool]:
        """Milliseconds it took, and whether it failed."""
        span_id = f"{chance.getrandbits(64):016x}"
        version = self.versions(service, request.minute, chance)
        active = [t for t in self.troubles if t.hits(service, version, request)]
        took = 10 * chance.uniform(0.8, 1.25)
        for trouble in active:
            took *= 1 + (trouble.slower - 1) * trouble.strength(request.minute)
        failing = next(
            (t for t in active if chance.random() < t.fails * t.strength(request.minute)), None
        )
        failed = failing is not None
        for callee in self.calls.get(service, ()):
            for _ in range(self.repeats(service, callee, request.minute)):
                for _ in range(1 + self.retries.get(service, 0)):
                    below, broke = self._visit(callee, span_id, request, chance)
                    took += below
                    if not broke:
                        break
                failed = failed or broke
        message = failing.message if failing else ""
        sender = self._caller(service) if service in self.inferred else service
        if request.minute < self.silent.get(sender, 1e9):
            span = self._span(service, request, version, took, failed, message)
            instance = self.instances(sender, request.minute, chance)
            named = replace(span, span_id=span_id, parent_span_id=parent, instance=instance)
            request.spans.append(named)
        return took, failed

    def _span(
        self,
        service: str,
        request: Request,
        version: str,
        took: float,
        failed: bool,
        message: str,
    ) -> Span:
        """Of a service that sends telemetry, or of the call to one that does not."""
        called = service in self.inferred
        sender = self._caller(service) if called else service
        start = request.minute + self.skewed.get(sender, 0.0)
        return Span(
            trace_id=request.trace,
            span_id="",
            service=sender,
            operation=f"call {service}" if called else f"GET /{service}",
            peer=service if called else "",
            kind=SpanKind.CLIENT if called else SpanKind.SERVER,
            version="" if called else version,
            start_ns=at_ns(0) + int(start * _MINUTE_NS),
            duration_ns=int(took * _MS),
            status=SpanStatus.ERROR if failed else SpanStatus.UNSET,
            status_message=message,
            attributes=dict(request.carried),
        )

    def _caller(self, service: str) -> str:
        return next(caller for caller, callees in self.calls.items() if service in callees)

    def investigate(
        self,
        service: str = "",
        minutes: float = 5,
        now: datetime | None = None,
        telemetry: MemoryTelemetry | None = None,
        memory: Memory | None = None,
        **asked: Any,
    ) -> Report:
        sources = Sources(
            telemetry=telemetry or self.store(),
            changes=MemoryChangeLog(self.changes),
            code=MemoryCodeHistory(self.commits),
            knowledge=MemoryKnowledge(),
            catalogue=FixedCatalogue(self.catalogue),
            reports=MemoryReports(),
            compute=run_inline,
            clock=lambda: now or at(self.end),
        )
        question = Question(at=at(minutes), service=service or self.entry, **asked)
        return investigate(question, sources, memory=memory)


def _kept(columns: Columns, time: str, arrived: Callable[[str, float], bool]) -> Columns:
    minutes = [(ns - at_ns(0)) / _MINUTE_NS for ns in columns[time]]
    kept = [arrived(s, m) for s, m in zip(columns["service"], minutes, strict=True)]
    return {name: list(compress(column, kept)) for name, column in columns.items()}


def a_change(message: str, removed: str, added: str, path: str, minutes: float = -30) -> Commit:
    return a_commit(message, a_hunk(removed, added, path=path), at_minutes=minutes)
