"""Answers of data sets that ask for a service: the first origin of the report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant.analysis.causes.confidence import FURTHEST, MOST_SIGNALS, Answer, Grounds
from assistant.domain.errors import CausewayError
from assistant.domain.report import Origin, Report
from benchmarks.nezha import cases as nezha
from benchmarks.nezha.engine import investigate as investigate_nezha
from benchmarks.petshop import cases as petshop
from benchmarks.petshop.engine import investigate as investigate_petshop


@dataclass(frozen=True, slots=True)
class Checked:
    """The first origin of a case, in the inputs of the regression, and whether it was right."""

    case: str
    inputs: dict[str, float]
    belief: float
    right: bool


def checked(dataset: str, directory: Path, scratch: Path, asked: set[str]) -> Iterator[Checked]:
    """Of every case that was not asked yet; labels are read after the answer."""
    for name, ask, truth in {"nezha": _nezha, "petshop": _petshop}[dataset](directory):
        if name in asked:
            continue
        try:
            origins = ask(scratch / name).origins
        except CausewayError:
            origins = ()
        first = origins[0].service if origins else ""
        belief = origins[0].score if origins else 0.0
        yield Checked(name, inputs(origins), belief, first == truth())


def inputs(origins: Sequence[Origin]) -> dict[str, float]:
    """As `Grounds.inputs` has them for a cause."""
    if not origins:
        return Grounds(Answer.NONE).inputs()
    first = min(max(origins[0].score, 1e-3), 1 - 1e-3)
    second = max(origins[1].score, 1e-3) if len(origins) > 1 else 1e-3
    signals = sum(part.value > 0 for part in origins[0].parts)
    return {
        "named": 1.0,
        "answer: origin": 1.0,
        "share": _within(math.log(first / (1 - first))),
        "lead": _within(math.log(first / second)),
        "signals": min(signals, MOST_SIGNALS) / MOST_SIGNALS,
    }


_Cases = Iterator[tuple[str, Callable[[Path], Report], Callable[[], str]]]


def _nezha(directory: Path) -> _Cases:
    for name in nezha.case_names(directory):
        case = nezha.read_case(directory, name)
        yield name, partial(_of_nezha, case), partial(_truth_of_nezha, directory, name)


def _of_nezha(case: nezha.Case, workspace: Path) -> Report:
    return investigate_nezha(case, workspace).report


def _truth_of_nezha(directory: Path, name: str) -> str:
    return nezha.read_truth(directory, name).service


def _petshop(directory: Path) -> _Cases:
    normal = petshop.read_recording(directory / "normal" / "metrics.csv")
    for folder in petshop.case_folders(directory):
        incident = petshop.read_incident(directory, folder, normal)
        yield folder.name, partial(_of_petshop, incident), partial(_truth_of_petshop, folder)


def _of_petshop(incident: petshop.Incident, workspace: Path) -> Report:
    return investigate_petshop(incident, workspace).report


def _truth_of_petshop(folder: Path) -> str:
    return petshop.read_truths(folder.parents[1])[folder.name]


def _within(log_odds: float) -> float:
    return min(max(log_odds, -FURTHEST), FURTHEST) / FURTHEST
