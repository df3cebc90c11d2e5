"""Reading a folder of cases. What an investigation may see and what the scorer knows are two
values read by two functions, and only the first goes anywhere near the engine."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Incident:
    """The data/ folder of a case as plain values: everything an investigation may read.
    `patterns.json` is left unused: it is somebody else's reading of the logs."""

    alert: Row
    logs: tuple[Row, ...]
    metrics: tuple[Row, ...]
    spans: tuple[Row, ...]
    commits: tuple[Row, ...]
    deploys: tuple[Row, ...]
    flags: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """For the scorer only. `commit` is 'none' when no commit did it."""

    commit: str
    first_failing_service: str
    blast_radius: frozenset[str]
    remediation: str
    decoys: tuple[str, ...]
    notes: str = ""  # in words; of a generated incident, which fault it is


def case_folders(directory: Path) -> list[Path]:
    """Folders below `directory` (or itself) that hold a case, by name."""
    found = sorted(p.parents[1] for p in directory.glob("*/data/alert.json"))
    if not found and (directory / "data" / "alert.json").is_file():
        return [directory]
    return found


def read_incident(data: Path) -> Incident:
    """Reads a case's data/ folder and nothing outside of it."""
    context = data / "context"
    return Incident(
        alert=json.loads((data / "alert.json").read_text("utf-8")),
        logs=_lines(data / "logs.ndjson"),
        metrics=_table(data / "metrics.csv"),
        spans=_list(data / "traces.json"),
        commits=_list(context / "commits.json"),
        deploys=_list(context / "deploys.json"),
        flags=_list(context / "flags.json"),
    )


def read_truth(case: Path) -> Truth:
    truth = json.loads((case / "ground_truth.json").read_text("utf-8"))
    return Truth(
        commit=truth["root_cause_commit"],
        first_failing_service=truth.get("first_failing_service", ""),
        blast_radius=frozenset(truth.get("blast_radius", ())),
        remediation=truth.get("remediation", ""),
        decoys=tuple(truth.get("decoy_deploy_commits", ())),
        notes=str(truth.get("notes") or ""),
    )


def moment(text: str) -> datetime:
    """ISO 8601; UTC where no zone is said."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _list(path: Path) -> tuple[Row, ...]:
    return tuple(json.loads(path.read_text("utf-8"))) if path.is_file() else ()


def _lines(path: Path) -> tuple[Row, ...]:
    if not path.is_file():
        return ()
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def _table(path: Path) -> tuple[Row, ...]:
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
