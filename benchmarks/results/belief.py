"""How sure, why, and how fast: calibration, ablations, and detection beside BARO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results.block import Block, Table
from benchmarks.results.measure import program

DIAGRAM = Path("docs/images/calibration.png")


def calibration(shop: Sequence[Path], others: Sequence[Path]) -> Block:
    run = program(
        "benchmarks.calibration", "report", *map(str, (*shop, *others)), "--diagram", str(DIAGRAM)
    )
    columns = ("", "answers", "right", "expected calibration error", "raw", "Brier", "raw", "mean")
    rows = [
        ("target", "≥ 300", "", "≤ .10", "", "below the mean's", "", ""),
        ("best known", "", "", "nobody publishes it", "", "", "", ""),
        *(_calibrated(result) for result in run.document),
    ]
    return Block(
        "calibration",
        "Calibration",
        "Does a confidence of 80 % come true four times in five? An answer is right when verdict "
        "and guilty change (or none) are. Five bins of equal mass, 95 % bootstrap interval in "
        "brackets; *raw* is the share of the odds before calibration, *mean* always promises the "
        "share of right answers that the others had. Below: each data set scored with what the "
        "other data sets taught.",
        (Table(columns, tuple(rows), (run.command,)),),
        (
            "“As the product says it” are seeds that its table was not fitted to; where each seed "
            "was learned from the others, every seed is scored, and the picture shows that one.",
            "“Not enough evidence” counts as wrong: every incident has an answer.",
        ),
        picture=f"../{DIAGRAM}",
    )


def _calibrated(result: Mapping[str, Any]) -> tuple[str, ...]:
    ours, raw = result["calibrated"], result["raw"]
    who = f"Causeway, {result['name']}"
    error = f"{ours['error']:.3f} [{ours['low']:.3f}, {ours['high']:.3f}]"
    brier = (f"{b:.3f}" for b in (ours["brier"], raw["brier"], ours["mean_brier"]))
    right = f"{result['right']:.2f}"
    return (who, str(ours["answers"]), right, error, f"{raw['error']:.3f}", *brier)


def ablations(public: Path, shop: Path, *, count: int) -> Block:
    run = program("benchmarks.ablations", str(public), str(shop), "--count", str(count))
    by_folder: dict[str, dict[str, Mapping[str, Any]]] = {}
    for result in run.document:
        by_folder.setdefault(result["folder"], {})[result["without"]] = result
    first, second = by_folder.values()
    rows = [_ablated(name, first[name], second[name]) for name in first]
    columns = (
        "without",
        *("passed", "decoys", "graded"),
        *("shop: cause right", "none right", "decoys", "graded"),
    )
    return Block(
        "ablations",
        "Ablations",
        "The same incidents, ingested once and investigated again without one signal: "
        f"RootCauseBench, and {second['everything']['cases']} generated shop incidents.",
        (Table(columns, tuple(rows), (run.command,)),),
    )


def _ablated(name: str, public: Mapping[str, Any], shop: Mapping[str, Any]) -> tuple[str, ...]:
    nothing = shop["cases"] - shop["guilty"]
    return (
        "Causeway, nothing taken away" if name == "everything" else name,
        f"{public['passed']} of {public['cases']}",
        str(public["decoys"]),
        f"{public['graded']:.2f}",
        f"{shop['cause_right']} of {shop['guilty']}",
        f"{shop['none_right']} of {nothing}",
        str(shop["decoys"]),
        f"{shop['graded']:.2f}",
    )


def speed(directory: Path) -> Block:
    run = program("benchmarks.peers.speed", str(directory))
    rows = [
        (r["who"], str(r["series"]), f"{r['seconds']:.2f}", f"{r['per_series_ms']:.2f}",
         f"{r['peak_mb']:.0f}")
        for r in run.document
    ]  # fmt: skip
    columns = ("", "series", "seconds", "ms a series", "MB")
    return Block(
        "speed",
        "Detection beside BARO",
        "The same metric series through Causeway's detection (onsets, levels, false discovery "
        "rate) and through BARO (change points and scorer); no slower per series is the target.",
        (Table(columns, tuple(rows), (run.command,)),),
    )
