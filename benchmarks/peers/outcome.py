"""What one method scored, and what it cost; each runs in a fresh process of its own, so that the
memory of one is not in the next."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.peers.fse_baro import NoPeers


@dataclass(frozen=True, slots=True)
class Outcome:
    """`figures` by column of the benchmark's table; `seconds` is the median of a case, the data
    already read; `peak_mb` that of the whole process. `missing` says why there are no figures."""

    peer: str
    figures: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    peak_mb: float = 0.0
    missing: str = ""


class Watch:
    """Collects the seconds of cases."""

    def __init__(self) -> None:
        self.laps: list[float] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.laps.append(time.perf_counter() - started)

    @property
    def median_s(self) -> float:
        return median(self.laps) if self.laps else 0.0


def peak_mb() -> float:
    """Peak resident memory of this process."""
    held = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(held[1]) / 1024 if held else 0.0


def measured(run: Callable[[str, Path], Outcome], peer: str, directory: Path) -> Outcome:
    """`run(peer, directory)` in a process of its own; it must be importable there."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        try:
            return pool.submit(run, peer, directory).result()
        except NoPeers as error:
            return Outcome(peer, missing=str(error))
