"""JSON of the API other than reports: questions, changes, series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.domain.changes import ConfigChange, Deployment, FlagChange, RecordedChange
from assistant.domain.errors import InvalidPayload
from assistant.domain.report import Question
from assistant.domain.signals import Floats, Series, SeriesKey, Signal
from assistant.domain.window import TimeWindow

_CHANGES: dict[str, TypeAdapter[Any]] = {
    "deployment": TypeAdapter(Deployment),
    "flag": TypeAdapter(FlagChange),
    "config": TypeAdapter(ConfigChange),
}
_KINDS: dict[type, str] = {Deployment: "deployment", FlagChange: "flag", ConfigChange: "config"}


class WindowJson(BaseModel):
    """A half-open interval: the start belongs to it, the end does not."""

    start: AwareDatetime
    end: AwareDatetime

    def value(self) -> TimeWindow:
        return TimeWindow(self.start.astimezone(UTC), self.end.astimezone(UTC))


class QuestionJson(BaseModel):
    """What to investigate. `at` is now when left out; `window` overrides how far to look;
    `baseline` is a time known to be good, to compare with."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = None
    service: str = Field("", max_length=500)
    window: WindowJson | None = None
    baseline: WindowJson | None = None
    symptom: str = Field("", max_length=20_000)
    metric: str = Field("", max_length=500)
    repository: str = Field("", max_length=500)

    def value(self) -> Question:
        return Question(
            at=(self.at or datetime.now(UTC)).astimezone(UTC),
            service=self.service,
            window=self.window.value() if self.window else None,
            symptom=self.symptom,
            metric=self.metric,
            repository=self.repository,
            baseline=self.baseline.value() if self.baseline else None,
        )


def question_to_dict(question: Question) -> dict[str, Any]:
    return {
        "at": question.at.isoformat(),
        "service": question.service,
        "window": _window_to_dict(question.window),
        "baseline": _window_to_dict(question.baseline),
        "symptom": question.symptom,
        "metric": question.metric,
        "repository": question.repository,
    }


def _window_to_dict(window: TimeWindow | None) -> dict[str, str] | None:
    if window is None:
        return None
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}


def change_to_dict(change: RecordedChange) -> dict[str, Any]:
    """The fields of the change, plain JSON values, under a leading `kind`."""
    kind = _KINDS[type(change)]
    return {"kind": kind, **_CHANGES[kind].dump_python(change, mode="json")}


def change_from_dict(document: Mapping[str, Any]) -> RecordedChange:
    """Raises InvalidPayload."""
    fields = dict(document)
    adapter = _CHANGES.get(str(fields.pop("kind", "")))
    if adapter is None:
        raise InvalidPayload("A change has the kind deployment, flag or config.")
    try:
        change: RecordedChange = adapter.validate_python(fields)
    except ValidationError as error:
        raise InvalidPayload(f"Not a change: {error}") from error
    return change


def series_to_dict(series: Series) -> dict[str, Any]:
    """A series as plain JSON values; null where a step holds no data."""
    return {
        "key": asdict(series.key),
        "start_ns": series.start_ns,
        "step_ns": series.step_ns,
        "values": _numbers(series.values),
        "weights": None if series.weights is None else _numbers(series.weights),
    }


def series_from_dict(document: Mapping[str, Any]) -> Series:
    key = dict(document["key"])
    key["signal"] = Signal(key["signal"])
    key["attributes"] = tuple((name, value) for name, value in key["attributes"])
    weights = document["weights"]
    return Series(
        SeriesKey(**key),
        document["start_ns"],
        document["step_ns"],
        np.array(document["values"], dtype=np.float64),
        None if weights is None else np.array(weights, dtype=np.float64),
    )


def _numbers(values: Floats) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def windowed(
    start: datetime | None, end: datetime | None, now: datetime, span: timedelta
) -> TimeWindow:
    """The window asked for; by default `span` up to now (the present moment included)."""
    until = end or now + timedelta(seconds=1)
    return TimeWindow((start or until - span).astimezone(UTC), until.astimezone(UTC))
