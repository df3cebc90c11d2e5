"""BARO (Pham, Ha and Zhang, FSE 2024) as its authors publish it, package `fse-baro`, in an
environment of its own: panels go over as files, rankings come back as JSON."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers.panel import Panel

ENVIRONMENT = Path(__file__).parents[2] / ".venv-peers"
_WORKER = Path(__file__).with_name("baro_worker.py")


class NoPeers(Exception):
    """The environment of the peers is not there; `make bench` creates it."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Services, likeliest first, and the seconds that the ranking took."""

    services: tuple[str, ...]
    seconds: float


def rankings(panels: Mapping[str, Panel], *, finds_time: bool) -> tuple[dict[str, Ranked], float]:
    """(ranking by panel name, peak memory in MB) of one process over all panels.

    With `finds_time` BARO's change point detection says where the normal time ends (the panel's
    own split where it finds nothing); otherwise the split does. Raises NoPeers."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        raise NoPeers(f"{ENVIRONMENT.name} is missing: run `make bench`")
    with tempfile.TemporaryDirectory(prefix="causeway-baro-") as folder:
        for name, panel in panels.items():
            np.savez(
                Path(folder) / f"{name}.npz",
                times=panel.times_s,
                values=panel.filled(),
                columns=np.array([f"{j}_{_kind(m)}" for j, (_, m) in enumerate(panel.columns)]),
                split=panel.split,
            )
        mode = "find" if finds_time else "given"
        done = subprocess.run(
            [str(python), str(_WORKER), folder, mode], check=True, capture_output=True, text=True
        )
    found = json.loads(done.stdout)
    return {
        name: Ranked(_services(panels[name], ranked["columns"]), ranked["seconds"])
        for name, ranked in found["rankings"].items()
    }, found["peak_mb"]


def _kind(metric: str) -> str:
    """The name in BARO's own convention: it looks for changes in what is called latency or error,
    where there is any."""
    words = metric.lower()
    if any(word in words for word in ("latency", "duration")):
        return "latency"
    return "error" if any(word in words for word in ("error", "5xx")) else words


def _services(panel: Panel, columns: list[str]) -> tuple[str, ...]:
    places = [int(column.split("_", 1)[0]) for column in columns]
    return tuple(dict.fromkeys(panel.columns[j][0] for j in places))
