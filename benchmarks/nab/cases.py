"""The files of the data set: series as recorded, and the windows that only the scorer may read."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assistant.domain.signals import Floats
from assistant.domain.window import NANOSECONDS, to_ns

_LABELS = "windows.json"


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One series as it was recorded: `name` is its path below data/, times are nanoseconds."""

    name: str
    times_ns: np.ndarray[tuple[int], np.dtype[np.int64]]
    values: Floats

    @property
    def group(self) -> str:
        return self.name.split("/", 1)[0]

    @property
    def step_ns(self) -> int:
        """The usual time between two points, in whole seconds."""
        usual = int(np.median(np.diff(self.times_ns)))
        return max(1, round(usual / NANOSECONDS)) * NANOSECONDS


@dataclass(frozen=True, slots=True)
class Labelled:
    """A stretch labelled as anomalous; both ends belong to it."""

    start_ns: int
    end_ns: int

    def __contains__(self, time_ns: int) -> bool:
        return self.start_ns <= time_ns <= self.end_ns


def recordings(directory: Path) -> list[Recording]:
    """Every series below DIR/data, by name."""
    data = directory / "data"
    return [_recording(data, file) for file in sorted(data.rglob("*.csv"))]


def labels(directory: Path) -> dict[str, list[Labelled]]:
    """Series → its labelled windows, in time order."""
    document = json.loads((directory / _LABELS).read_text("utf-8"))
    return {
        name: [Labelled(_ns(start), _ns(end)) for start, end in sorted(windows)]
        for name, windows in document.items()
    }


def _recording(data: Path, file: Path) -> Recording:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(_ns(row["timestamp"]), float(row["value"])) for row in csv.DictReader(lines)]
    times, values = zip(*rows, strict=True)
    return Recording(
        file.relative_to(data).as_posix(), np.array(times, dtype=np.int64), np.array(values)
    )


def _ns(text: str) -> int:
    return to_ns(datetime.fromisoformat(text).replace(tzinfo=UTC))
