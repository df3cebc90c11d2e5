"""`causeway bench nezha DIR`: a row per case as it finishes, last one summary line."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TextIO

from assistant.domain.errors import CausewayError
from benchmarks.nezha.cases import Truth, case_names, read_case, read_truth
from benchmarks.nezha.engine import investigate
from benchmarks.nezha.rename import Renaming
from benchmarks.nezha.scoring import Answer, Score, score, summary
from benchmarks.options import BenchOptions

_COLUMNS = "{:<7} {:<9} {:<15} {:>5} {:<6} {:<28} {:<28} {:>8} {:>8}"
_SHOWN = 5


def run(directory: Path, options: BenchOptions, out: TextIO | None = None) -> int:
    """0 when every case ran, 1 when the folder holds none; writes to standard output unless told
    otherwise."""
    out = out or sys.stdout
    names = case_names(directory)
    if not names:
        print(f"{directory} holds no case: DIR/cases/<case>/traces.parquet is missing.", file=out)
        return 1
    heading = ("", "case", "fault", "place", "cause", "named", "wanted", "loading", "seconds")
    print(_COLUMNS.format(*heading), file=out)
    scored: list[tuple[Answer, Score]] = []
    results: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch:
        for number, name in enumerate(names, 1):
            answer, truth = _case(directory, name, Path(scratch) / str(number), options.rename)
            scored.append((answer, score(answer, truth)))
            results.append(_result(name, answer, truth, scored[-1][1]))
            row = _row(f"{number}/{len(names)}", name, answer, truth, scored[-1][1])
            print(row, file=out, flush=True)
    print(f"loading: median {median(a.loading for a, _ in scored):.2f} s a case", file=out)
    last = summary(scored)
    if options.json is not None:
        document = {"summary": last, "rename": options.rename, "cases": results}
        options.json.write_text(json.dumps(document, indent=1), "utf-8")
    print(last, file=out)
    return 0


def _case(directory: Path, name: str, workspace: Path, seed: int | None) -> tuple[Answer, Truth]:
    """The truth is read only after the investigation has answered."""
    case = read_case(directory, name)
    renaming = Renaming.of(case, seed) if seed is not None else None
    try:
        answer = investigate(renaming.case(case) if renaming else case, workspace).answer
    except CausewayError as error:
        answer = Answer((), 0.0, 0.0, f"error: {error}")  # counts as an answer that is wrong
    truth = read_truth(directory, name)
    return answer, renaming.truth(truth) if renaming else truth


def _result(name: str, answer: Answer, truth: Truth, result: Score) -> dict[str, object]:
    return {
        "case": name,
        "truth": asdict(truth),
        "score": asdict(result),
        "origins": [asdict(o) for o in answer.origins[:_SHOWN]],
        "seconds": round(answer.seconds, 3),
        "loading": round(answer.loading, 3),
    }


def _row(progress: str, name: str, answer: Answer, truth: Truth, result: Score) -> str:
    first = answer.origins[0].service if answer.origins else answer.note or "none"
    return _COLUMNS.format(
        progress,
        name,
        truth.fault,
        result.place or "-",
        "named" if result.cause else "missed",
        first[:28],
        truth.service[:28],
        f"{answer.loading:.2f}",
        f"{answer.seconds:.2f}",
    )
