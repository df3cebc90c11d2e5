"""Causeway's detection and BARO over the same metrics: seconds per series.

    python -m benchmarks.peers.speed DIR [--json FILE]

DIR holds cases in RootCauseBench's form.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from assistant.analysis.detection.signals import signal_of
from assistant.analysis.detection.windows import detect
from assistant.domain.signals import MetricKind, Series, SeriesKey
from assistant.domain.window import NANOSECONDS, TimeWindow, from_ns
from benchmarks.peers.commits import metrics_of
from benchmarks.peers.fse_baro import NoPeers, rankings
from benchmarks.peers.outcome import peak_mb
from benchmarks.peers.panel import Panel
from benchmarks.rootcausebench.cases import case_folders, read_incident


@dataclass(frozen=True, slots=True)
class Pace:
    who: str
    series: int
    seconds: float
    peak_mb: float

    @property
    def per_series_ms(self) -> float:
        return 1000 * self.seconds / max(self.series, 1)


def paces(panels: Mapping[str, Panel]) -> list[Pace]:
    """Causeway first; BARO is left out where it is not installed."""
    count = sum(len(panel.columns) for panel in panels.values())
    seconds = sum(_detected(panel) for panel in panels.values())
    found = [Pace("Causeway, detection", count, seconds, peak_mb())]
    for name, finds_time in (("BARO", True), ("BARO's scorer alone, told the time", False)):
        try:
            ranked, memory = rankings(panels, finds_time=finds_time)
        except NoPeers:
            continue
        found.append(Pace(name, count, sum(r.seconds for r in ranked.values()), memory))
    return found


def _detected(panel: Panel) -> float:
    """Seconds of `detect` over the panel, at the moment at which its abnormal time begins."""
    start_ns = int(panel.times_s[0] * NANOSECONDS)
    step_ns = int(np.median(np.diff(panel.times_s)) * NANOSECONDS)
    series = [
        Series(
            SeriesKey(service, signal_of(metric, "", MetricKind.GAUGE), metric),
            start_ns,
            step_ns,
            values,
        )
        for (service, metric), values in zip(panel.columns, panel.values.T.copy(), strict=True)
    ]
    window = TimeWindow.of_ns(start_ns, start_ns + step_ns * len(panel.values))
    at = from_ns(int(panel.times_s[min(panel.split, len(panel.times_s) - 1)] * NANOSECONDS))
    started = time.perf_counter()
    detect(series, [], window, at + timedelta(minutes=15))
    return time.perf_counter() - started


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when the folder holds no case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.speed", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(arguments)
    folders = case_folders(given.directory)
    if not folders:
        print(f"{given.directory} holds no case.")
        return 1
    found = paces({f.name: metrics_of(read_incident(f / "data")) for f in folders})
    for pace in found:
        print(
            f"{pace.who:<36} {pace.series} series, {pace.seconds:.2f} s, "
            f"{pace.per_series_ms:.2f} ms a series, {pace.peak_mb:.0f} MB"
        )
    if given.json is not None:
        rows = [asdict(p) | {"per_series_ms": p.per_series_ms} for p in found]
        given.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
