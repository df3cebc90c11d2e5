"""Rows of a table: target, best known, Causeway, peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

from benchmarks.results.block import Table
from benchmarks.results.measure import Finished, program

Figures = Mapping[str, float]
Row = tuple[str, ...]


def row(
    who: str,
    columns: Mapping[str, str],
    figures: Figures,
    seconds: float | None = None,
    mb: float | None = None,
) -> Row:
    """`columns` are the figures of the table with their formats."""
    cells = [
        format(figures[name], pattern) if name in figures else ""
        for name, pattern in columns.items()
    ]
    return (who, *cells, _seconds(seconds), f"{mb:.0f}" if mb is not None else "")


def said(who: str, columns: Mapping[str, str], texts: Mapping[str, str]) -> Row:
    """A row of words, such as the targets; `seconds` may be one of them."""
    return (who, *(texts.get(name, "") for name in columns), texts.get("seconds", ""), "")


def table(columns: Mapping[str, str], rows: Sequence[Row], runs: Sequence[Finished | str]) -> Table:
    commands = tuple(run if isinstance(run, str) else run.command for run in runs)
    return Table(("", *columns, "seconds", "MB"), tuple(rows), commands)


def peers(
    name: str, directory: str, columns: Mapping[str, str], without: str = ""
) -> tuple[list[Row], Finished]:
    """A row per peer; one that is missing says why."""
    chosen = ("--without", without) if without else ()
    found = program("benchmarks.peers", name, directory, *chosen)
    return [_peer(outcome, columns) for outcome in found.document], found


def mean_of(runs: Sequence[Figures]) -> Figures:
    return {name: fmean(run[name] for run in runs) for name in runs[0]}


def over_seeds(
    seeds: Sequence[int], measure: Callable[[int], tuple[Figures, Finished]]
) -> tuple[Figures, list[Finished]]:
    """The mean figures of one run a seed."""
    done = [measure(seed) for seed in seeds]
    return mean_of([figures for figures, _ in done]), [run for _, run in done]


def _peer(outcome: Mapping[str, Any], columns: Mapping[str, str]) -> Row:
    if outcome["missing"]:
        return (f"{outcome['peer']}: {outcome['missing']}", *("" for _ in columns), "", "")
    return row(outcome["peer"], columns, outcome["figures"], outcome["seconds"], outcome["peak_mb"])


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value >= 0.01 else "< 0.01"
