"""What a sentence may stand on: the evidence it cites, and the typed parts of the report which that
evidence supports. What it does not cite it cannot lean on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from assistant.domain.anomaly import AnomalyWindow, Direction
from assistant.domain.claim import Standing
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import (
    Breakdown,
    Hop,
    Hypothesis,
    Origin,
    Report,
    RuledOut,
    Suspect,
    TimelineMark,
)
from assistant.domain.window import from_ns
from assistant.investigator.gate.clock import Clock, clocks, moment
from assistant.investigator.gate.names import names_of
from assistant.investigator.gate.quantities import quantities

_BETWEEN = re.compile(r"^ ?(?:→|->|to) ?$")
_CALLED = re.compile(r"^(\S+) called (\S+) (\d+) times in the window, (\d+) of them failed")
_DIRECTIONS = {
    "rose": Direction.ROSE,
    "fell": Direction.FELL,
    "appeared": Direction.APPEARED,
    "stopped": Direction.STOPPED,
}


@dataclass(frozen=True, slots=True)
class Course:
    """How a series ran: what is known of it from an anomaly window or from its evidence."""

    evidence: str
    service: str
    name: str
    signal: str
    unit: str
    direction: Direction | None
    baseline: float | None
    peak: float | None
    earliest: datetime | None
    latest: datetime | None
    end: datetime | None
    onset: datetime | None = None  # the best estimate

    @property
    def ways(self) -> frozenset[Direction]:
        """The directions that may be said of it: as its numbers went, and where it came from or
        went to nothing also 'appeared' and 'stopped'."""
        ways = {self.direction} if self.direction is not None else set()
        if self.baseline is not None and self.peak is not None and self.baseline != self.peak:
            ways &= {Direction.APPEARED, Direction.STOPPED}
            ways.add(Direction.ROSE if self.peak > self.baseline else Direction.FELL)
        if Direction.APPEARED in ways or (self.baseline == 0 and Direction.ROSE in ways):
            ways |= {Direction.APPEARED, Direction.ROSE}
        if Direction.STOPPED in ways or (self.peak == 0 and Direction.FELL in ways):
            ways |= {Direction.STOPPED, Direction.FELL}
        return frozenset(ways)


@dataclass(frozen=True, slots=True)
class Calls:
    """How often one service called another, and how many of the calls failed."""

    evidence: str
    caller: str
    callee: str
    calls: int
    failed: int


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened within [earliest, latest]; `kind` is onset, end, change or seen."""

    earliest: datetime
    latest: datetime
    kind: str
    service: str
    source: str  # evidence id, or '' for what the report knows without any
    best: datetime | None = None  # the best estimate; the middle, when None


