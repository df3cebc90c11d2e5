"""Peers on Nezha's data: the metrics alone, and the time of the fault, which all are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.nezha.cases import case_names, question_time, read_truth, service_of
from benchmarks.peers.deviations import n_sigma, robust_z
from benchmarks.peers.fse_baro import rankings
from benchmarks.peers.outcome import Outcome, Watch, peak_mb
from benchmarks.peers.panel import Panel, Ranking
from benchmarks.peers.places import by_chance, constant, within

BARO = "BARO's scorer, told the time"
RANDOM = "random service"
_METHODS: dict[str, Callable[[Panel], Ranking]] = {"robust z": robust_z, "N-sigma": n_sigma}
_CONSTANT = {"constant prior, leaving one out": True, "constant prior, in sample": False}
PEERS = (BARO, *_METHODS, *_CONSTANT, RANDOM)


def run(peer: str, directory: Path) -> Outcome:
    """`AS@1`, `AS@3` and `AS@5`, in percent. Raises NoPeers."""
    names = case_names(directory)
    truths = {name: read_truth(directory, name).service for name in names}
    if peer in _CONSTANT:
        ranked = constant(truths, leave_one_out=_CONSTANT[peer])
        return Outcome(peer, _figures(truths, ranked), 0.0, peak_mb())
    panels = {name: panel_of(directory, name) for name in names}
    if peer == RANDOM:
        counts = {name: len({s for s, _ in p.columns}) for name, p in panels.items()}
        figures = {f"AS@{k}": 100 * by_chance(counts, k) for k in (1, 3, 5)}
        return Outcome(peer, figures, 0.0, peak_mb())
    if peer == BARO:
        found, memory = rankings(panels, finds_time=False)
        ranked = {case: list(f.services) for case, f in found.items()}
        seconds = median(f.seconds for f in found.values())
        return Outcome(peer, _figures(truths, ranked), seconds, memory)
    watch, ranked = Watch(), {}
    for name, panel in panels.items():
        with watch():
            ranked[name] = [service for service, _ in _METHODS[peer](panel)]
    return Outcome(peer, _figures(truths, ranked), watch.median_s, peak_mb())


def panel_of(directory: Path, name: str) -> Panel:
    """Metrics of pods under the name of their service, normal until the time of the fault."""
    table = pq.read_table(directory / "cases" / name / "metrics.parquet")
    times = table["time"].cast(pa.timestamp("ns", tz="UTC")).cast(pa.int64()).to_numpy() / 1e9
    services = [service_of(entity) for entity in table["entity"].to_pylist()]
    columns = zip(services, table["metric"].to_pylist(), strict=True)
    values = np.asarray(table["value"].to_pylist(), dtype=np.float64)
    return Panel.of(
        zip(times, columns, values, strict=True), question_time(directory, name).timestamp()
    )


def _figures(truths: Mapping[str, str], ranked: Mapping[str, list[str]]) -> dict[str, float]:
    return {f"AS@{k}": 100 * within(truths, ranked, k) for k in (1, 3, 5)}
