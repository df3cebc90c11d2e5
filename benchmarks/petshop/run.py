"""`causeway bench petshop DIR`: a row per case as it finishes, last one summary line."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from assistant.domain.errors import CausewayError
from benchmarks.options import BenchOptions
from benchmarks.petshop.cases import (
    Recording,
    case_folders,
    read_incident,
    read_recording,
    read_truths,
)
from benchmarks.petshop.engine import investigate
from benchmarks.petshop.rename import Renaming, components_of
from benchmarks.petshop.scoring import Answer, place, summary

_COLUMNS = "{:<6} {:<15} {:>5} {:<45} {:<45} {:>6} {:>7}"


def run(directory: Path, options: BenchOptions, out: TextIO | None = None) -> int:
    """0 when every case ran, 1 when the folder holds none; writes to standard output unless told
    otherwise."""
    out = out or sys.stdout
    folders = case_folders(directory)
    if not folders:
        print(f"{directory} holds no case: DIR/cases/<case>/target.json is missing.", file=out)
        return 1
    normal = read_recording(directory / "normal" / "metrics.csv")
    print(_COLUMNS.format("", "case", "place", "named", "wanted", "belief", "seconds"), file=out)
    answers: dict[str, Answer] = {}
    places: list[int | None] = []
    results: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch:
        for number, folder in enumerate(folders, 1):
            answer = _answer(directory, folder, normal, Path(scratch) / str(number), options.rename)
            answers[folder.name] = answer
            # The label is read only after the investigation has answered.
            truth = read_truths(directory)[folder.name]
            places.append(place([c for c, _ in answer.ranking], truth))
            results.append({"case": folder.name, "truth": truth, "place": places[-1]})
            results[-1] |= {"answer": asdict(answer)}
            row = _row(f"{number}/{len(folders)}", folder.name, answer, truth, places[-1])
            print(row, file=out, flush=True)
    last = summary(places, [a.seconds for a in answers.values()])
    if options.json is not None:
        document = {"summary": last, "rename": options.rename, "cases": results}
        options.json.write_text(json.dumps(document, indent=1), "utf-8")
    print(last, file=out)
    return 0


def _answer(
    directory: Path, folder: Path, normal: Recording, workspace: Path, seed: int | None
) -> Answer:
    """The answer in the names of the data set."""
    incident = read_incident(directory, folder, normal)
    renaming = Renaming.of(components_of(incident), seed) if seed is not None else None
    try:
        found = investigate(renaming.incident(incident) if renaming else incident, workspace)
    except CausewayError as error:
        return Answer((), 0.0, f"error: {error}")  # counts as an answer that is wrong
    if renaming is None:
        return found.answer
    original = {new: old for old, new in renaming.components.items()}
    ranking = tuple((original.get(c, c), score) for c, score in found.answer.ranking)
    return Answer(ranking, found.answer.seconds)


def _row(progress: str, name: str, answer: Answer, truth: str, at: int | None) -> str:
    first, belief = answer.ranking[0] if answer.ranking else (answer.note or "none", 0.0)
    return _COLUMNS.format(
        progress,
        name,
        at or "-",
        first[:45],
        truth[:45],
        f"{belief:.2f}",
        f"{answer.seconds:.2f}",
    )
