"""`causeway bench drilldown [DIR]`: a row per setting, last one summary line. DIR is where the
tables are written for whoever wants to try another method on them."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TextIO

import numpy as np

from assistant.analysis.drilldown.cuboids import Element
from assistant.analysis.drilldown.leaves import leaves_of_counts, leaves_of_rates
from assistant.analysis.drilldown.search import causes_of
from benchmarks.drilldown.adtributor import adtributor
from benchmarks.drilldown.faults import SETTINGS, Fault, Setting, faults
from benchmarks.options import BenchOptions

# One more than any fault of the set needs: the search is not told how deep to look.
_MOST_ATTRIBUTES = 3
_CASES = 20  # per setting

Method = Callable[[Fault], frozenset[Element]]


def causeway(fault: Fault) -> frozenset[Element]:
    if len(fault.before) == 1:
        leaves = leaves_of_counts(fault.codes, fault.before[0], fault.after[0])
    else:
        leaves = leaves_of_rates(fault.codes, *fault.before, *fault.after)
    return frozenset(causes_of(leaves, _MOST_ATTRIBUTES))


def peer(fault: Fault) -> frozenset[Element]:
    return adtributor(fault.codes, fault.before, fault.after)


METHODS: dict[str, Method] = {"Causeway": causeway, "Adtributor": peer}


@dataclass(slots=True)
class Tally:
    """Causes found, invented and missed, as the published F1 counts them."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    exact: int = 0
    faults: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, answer: frozenset[Element], truth: frozenset[Element], seconds: float) -> None:
        self.right += len(answer & truth)
        self.wrong += len(answer - truth)
        self.missed += len(truth - answer)
        self.exact += answer == truth
        self.faults += 1
        self.seconds.append(seconds)

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.missed)

    def __add__(self, other: Tally) -> Tally:
        both = {
            name: value + getattr(other, name)
            for name, value in ((n, getattr(self, n)) for n in self.__slots__)
        }
        return Tally(**both)


def run(
    directory: Path | None,
    options: BenchOptions,
    out: TextIO | None = None,
    *,
    settings: Iterable[Setting] = SETTINGS,
    count: int = _CASES,
) -> int:
    """Always 0; writes to standard output unless told otherwise. `options.rename` shuffles the
    order of attributes and the numbering of their values."""
    out = out or sys.stdout
    print(_row("", *METHODS, "exact", "median s"), file=out)
    totals = {name: Tally() for name in METHODS}
    rows: list[dict[str, object]] = []
    for setting in settings:
        tallies = {name: Tally() for name in METHODS}
        for number, fault in enumerate(_cases(setting, count, options)):
            if directory is not None:
                _write(directory, f"{setting.name}, {number:03}", fault)
            for name, method in METHODS.items():
                started = time.perf_counter()
                answer = method(fault)
                tallies[name].add(answer, fault.causes, time.perf_counter() - started)
        totals = {name: totals[name] + tally for name, tally in tallies.items()}
        rows.append({"setting": asdict(setting)} | {n: asdict(t) for n, t in tallies.items()})
        print(_cells(setting.name, tallies), file=out, flush=True)
    print(_cells("all", totals), file=out)
    summary = _summary(totals["Causeway"])
    if options.json is not None:
        document = {"summary": summary, "seed": options.seed, "settings": rows}
        options.json.write_text(json.dumps(document, indent=1), "utf-8")
    print(summary, file=out)
    return 0


def _cases(setting: Setting, count: int, options: BenchOptions) -> Iterator[Fault]:
    for fault in faults(setting, count, options.seed):
        yield fault if options.rename is None else _renamed(fault, options.rename)


def _renamed(fault: Fault, seed: int) -> Fault:
    chance = np.random.default_rng(seed)
    order = chance.permutation(fault.codes.shape[1])
    names = [chance.permutation(int(column.max()) + 1) for column in fault.codes.T]
    codes = np.stack([names[a][fault.codes[:, a]] for a in order], axis=1)
    place = {int(a): i for i, a in enumerate(order)}
    causes = frozenset(
        tuple(sorted((place[a], int(names[a][value])) for a, value in cause))
        for cause in fault.causes
    )
    return replace(fault, codes=codes, causes=causes)


def _write(directory: Path, name: str, fault: Fault) -> None:
    """A folder per case: the table, and the truth beside it."""
    folder = directory / name.replace(", ", "_").replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    attributes = [f"a{i}" for i in range(fault.codes.shape[1])]
    measures = ["requests", "failures"][-len(fault.before) :]
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        moments = [f"{m}_{when}" for when in ("before", "after") for m in measures]
        writer.writerow([*attributes, *moments])
        columns = zip(fault.codes, *fault.before, *fault.after, strict=True)
        writer.writerows([*codes, *numbers] for codes, *numbers in columns)
    causes = [{f"a{a}": value for a, value in cause} for cause in sorted(fault.causes)]
    (folder / "causes.json").write_text(json.dumps(causes), "utf-8")


def _row(*cells: str) -> str:
    return "{:<36} {:>9} {:>11} {:>9} {:>9}".format(*cells).rstrip()


def _cells(name: str, tallies: dict[str, Tally]) -> str:
    ours = tallies["Causeway"]
    f1 = [f"F1 {tally.f1:.2f}" for tally in tallies.values()]
    return _row(name, *f1, f"{ours.exact}/{ours.faults}", f"{median(ours.seconds):.2f}")


def _summary(tally: Tally) -> str:
    return (
        f"drilldown: F1 {tally.f1:.3f}, exact {tally.exact}/{tally.faults}, "
        f"median {median(tally.seconds):.2f} s"
    )
