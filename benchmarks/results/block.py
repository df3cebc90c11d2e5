"""A part of the document: tables with the commands that gave their figures."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FIGURES = Path(__file__).with_name("figures")


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are text; `commands` reproduce it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """`notes` are sentences below the tables; `measured` and `machine` say when and where."""

    name: str
    title: str
    about: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    picture: str = ""  # path from the document
    measured: str = ""
    machine: str = ""

    def save(self) -> None:
        FIGURES.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (FIGURES / f"{self.name}.json").write_text(text + "\n", "utf-8")


def load(name: str) -> Block | None:
    """As it was measured last; None when it never was."""
    file = FIGURES / f"{name}.json"
    if not file.exists():
        return None
    held = json.loads(file.read_text("utf-8"))
    tables = [
        Table(tuple(t["columns"]), tuple(map(tuple, t["rows"])), tuple(t["commands"]))
        for t in held.pop("tables")
    ]
    return Block(**held | {"tables": tuple(tables), "notes": tuple(held["notes"])})


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def machine() -> str:
    """What the figures depend on; how busy it was too, as it may be shared."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[1]:.1f}"
    )
