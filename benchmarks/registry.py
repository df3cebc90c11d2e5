"""The benchmarks by name, for `causeway bench` (entry points of the group causeway.benchmarks)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from benchmarks.options import BenchOptions


def required(directory: Path | None) -> Path:
    """Raises UsageError where a benchmark has no data of its own."""
    if directory is None:
        raise click.UsageError("This benchmark needs the DIRECTORY with its labelled incidents.")
    return directory


def without_model(given: Mapping[str, Any]) -> BenchOptions:
    """Raises UsageError where a benchmark measures the analysis alone."""
    options = BenchOptions.of(given)
    if options.model:
        raise click.UsageError("No language model takes part in this benchmark.")
    return options


def rootcausebench(directory: Path | None, given: Mapping[str, Any]) -> int:
    # Imported on use: the engine behind it takes seconds to load.
    from benchmarks.rootcausebench.run import run

    return run(required(directory), BenchOptions.of(given))


def drilldown(directory: Path | None, given: Mapping[str, Any]) -> int:
    from benchmarks.drilldown.run import run

    return run(directory, without_model(given))


def petshop(directory: Path | None, given: Mapping[str, Any]) -> int:
    from benchmarks.petshop.run import run

    return run(required(directory), without_model(given))


def nezha(directory: Path | None, given: Mapping[str, Any]) -> int:
    from benchmarks.nezha.run import run

    return run(required(directory), without_model(given))


def nab(directory: Path | None, given: Mapping[str, Any]) -> int:
    from benchmarks.nab.run import run

    return run(required(directory), without_model(given))


BENCHMARKS: dict[str, Callable[..., int]] = {
    "drilldown": drilldown,
    "nab": nab,
    "nezha": nezha,
    "petshop": petshop,
    "rootcausebench": rootcausebench,
}
