"""RootCauseBench and shop incidents: which commit did it, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.peers.rootcausebench import BARO
from benchmarks.results.block import Block
from benchmarks.results.measure import Finished, causeway
from benchmarks.results.tables import Figures, over_seeds, peers, row, said, table
from benchmarks.rootcausebench.scoring import NONE

COLUMNS = {"passed": ".3g", "decoys": ".3g", "none": ".3g", "graded": ".2f", "first": ".3g"}
_SEEDS = (1, 2, 3, 4, 5)


def rootcausebench(directory: Path, *, fast: bool) -> Block:
    figures, run = _causeway(directory)
    rows = [
        said("target", COLUMNS, {"passed": "≥ 10 of 12", "decoys": "0", "none": "3 of 3",
                                 "graded": "≥ .90"}),
        said("best known, all 24 cases: claude-sonnet-4.6 (scripts 29 %)", COLUMNS,
             {"passed": "96 %", "seconds": "100"}),
        row("Causeway", COLUMNS, figures, figures["seconds"], run.peak_mb),
    ]  # fmt: skip
    runs = [run]
    if not fast:
        mean, renamed = over_seeds(_SEEDS, lambda seed: _causeway(directory, seed))
        rows.append(row(f"Causeway, renamed, mean of {len(renamed)} seeds", COLUMNS, mean))
        runs += renamed[:1]
    others, command = peers("rootcausebench", str(directory), COLUMNS)
    return Block(
        "rootcausebench",
        "RootCauseBench",
        "Twelve frozen incidents: which commit did it, or none. *Passed* counts right commits and "
        "right “none”, *decoys* innocent commits that were blamed, *none* the right answers where "
        "no commit is guilty, *first* the first failing service.",
        (table(COLUMNS, [*rows, *others], [*runs, command]),),
        (
            "A method that ranks services gets the commit that was last deployed with the first "
            "of them; it is told to take the quarter of an hour before the alert for abnormal. "
            "BARO finds the time itself.",
            "Chance is an exact expectation, hence the fractions.",
        ),
    )


def shop(directory: Path) -> Block:
    """Generated incidents; of the peers those that need seconds, not hours."""
    figures, run = _causeway(directory)
    cases = run.document["cases"]
    guilty = [c for c in cases if c["truth"]["commit"] != NONE]
    right = sum(c["score"]["passed"] for c in guilty) / max(len(guilty), 1)
    abstained = figures["none"] / max(len(cases) - len(guilty), 1)
    rows = [
        said("target", COLUMNS, {"passed": "≥ 90 %", "none": "≥ 90 %"}),
        row("Causeway", COLUMNS, figures, figures["seconds"], run.peak_mb),
    ]
    others, command = peers("rootcausebench", str(directory), COLUMNS, without=BARO)
    return Block(
        "shop",
        "Shop incidents",
        f"{len(cases)} generated incidents of the example shop, {len(guilty)} with a guilty "
        f"change: **cause right {right:.1%}, abstention right {abstained:.1%}** (target 90 % "
        "each). Columns as above.",
        (table(COLUMNS, [*rows, *others], [run, command]),),
        (
            "These seeds were the check while the engine was built; others come from "
            "`examples/shop/incidents --seed N --count K DIR`.",
            "BARO's own search for the time of a change takes ten seconds and more for one of "
            "these incidents (its cost grows with the cube of the number of series), so it is "
            "told the time here.",
        ),
    )


def _causeway(directory: Path, rename: int | None = None) -> tuple[Figures, Finished]:
    extra = ("--rename", str(rename)) if rename is not None else ()
    run = causeway("bench", "rootcausebench", str(directory), *extra)
    return _figures(run.document["cases"]), run


def _figures(cases: Sequence[Mapping[str, Any]]) -> Figures:
    return {
        "passed": sum(c["score"]["passed"] for c in cases),
        "decoys": sum(c["score"]["decoy"] for c in cases),
        "none": sum(c["score"]["passed"] for c in cases if c["truth"]["commit"] == NONE),
        "graded": fmean(c["score"]["graded"] for c in cases),
        "first": sum(
            c["answer"]["first_failing_service"] == c["truth"]["first_failing_service"]
            for c in cases
        ),
        "seconds": median(c["answer"]["seconds"] for c in cases),
    }
