"""What evidence tells in typed form: how series ran, who called whom, what happened when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from assistant.domain.anomaly import AnomalyWindow, Direction
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.window import from_ns
from assistant.investigator.gate.clock import Clock, clocks, moment
from assistant.investigator.gate.quantities import quantities

CHANGES = (
    EvidenceKind.COMMIT,
    EvidenceKind.DEPLOYMENT,
    EvidenceKind.FLAG,
    EvidenceKind.CONFIG,
)
_ONSET = re.compile(r"\bonset (\d\d:\d\d:\d\d)")
_ENDED = re.compile(r"\bended (\d\d:\d\d:\d\d)")
_BETWEEN = re.compile(r"^ ?(?:→|->|to) ?$")
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


def tells_of(evidence: Evidence, window: AnomalyWindow) -> bool:
    """The evidence was made from this anomaly window: same service, name and onset."""
    if evidence.service != window.service:
        return False
    onset = evidence.data.get("onset_ns")
    if isinstance(onset, int) and abs((from_ns(onset) - window.onset).total_seconds()) > 1:
        return False
    written = _ONSET.search(evidence.excerpt)
    if written and written[1] != f"{window.onset:%H:%M:%S}":
        return False
    label = evidence.data.get("name")
    if label == window.key.label() or evidence.data.get("template") == window.key.name:
        return True
    key = window.key.operation or window.key.name
    return key in evidence.title or key in evidence.query or key in evidence.excerpt


def course_in_words(evidence: Evidence) -> Course | None:
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
    ended = _ENDED.search(evidence.excerpt)
    end = moment(clocks(ended[1])[0], earliest) if ended and earliest is not None else None
    return Course(
        evidence.id, evidence.service, name, signal, unit, said, baseline, peak, earliest, latest,
        end,
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


def moments_in(evidence: Evidence, near: datetime) -> Iterator[Moment]:
    """The times that an excerpt names, and those of a trace's spans."""
    kind = "change" if evidence.kind in CHANGES else "seen"
    for clock in clocks(f"{evidence.title}\n{evidence.excerpt}"):
        at = _written(clock, near)
        until = at if clock.text.count(":") > 1 else at + timedelta(seconds=59)
        yield Moment(at, until, kind, evidence.service, evidence.id)
    for at in _extremes(evidence.data):
        yield Moment(at, at + _step(evidence.data), "seen", evidence.service, evidence.id)
    for span in (evidence.data.get("spans") or ())[:60]:
        if isinstance(span, dict) and isinstance(span.get("start_ns"), int):
            at = from_ns(span["start_ns"])
            yield Moment(at, at, "seen", str(span.get("service", "")), evidence.id)


def _extremes(data: Mapping[str, Any]) -> Iterator[datetime]:
    """When a series stood highest and lowest."""
    start, step = data.get("start_ns"), data.get("step_ns")
    values = [(v, i) for i, v in enumerate(data.get("values") or ()) if v is not None]
    if values and isinstance(start, int) and isinstance(step, int):
        yield from (from_ns(start + step * i) for _, i in (max(values), min(values)))


def _step(data: Mapping[str, Any]) -> timedelta:
    return timedelta(microseconds=int(data.get("step_ns") or 0) // 1000)


def _written(clock: Clock, near: datetime) -> datetime:
    if clock.date:
        day = datetime.fromisoformat(clock.date).replace(tzinfo=UTC)
        near = day + timedelta(hours=12)
    return moment(clock, near)
