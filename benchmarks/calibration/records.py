"""One checked answer per incident: what its confidence rests on, and whether it was right."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import assistant
from assistant.analysis.causes.confidence import (
    MOST_SIGNALS,
    Answer,
    Grounds,
    confidence,
    grounds_of,
)
from assistant.analysis.causes.diagnosis import Diagnosis
from assistant.domain.errors import CausewayError
from assistant.domain.ports import Compute
from benchmarks.calibration.origins import checked
from benchmarks.rootcausebench.cases import case_folders, read_incident, read_truth
from benchmarks.rootcausebench.engine import opened
from benchmarks.rootcausebench.scoring import score

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Record:
    """`inputs` are those of the regression; `raw` is the share of the odds that the answer had,
    before any calibration; `told` what the product said; `right` whether verdict and guilty
    change (or none) were right."""

    dataset: str
    case: str
    answer: str
    inputs: dict[str, float]
    raw: float
    told: float
    right: bool

    @property
    def seed(self) -> str:
        """Of generated incidents: their names but for the number."""
        return self.case.rpartition("-")[0]

    @property
    def single(self) -> bool:
        """Whether what it says of the cause rests on fewer than two signals; a list of services
        says nothing of the cause."""
        causes = (Answer.CHANGE, Answer.OPERATIONAL, Answer.NO_FIT)
        return self.answer in causes and self.inputs.get("signals", 0.0) * MOST_SIGNALS < 1.5


@dataclass
class Listening:
    """Compute that remembers on what the diagnosis that passed through it rests."""

    compute: Compute
    heard: list[Grounds] = field(default_factory=list)

    def __call__(self, function: Callable[..., Result], /, *arguments: object) -> Result:
        found = self.compute(function, *arguments)
        if isinstance(found, Diagnosis):
            self.heard.append(grounds_of(found.judgement, found.suspects, found.causes))
        return found


def dataset_of(directory: Path) -> str:
    """Which data a folder holds, by its form; generated incidents are told from RootCauseBench by
    the name that their generator gives them."""
    for name, sign in (("nezha", "cases/*/traces.parquet"), ("petshop", "cases/*/target.json")):
        if any(directory.glob(sign)):
            return name
    names = [folder.name for folder in case_folders(directory)]
    return "shop" if names and all(n.startswith("shop-") for n in names) else "rootcausebench"


def records(directory: Path, kept: Path) -> list[Record]:
    """Of every case of a folder; those that this very engine answered before are read from
    `kept`."""
    dataset = dataset_of(directory)
    file = kept / f"{dataset}-{_digest(str(directory.resolve()))}-{engine_digest()}.json"
    known = [Record(**row) for row in json.loads(file.read_text())] if file.exists() else []
    asked = {record.case for record in known}
    with tempfile.TemporaryDirectory(prefix="causeway-calibration-") as scratch:
        for record in _fresh(dataset, directory, Path(scratch), asked):
            known.append(record)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps([asdict(r) for r in known], indent=1))
    return known


def engine_digest() -> str:
    """Changes with any source of the engine but the table of weights, which is applied last."""
    root = Path(assistant.__file__).parent
    files = [*sorted((root / "analysis").rglob("*.py")), *sorted(root.glob("*.py"))]
    return _digest("".join(file.read_text("utf-8") for file in files))


def _fresh(dataset: str, directory: Path, scratch: Path, asked: set[str]) -> Iterator[Record]:
    if dataset in ("nezha", "petshop"):
        for c in checked(dataset, directory, scratch, asked):
            yield Record(dataset, c.case, "origin", c.inputs, c.belief, c.belief, c.right)
        return
    models = scratch / "models"
    models.mkdir()
    for folder in case_folders(directory):
        if folder.name not in asked:
            yield _record(dataset, folder, scratch / folder.name, models)


def _record(dataset: str, folder: Path, workspace: Path, models: Path) -> Record:
    with opened(read_incident(folder / "data"), workspace, models) as case:
        listening = Listening(case.causeway.compute)
        try:
            report = replace(case.causeway, compute=listening).investigate(case.question)
        except CausewayError:
            return Record(dataset, folder.name, "error", {}, 0.0, 0.0, right=False)
        answer = case.answer(report, 0.0)
    grounds = listening.heard[-1]
    return Record(
        dataset,
        folder.name,
        grounds.answer,
        grounds.inputs(),
        _raw(grounds),
        confidence(grounds),
        score(answer, read_truth(folder)).passed,
    )


def _raw(grounds: Grounds) -> float:
    """Its share of the odds as the probability that it looks like; by decree where it has none."""
    decreed = {Answer.NO_FIT: 0.4, Answer.HEALTHY: 0.8, Answer.NONE: 0.0}
    return decreed.get(grounds.answer, 1 / (1 + math.exp(-grounds.share)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
