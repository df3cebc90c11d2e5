"""Reading PetShop: what an investigation may see, and the labels, by two functions."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.domain.window import TimeWindow

PERIOD = timedelta(minutes=5)  # a row covers [its time, + PERIOD)
_NAMES = 4  # rows that name the columns: component, metric, statistic, time


@dataclass(frozen=True, slots=True)
class Column:
    """One statistic of one metric of a component; NaN where a period has no value."""

    component: str
    metric: str
    statistic: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """Rows of five minutes, not always without holes: `starts` are their times."""

    starts: tuple[datetime, ...]
    columns: tuple[Column, ...]

    @property
    def window(self) -> TimeWindow:
        """From the first row to the end of the last one, which belongs to it."""
        return TimeWindow(self.starts[0], self.starts[-1] + PERIOD + timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class Target:
    """Where and when the symptom shows."""

    component: str
    metric: str
    statistic: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """`calls` are (caller, callee)."""

    normal: Recording
    observed: Recording
    calls: tuple[tuple[str, str], ...]
    target: Target


def case_folders(directory: Path) -> list[Path]:
    return sorted(p.parent for p in directory.glob("cases/*/target.json"))


def read_incident(directory: Path, case: Path, normal: Recording) -> Incident:
    target = json.loads((case / "target.json").read_text("utf-8"))["target"]
    return Incident(
        normal,
        read_recording(case / "metrics.csv"),
        read_calls(directory / "graph.csv"),
        Target(target["node"], target["metric"], target["agg"], _moment(target["timestamp"])),
    )


def read_truths(directory: Path) -> Mapping[str, str]:
    """Case → the component at fault. For the scorer only."""
    labels = json.loads((directory / "labels.json").read_text("utf-8"))
    return {case: label["node"] for case, label in labels.items()}


def read_recording(file: Path) -> Recording:
    rows = _rows(file)
    names, body = rows[:_NAMES], rows[_NAMES:]
    columns = [
        Column(
            component=names[0][i],
            metric=names[1][i],
            statistic=names[2][i],
            values=tuple(_number(row[i]) for row in body),
        )
        for i in range(1, len(names[0]))
    ]
    return Recording(tuple(_moment(row[0]) for row in body), tuple(columns))


def read_calls(file: Path) -> tuple[tuple[str, str], ...]:
    """From an adjacency matrix: the row calls the column."""
    header, *rows = _rows(file)
    callees = header[1:]
    return tuple(
        (row[0], callee)
        for row in rows
        for callee, cell in zip(callees, row[1:], strict=True)
        if _number(cell) > 0
    )


def _rows(file: Path) -> Sequence[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if row]


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _moment(seconds: float | str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
