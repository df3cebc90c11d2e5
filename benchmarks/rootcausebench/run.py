"""`causeway bench rootcausebench DIR`: a row per case as it finishes, last one summary line."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from assistant.domain.errors import CausewayError
from benchmarks.options import BenchOptions
from benchmarks.rootcausebench.cases import Truth, case_folders, read_incident, read_truth
from benchmarks.rootcausebench.engine import investigate, refusal
from benchmarks.rootcausebench.rename import Renaming
from benchmarks.rootcausebench.scoring import Answer, Score, score, spending, summary

_COLUMNS = "{:<9} {:<36} {:<7} {:<13} {:<13} {:<28} {:>6} {:>7}"


def run(directory: Path, options: BenchOptions, out: TextIO | None = None) -> int:
    """0 when every case ran, 1 when the folder holds none; writes to standard output unless told
    otherwise."""
    out = out or sys.stdout
    folders = case_folders(directory)
    if not folders:
        print(f"{directory} holds no case: DIR/<case>/data/alert.json is missing.", file=out)
        return 1
    print(_heading(), file=out)
    scored: list[tuple[Answer, Truth, Score]] = []
    results: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch:
        models = Path(scratch) / "models"
        models.mkdir()
        for number, folder in enumerate(folders, 1):
            workspace = Path(scratch) / f"case-{number}"
            answer, truth, result = _case(folder, workspace, models, options)
            scored.append((answer, truth, score(answer, truth)))
            results.append(result | {"case": folder.name, "score": asdict(scored[-1][2])})
            print(_row(f"{number}/{len(folders)}", folder.name, *scored[-1]), file=out, flush=True)
    last = summary(scored) + spending([answer for answer, *_ in scored])
    if options.json is not None:
        document = {"summary": last, "rename": options.rename, "cases": results}
        options.json.write_text(json.dumps(document, indent=1, default=_plain), "utf-8")
    print(last, file=out)
    return 0


def _case(
    folder: Path, workspace: Path, models: Path, options: BenchOptions
) -> tuple[Answer, Truth, dict[str, object]]:
    """The truth is read only after the investigation has answered."""
    incident = read_incident(folder / "data")
    renaming = Renaming.of(incident, options.rename) if options.rename is not None else None
    try:
        shown = renaming.incident(incident) if renaming else incident
        found = investigate(
            shown, workspace, models, model=options.model, settings=options.settings
        )
        answer, top = found.answer, found.report.suspects[:5]
    except CausewayError as error:
        answer, top = refusal(error), ()  # counts as an answer that is wrong
    truth = read_truth(folder)
    if renaming is not None:
        truth = renaming.truth(truth)
    suspects = [{"id": s.id, "title": s.title, "score": s.score} for s in top]
    result: dict[str, object] = {
        "answer": asdict(answer),
        "truth": asdict(truth),
        "suspects": suspects,
    }
    return answer, truth, result


def _heading() -> str:
    return _COLUMNS.format(
        "", "case", "", "answer", "wanted", "first failing service", "graded", "seconds"
    ).rstrip()


def _row(progress: str, name: str, answer: Answer, truth: Truth, result: Score) -> str:
    mark = "passed" if result.passed else "DECOY" if result.decoy else "missed"
    right = "=" if answer.first_failing_service == truth.first_failing_service else "≠"
    return _COLUMNS.format(
        progress,
        name[:36],
        mark,
        answer.commit[:12],
        truth.commit[:12],
        f"{right} {answer.first_failing_service}"[:28],
        f"{result.graded:.2f}",
        f"{answer.seconds:.2f}",
    )


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Sequence):
        return list(value)
    return str(value)
