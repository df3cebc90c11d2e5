"""Peers on PetShop: metrics, and a call graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from assistant.domain.signals import Floats
from benchmarks.peers.deviations import n_sigma, robust_z
from benchmarks.peers.fse_baro import rankings
from benchmarks.peers.graphs import System, anomaly_traversal, ranked_correlation
from benchmarks.peers.outcome import Outcome, Watch, peak_mb
from benchmarks.peers.panel import Panel, Ranking
from benchmarks.peers.places import by_chance, constant, within
from benchmarks.petshop.cases import (
    PERIOD,
    Column,
    Incident,
    Recording,
    case_folders,
    read_incident,
    read_recording,
    read_truths,
)

_RECENT = 12  # rows: an hour of normal time
BARO = "BARO's scorer, told the normal time"
_METHODS: dict[str, Callable[[Incident], Ranking]] = {
    "anomaly traversal": lambda incident: anomaly_traversal(system_of(incident)),
    "ranked correlation": lambda incident: ranked_correlation(system_of(incident)),
    "robust z": lambda incident: robust_z(panel_of(_of_symptom(incident))),
    "N-sigma": lambda incident: n_sigma(panel_of(_of_symptom(incident))),
}
_CONSTANT = {
    "constant prior, leaving one out": True,
    "constant prior, in sample": False,
}
RANDOM = "random component"
PEERS = (BARO, *_METHODS, *_CONSTANT, RANDOM)


def run(peer: str, directory: Path) -> Outcome:
    """`top1` and `top3`, shares of the cases. Raises NoPeers."""
    truths = dict(read_truths(directory))
    if peer in _CONSTANT:
        ranked = constant(truths, leave_one_out=_CONSTANT[peer])
        return Outcome(peer, _figures(truths, ranked), 0.0, peak_mb())
    incidents = _incidents(directory)
    truths = {case: truths[case] for case in incidents}
    if peer == RANDOM:
        counts = {case: len(components_of(incident)) for case, incident in incidents.items()}
        figures = {f"top{k}": by_chance(counts, k) for k in (1, 3)}
        return Outcome(peer, figures, 0.0, peak_mb())
    if peer == BARO:
        panels = {case: panel_of(incident) for case, incident in incidents.items()}
        found, memory = rankings(panels, finds_time=False)
        ranked = {case: list(f.services) for case, f in found.items()}
        seconds = median(f.seconds for f in found.values())
        return Outcome(peer, _figures(truths, ranked), seconds, memory)
    watch, ranked = Watch(), {}
    for case, incident in incidents.items():
        with watch():
            ranked[case] = [service for service, _ in _METHODS[peer](incident)]
    return Outcome(peer, _figures(truths, ranked), watch.median_s, peak_mb())


def panel_of(incident: Incident) -> Panel:
    """Every statistic of every metric, normal time first even where it was recorded later."""
    parts = (incident.normal, incident.observed)
    columns = sorted({_name(c) for part in parts for c in part.columns})
    values = np.concatenate([_table(part, columns) for part in parts])
    times = np.arange(len(values), dtype=np.float64) * PERIOD.total_seconds()
    return Panel(times, tuple(columns), values, len(incident.normal.starts))


def _name(column: Column) -> tuple[str, str]:
    return column.component, f"{column.metric}_{column.statistic}"


def _table(recording: Recording, columns: Sequence[tuple[str, str]]) -> Floats:
    held = {_name(c): c.values for c in recording.columns}
    nothing = (math.nan,) * len(recording.starts)
    return np.array([held.get(name, nothing) for name in columns], dtype=np.float64).T


def system_of(incident: Incident) -> System:
    """The metric in which the symptom shows, of every component."""
    panel = panel_of(_of_symptom(incident))
    recent = panel.values[max(panel.split - _RECENT, 0) :]
    series = {c: recent[:, j] for j, (c, _) in enumerate(panel.columns)}
    return System(dict(robust_z(panel)), series, incident.target.component, incident.calls)


def _of_symptom(incident: Incident) -> Incident:
    """The incident with nothing but the statistic that raised the alarm."""
    wanted = incident.target.metric, incident.target.statistic

    def ours(recording: Recording) -> Recording:
        same = tuple(c for c in recording.columns if (c.metric, c.statistic) == wanted)
        return Recording(recording.starts, same)

    return replace(incident, normal=ours(incident.normal), observed=ours(incident.observed))


def components_of(incident: Incident) -> set[str]:
    return {c.component for c in incident.observed.columns}


def _incidents(directory: Path) -> dict[str, Incident]:
    normal = read_recording(directory / "normal" / "metrics.csv")
    return {f.name: read_incident(directory, f, normal) for f in case_folders(directory)}


def _figures(truths: Mapping[str, str], ranked: Mapping[str, list[str]]) -> dict[str, float]:
    return {f"top{k}": within(truths, ranked, k) for k in (1, 3)}