@dataclass(frozen=True)
class Grounds:
    """A report and the evidence that one sentence cites."""

    report: Report
    cited: tuple[Evidence, ...]
    known: Mapping[str, Evidence]

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(e.id for e in self.cited)

    def _backs(self, evidence: Sequence[str]) -> bool:
        return not self.ids.isdisjoint(evidence)

    def _covers(self, evidence: Sequence[str]) -> bool:
        return bool(evidence) and self.ids.issuperset(evidence)

    @cached_property
    def services(self) -> frozenset[str]:
        """Every name of a service that the report knows."""
        return names_of(self.report, self.known.values())

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        return tuple(
            s
            for s in self.report.suspects
            if self._backs(s.evidence) or any(s.id[:10] in text for text in self.texts)
        )

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        return tuple(h for h in self.report.causal_path if self._backs(h.evidence))

    @cached_property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        return tuple(b for b in self.report.breakdowns if self._backs(b.evidence))

    @cached_property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        return tuple(
            h
            for h in self.report.hypotheses
            if self._backs(h.supporting) or self._backs(h.contradicting)
        )

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        return tuple(o for o in self.report.origins if self._backs(o.evidence))

    @cached_property
    def ruled_out(self) -> tuple[RuledOut, ...]:
        return tuple(r for r in self.report.ruled_out if self._backs(r.evidence))

    @cached_property
    def marks(self) -> tuple[TimelineMark, ...]:
        """Changes on the time axis that the cited evidence tells of."""
        whole = "\n".join(self.texts)
        return tuple(m for m in self.report.timeline if m.label and m.label in whole)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All that can be quoted, one text per piece of evidence."""
        return tuple(text_of(e) for e in self.cited)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """What the analysis says in words about the things cited."""
        parts = [p for s in self.suspects for p in s.parts]
        parts += [p for o in self.origins for p in o.parts]
        reasons = [p.reason for p in parts if not p.evidence or self._backs(p.evidence)]
        own = {s.id for s in self.suspects}
        titles = [h.title for h in self.hypotheses if not h.suspect or h.suspect in own]
        out = [t for r in self.ruled_out for t in (r.title, r.reason)]
        findings = [f.text for o in self.origins for f in o.findings if self._backs(f.evidence)]
        who = [" ".join((s.id, s.title, s.author, s.version, s.deployment)) for s in self.suspects]
        claims = (self.report.headline, *self.report.summary)
        told = [
            c.text for c in claims if c.standing is Standing.ANALYSIS and self._covers(c.evidence)
        ]
        return (*told, *reasons, *titles, *out, *findings, *who)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        return tuple(self._courses())

    def _courses(self) -> Iterator[Course]:
        for evidence in self.cited:
            if evidence.kind not in (EvidenceKind.SERIES, EvidenceKind.LOG):
                continue
            windows = [a for a in self.report.anomalies if _tells_of(evidence, a)]
            if windows:
                yield from (course_of(a, evidence.id) for a in windows)
            elif (course := _course_in_words(evidence)) is not None:
                yield course

    @cached_property
    def calls(self) -> tuple[Calls, ...]:
        found = ((e.id, _CALLED.match(e.excerpt)) for e in self.cited)
        return tuple(Calls(i, m[1], m[2], int(m[3]), int(m[4])) for i, m in found if m is not None)

    @cached_property
    def changes(self) -> tuple[Evidence, ...]:
        """The cited evidence of changes."""
        return tuple(e for e in self.cited if e.kind in CHANGES)

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        return tuple(self._moments())

    def _moments(self) -> Iterator[Moment]:
        for c in self.courses:
            if c.earliest is not None and c.latest is not None:
                yield Moment(c.earliest, c.latest, "onset", c.service, c.evidence, c.onset)
            if c.end is not None:
                slack = timedelta(seconds=60)
                yield Moment(c.end - slack, c.end + slack, "end", c.service, c.evidence)
        for s in self.suspects:
            yield Moment(s.at, s.at, "change", s.service, "")
        for m in self.marks:
            yield Moment(m.at, m.at, "change", m.service, "")
        if self._backs(self.report.impact.evidence) and self.report.impact.since is not None:
            since = self.report.impact.since
            yield Moment(since, since, "onset", "", "")
        for evidence in self.cited:
            yield from _moments_in(evidence, self.report.window.start)

    def course(self, evidence_id: str) -> tuple[Course, ...]:
        return tuple(c for c in self.courses if c.evidence == evidence_id)


def text_of(evidence: Evidence) -> str:
    """Title, excerpt, query and the texts in its data: all that a reader of it sees."""
    data = evidence.data
    pieces = [evidence.title, evidence.excerpt, evidence.query, evidence.service]
    pieces += [str(data[k]) for k in ("template", "name", "hash", "repository") if k in data]
    for key in ("samples", "paths"):
        pieces += [str(piece) for piece in data.get(key) or ()][:20]
    for span in (data.get("spans") or ())[:60]:
        if isinstance(span, dict):
            pieces.append(f"{span.get('service')} {span.get('operation')} {span.get('message')}")
    return "\n".join(pieces)


def course_of(window: AnomalyWindow, evidence_id: str) -> Course:
    return Course(
        evidence_id,
        window.service,
        window.key.label(),
        str(window.signal),
        window.key.unit,
        window.direction,
        window.baseline,
        window.peak,
        window.onset_earliest,
        window.onset_latest,
        window.end,
        window.onset,
    )


def _tells_of(evidence: Evidence, window: AnomalyWindow) -> bool:
    """The evidence was made from this anomaly window: same service, name and onset."""
    if evidence.service != window.service:
        return False
    onset = evidence.data.get("onset_ns")
    if isinstance(onset, int) and abs((from_ns(onset) - window.onset).total_seconds()) > 1:
        return False
    label = evidence.data.get("name")
    if label == window.key.label() or evidence.data.get("template") == window.key.name:
        return True
    key = window.key.operation or window.key.name
    return key in evidence.title or key in evidence.query or key in evidence.excerpt


def _course_in_words(evidence: Evidence) -> Course | None:
    """Of a series without an anomaly window: the numbers of its data, else of its excerpt."""
    data, text = evidence.data, f"{evidence.title}\n{evidence.excerpt}"
    baseline, peak = _number(data.get("baseline")), _number(data.get("peak"))
    unit = str(data.get("unit") or "")
    if baseline is None or peak is None:
        baseline, peak, unit = _pair(text)
    said = next((d for w, d in _DIRECTIONS.items() if re.search(rf"\b{w}\b", text)), None)
    if baseline is None and said is None:
        return None
    earliest, latest = _onset(data)
    name = str(data.get("name") or evidence.title)
    signal = str(data.get("signal") or ("latency" if unit == "s" else ""))
    return Course(
        evidence.id, evidence.service, name, signal, unit, said, baseline, peak, earliest, latest,
        None,
    )  # fmt: skip


def _pair(text: str) -> tuple[float | None, float | None, str]:
    """The first 'from A to B' or 'A → B' of a text, in base units."""
    for one, other in pairwise(quantities(text)):
        if _BETWEEN.match(text[one.end : other.start]):
            return one.value, other.value, other.dimension
    return None, None, ""


def _onset(data: Mapping[str, object]) -> tuple[datetime | None, datetime | None]:
    onset = data.get("onset_ns")
    if not isinstance(onset, int):
        return None, None
    earliest, latest = data.get("onset_earliest_ns", onset), data.get("onset_latest_ns", onset)
    if isinstance(earliest, int) and isinstance(latest, int):
        return from_ns(earliest), from_ns(latest)
    return from_ns(onset), from_ns(onset)


def _number(value: object) -> float | None:
    try:
        return float(str(value).replace(",", "").rstrip("."))
    except ValueError:
        return None


CHANGES = (
    EvidenceKind.COMMIT,
    EvidenceKind.DEPLOYMENT,
    EvidenceKind.FLAG,
    EvidenceKind.CONFIG,
)


def _moments_in(evidence: Evidence, near: datetime) -> Iterator[Moment]:
    """The times that an excerpt names, and those of a trace's spans."""
    kind = "change" if evidence.kind in CHANGES else "seen"
    for clock in clocks(f"{evidence.title}\n{evidence.excerpt}"):
        at = _written(clock, near)
        until = at if clock.text.count(":") > 1 else at + timedelta(seconds=59)
        yield Moment(at, until, kind, evidence.service, evidence.id)
    for span in (evidence.data.get("spans") or ())[:60]:
        if isinstance(span, dict) and isinstance(span.get("start_ns"), int):
            at = from_ns(span["start_ns"])
            yield Moment(at, at, "seen", str(span.get("service", "")), evidence.id)


def _written(clock: Clock, near: datetime) -> datetime:
    if clock.date:
        day = datetime.fromisoformat(clock.date).replace(tzinfo=UTC)
        near = day + timedelta(hours=12)
    return moment(clock, near)
