"""The benchmarks by name, for `causeway bench` (entry points of the group causeway.benchmarks)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.options import BenchOptions


def rootcausebench(directory: Path, given: Mapping[str, Any]) -> int:
    # Imported on use: the engine behind it takes seconds to load.
    from benchmarks.rootcausebench.run import run

    return run(directory, BenchOptions.of(given))


BENCHMARKS: dict[str, Callable[[Path, Mapping[str, Any]], int]] = {
    "rootcausebench": rootcausebench,
}
