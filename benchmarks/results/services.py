"""Benchmarks that ask for a service, a window or an attribute, by the last line they print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median

from benchmarks.results.block import Block, Table
from benchmarks.results.measure import Finished, causeway, program
from benchmarks.results.tables import Figures, over_seeds, peers, row, said, table

_SEEDS = (1, 2, 3, 4, 5)
_NUMBER = r"(-?[\d.]+)"


def figures_of(last: str, patterns: Mapping[str, str]) -> Figures:
    """Numbers in a summary line: `patterns` hold one group each, '#' stands for a number."""
    found = {name: re.search(p.replace("#", _NUMBER), last) for name, p in patterns.items()}
    return {name: float(match[1]) for name, match in found.items() if match}


def petshop(directory: Path, *, fast: bool) -> Block:
    columns = {"top1": ".2f", "top3": ".2f"}
    patterns = {"top1": "top1 #", "top3": "top3 #", "seconds": "median #"}
    words = [
        said("target", columns, {"top1": "≥ .80", "top3": "≥ .95"}),
        said("best known, all 52 usable issues: anomaly traversal", columns,
             {"top1": ".69", "top3": ".83"}),
    ]  # fmt: skip
    return Block(
        "petshop",
        "PetShop",
        "26 performance issues of a cloud application, from metrics of every five minutes and the "
        "call graph: the share of cases whose component at fault is among the first one or three.",
        (_table("petshop", directory, columns, patterns, words, renamed=not fast),),
        (
            "Threshold and span of the graph methods are those that serve them best on this very "
            "data.",
            "The constant prior reads the labels, in sample or leaving the case out: what can be "
            "had without looking at the data.",
        ),
    )


def nezha(directory: Path, *, fast: bool) -> Block:
    columns = {"AS@1": ".1f", "AS@3": ".1f", "AS@5": ".1f", "cause": ".0f"}
    patterns = {
        "AS@1": "AS@1 #", "AS@3": "AS@3 #", "AS@5": "AS@5 #", "cause": r"cause (\d+)",
        "seconds": "median #",
    }  # fmt: skip
    words = [
        said("target", columns, {"AS@1": "≥ 91.3 (21 of 23)", "AS@3": "≥ 95.7 (22)",
                                 "AS@5": "100 (23)", "cause": "≥ 80 %", "seconds": "≤ 3"}),
        said("best known, all 45: Nezha, thresholds shipped per system", columns,
             {"AS@1": "86.7", "AS@3": "97.8", "AS@5": "97.8", "seconds": "26"}),
        said("all 45: MicroRCA", columns, {"AS@1": "20", "AS@3": "31", "AS@5": "44"}),
        said("all 45: MicroRank", columns, {"AS@1": "16", "AS@3": "24", "AS@5": "36"}),
        said("all 45: PDiagnose", columns, {"AS@1": "9", "AS@3": "13", "AS@5": "22"}),
    ]  # fmt: skip
    return Block(
        "nezha",
        "Nezha, TrainTicket",
        "23 injected faults, from logs, traces and metrics: the share (%) of cases whose service "
        "is among the first k, and the number in which the cause inside it was named.",
        (_table("nezha", directory, columns, patterns, words, renamed=not fast),),
        (
            "The peers here read metrics, as they are made to; every method is told the time of "
            "the fault. BARO's own search for it takes minutes for one case.",
        ),
    )


def nab(directory: Path, *, fast: bool) -> Block:
    del fast  # a series has one name: renaming it shows nothing
    columns = {"found": ".1f", "of": ".0f", "false": ".2f", "delay": ".0f"}
    patterns = {
        "found": "found #", "of": r"found \d+/#", "false": "points #,", "delay": "delay #",
    }  # fmt: skip
    words = [said("target", columns, {"found": "≥ 80 %", "false": "≤ 1"})]
    return Block(
        "nab",
        "NAB",
        "29 series, one point at a time and forward in time only: labelled windows in which an "
        "alarm opened, false alarms per 1000 points, median delay in points.",
        (_table("nab", directory, columns, patterns, words, renamed=False),),
        (
            "Each peer has the lowest threshold that keeps it within one false alarm per 1000 "
            "points on this very data (or the highest of ten, where none does).",
            "Published full-profile scores, another measure: ARTime 74.9, Numenta HTM 70, "
            "windowed Gaussian 39.6, random 11.",
        ),
    )


def drilldown() -> Block:
    run = causeway("bench", "drilldown")
    return Block(
        "drilldown",
        "Drill-down",
        "Generated multi-dimensional faults of one to three causes in one or two dimensions, with "
        "noise: F1 over causes, and how many faults were answered exactly. Target: F1 ≥ .90 (the "
        "range that Squeeze and RiskLoc publish).",
        (_drilled(run.output.splitlines()[1:-1], run),),
        (run.last,),
    )


def _drilled(lines: Iterable[str], run: Finished) -> Table:
    """Setting, F1 of both methods, exact answers and seconds, as the benchmark prints them."""
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines]
    columns = ("setting", "F1 Causeway", "F1 Adtributor", "exact", "seconds")
    rows = (tuple(cell.removeprefix("F1 ") for cell in row) for row in cells)
    return Table(columns, tuple(rows), (run.command,))


def retrieval() -> Block:
    run = program("benchmarks.knowledge", json=False)
    lines = [line for line in run.output.splitlines() if line.startswith("|")]
    columns, _, *rows = [tuple(c.strip() for c in line.strip("|").split("|")) for line in lines]
    return Block(
        "retrieval",
        "Retrieval",
        f"Which hunk or template belongs to a symptom: {run.output.splitlines()[0]}. Target: the "
        "hybrid is at least as good as the best single method.",
        (Table(columns, tuple(rows), (run.command,)),),
    )


def _seconds(run: Finished) -> Figures:
    """Of a benchmark over series, whose last line says nothing of time: the median of one."""
    series = run.document.get("series", {})
    return {"seconds": median(s["seconds"] for s in series.values())} if series else {}


def _table(
    name: str,
    directory: Path,
    columns: Mapping[str, str],
    patterns: Mapping[str, str],
    words: list[tuple[str, ...]],
    *,
    renamed: bool,
) -> Table:
    def once(*extra: str) -> tuple[Figures, Finished]:
        run = causeway("bench", name, str(directory), *extra)
        return {**_seconds(run), **figures_of(run.last, patterns)}, run

    figures, run = once()
    rows = [*words, row("Causeway", columns, figures, figures.get("seconds"), run.peak_mb)]
    runs = [run]
    if renamed:
        mean, done = over_seeds(_SEEDS, lambda seed: once("--rename", str(seed)))
        rows.append(row(f"Causeway, renamed, mean of {len(done)} seeds", columns, mean))
        runs += done[:1]
    others, command = peers(name, str(directory), columns)
    return table(columns, [*rows, *others], [*runs, command])
