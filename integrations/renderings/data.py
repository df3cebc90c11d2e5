"""The machine-readable side of evidence, typed: what pictures are drawn from.

Evidence may come from an older or a foreign report, so what does not fit is no picture rather
than an error; its excerpt is always shown.
"""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import Report
from integrations.renderings.words import diverse

_LATEST_NS = 2**62  # the year 2116


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and abs(value) < 1e300 else None


Point: TypeAlias = Annotated[float | None, AfterValidator(_finite)]
Nanoseconds: TypeAlias = Annotated[int, Field(ge=0, le=_LATEST_NS)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Mark(_Data):
    """A change beside the series."""

    at_ns: Nanoseconds
    label: str = ""


class _Grid(_Data):
    """One point for each step from the start on."""

    start_ns: Nanoseconds
    step_ns: Annotated[int, Field(gt=0, le=_LATEST_NS)]

    def _check_end(self, points: int) -> None:
        if self.start_ns + points * self.step_ns > _LATEST_NS:
            raise ValueError("The series ends too far in the future.")


class SeriesData(_Grid):
    """`baseline` is a value or a band (low, high)."""

    values: Annotated[tuple[Point, ...], Field(min_length=1, max_length=20_000)]
    unit: str = ""
    name: str = ""
    signal: str = ""
    baseline: Point | tuple[float, float] = None
    onset_ns: Nanoseconds | None = None
    onset_earliest_ns: Nanoseconds | None = None
    onset_latest_ns: Nanoseconds | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.step_ns * len(self.values)

    @model_validator(mode="after")
    def _ends_in_time(self) -> Self:
        self._check_end(len(self.values))
        return self


class LogData(_Grid):
    """Records of one template and how many there were in each step."""

    template: str
    samples: tuple[str, ...] = ()
    counts: Annotated[tuple[Point, ...], Field(min_length=1, max_length=20_000)]
    onset_ns: Nanoseconds | None = None

    @model_validator(mode="after")
    def _ends_in_time(self) -> Self:
        self._check_end(len(self.counts))
        return self

    def as_series(self) -> SeriesData:
        return SeriesData(
            start_ns=self.start_ns,
            step_ns=self.step_ns,
            values=self.counts,
            unit="{records}",
            name=self.template,
            onset_ns=self.onset_ns,
        )


class SpanData(_Data):
    service: str
    operation: str
    span_id: str = ""
    parent_span_id: str = ""
    start_ns: Nanoseconds
    duration_ns: Annotated[int, Field(ge=0, le=_LATEST_NS)]
    status: str = "unset"
    message: str = ""


class TraceData(_Data):
    spans: Annotated[tuple[SpanData, ...], Field(min_length=1)]


EvidenceData: TypeAlias = SeriesData | LogData | TraceData
_MODELS: dict[EvidenceKind, type[EvidenceData]] = {
    EvidenceKind.SERIES: SeriesData,
    EvidenceKind.LOG: LogData,
    EvidenceKind.TRACE: TraceData,
}


def parsed(evidence: Evidence) -> EvidenceData | None:
    """The typed data of a series, log or trace; None when there is none or it does not fit."""
    model = _MODELS.get(evidence.kind)
    if model is None or not evidence.data:
        return None
    try:
        return model.model_validate(evidence.data)
    except (ValidationError, TypeError, ValueError, OverflowError):
        return None


class Deciding(NamedTuple):
    evidence: Evidence
    series: SeriesData


def deciding(report: Report, limit: int) -> list[Deciding]:
    """At most `limit` series that evidence shows, in the order of the evidence: one of each
    service and signal before a second of any. The counts of a log template are a series too."""
    found = [Deciding(e, data) for e in report.evidence if (data := _series(e))]
    varied = diverse(found, lambda d: (d.evidence.service, d.series.signal or d.series.name))
    chosen = {id(item) for item in varied[:limit]}
    return [item for item in found if id(item) in chosen]


def _series(evidence: Evidence) -> SeriesData | None:
    data = parsed(evidence)
    if isinstance(data, LogData):
        return data.as_series()
    return data if isinstance(data, SeriesData) else None
