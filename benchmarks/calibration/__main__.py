"""Fit the confidence to checked answers, or report how well it keeps its promise on others.

    python -m benchmarks.calibration fit DIR... [--out FILE]
    python -m benchmarks.calibration report DIR... [--json FILE] [--diagram FILE]

Folders are those of the benchmarks: generated shop incidents, RootCauseBench, Nezha, PetShop. `fit`
writes the table that the product reads; `report` says how it does on seeds that it was not fitted
to, and what remains when a seed or a data set is scored with what the others taught. Answers are
kept in --kept, so that only a changed engine is asked again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import assistant.analysis.causes.confidence as product
from assistant.analysis.causes.confidence import Answer
from benchmarks.calibration.fit import fit
from benchmarks.calibration.records import Record, records
from benchmarks.calibration.report import Scored, across, by_seed, drawn, row, scored

TABLE = Path(product.__file__).with_name("confidence.json")
KEPT = Path("var/calibration")


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when the folders hold no case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("task", choices=("fit", "report"))
    parser.add_argument("directories", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--kept", type=Path, default=KEPT, help="folder of answers given before")
    parser.add_argument("--out", type=Path, default=TABLE, help="fit: where the table goes")
    parser.add_argument("--json", type=Path, help="report: write every figure to this file")
    parser.add_argument("--diagram", type=Path, help="report: draw the reliability diagram")
    given = parser.parse_args(arguments)
    found = [r for directory in given.directories for r in records(directory, given.kept)]
    if not found:
        print("The folders hold no case.")
        return 1
    if given.task == "fit":
        given.out.write_text(json.dumps(_table(found), indent=1) + "\n", "utf-8")
        print(f"{given.out}: {len(found)} answers, {sum(r.right for r in found)} of them right")
        return 0
    return _report(found, given.json, given.diagram)


def _table(found: Sequence[Record]) -> dict[str, object]:
    counts = {name: sum(r.dataset == name for r in found) for name in {r.dataset for r in found}}
    return {
        "method": "logistic regression (Platt 1999) on the grounds of an answer",
        "fitted": datetime.now(UTC).date().isoformat(),
        "answers": dict(sorted(counts.items())),
        "right": sum(r.right for r in found),
        "seeds": sorted({r.seed for r in found if r.dataset == "shop"}),
        "weights": fit(found),
    }


def _report(found: Sequence[Record], file: Path | None, diagram: Path | None) -> int:
    table = json.loads(TABLE.read_text("utf-8"))
    # What the table was fitted to says nothing of how well it does.
    unseen = [r for r in found if r.dataset == "shop" and r.seed not in table.get("seeds", ())]
    given = [r for r in unseen if r.answer != Answer.NONE]
    results: list[Scored] = [
        *(
            scored(name, held, table["weights"])
            for name, held in (
                ("shop, as the product says it", unseen),
                ("shop, without “not enough evidence”", given),
            )
            if held
        ),
        *by_seed(found),
        *across(found),
    ]
    for result in results:
        print(row(result))
    if file is not None:
        file.write_text(json.dumps([asdict(r) for r in results], indent=1), "utf-8")
    if diagram is not None and results:
        drawn(max(results, key=lambda result: result.calibrated.answers), diagram)
    return 0


if __name__ == "__main__":
    sys.exit(main())
