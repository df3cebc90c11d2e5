"""The machine-readable side of evidence, typed: what pictures are drawn from.

Evidence may come from an older or a foreign report, so what does not fit is no picture rather
than an error; its excerpt is always shown.
"""

from __future__ import annotations

import math
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.domain.evidence import Evidence, EvidenceKind

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
    suspect: bool = False


class SeriesData(_Data):
    """A series on a regular grid; `baseline` is a value or a band (low, high)."""

    start_ns: Nanoseconds
    step_ns: Annotated[int, Field(gt=0, le=_LATEST_NS)]
    values: Annotated[tuple[Point, ...], Field(min_length=1, max_length=20_000)]
    unit: str = ""
    name: str = ""
    baseline: Point | tuple[float, float] = None
    onset_ns: Nanoseconds | None = None
    onset_earliest_ns: Nanoseconds | None = None
    onset_latest_ns: Nanoseconds | None = None
    marks: tuple[Mark, ...] = ()


class LogData(_Data):
    """Records of one template and how many there were in each step."""

    template: str = ""
    samples: tuple[str, ...] = ()
    counts: tuple[Point, ...] = ()
    start_ns: Nanoseconds = 0
    step_ns: Annotated[int, Field(gt=0, le=_LATEST_NS)] = 1

    def as_series(self) -> SeriesData | None:
        if not self.counts:
            return None
        return SeriesData(
            start_ns=self.start_ns,
            step_ns=self.step_ns,
            values=self.counts,
            unit="{records}",
            name="records",
        )


class SpanData(_Data):
    service: str
    operation: str
    start_ns: Nanoseconds
    duration_ns: Annotated[int, Field(ge=0, le=_LATEST_NS)]
    status: str = "unset"
    message: str = ""
    depth: Annotated[int, BeforeValidator(lambda depth: max(0, min(int(depth), 12)))] = 0


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
