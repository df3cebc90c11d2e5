"""Which past incidents are offered: precision and recall over labelled incidents.

    python -m benchmarks.memory DIR …     each folder a memory of its own, then all as one

Every incident is investigated, and each is then offered the others. An offer is right when the
fault is of the same family (two ways to lose an index are one family); recall is the share of
incidents with such a neighbour that were offered one. Labels are the notes of generated shop
incidents; a case without notes is a fault of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from assistant.domain.report import Report
from assistant.investigator.memory import LIKE, document_of, facts_of, likeness
from benchmarks.rootcausebench.cases import case_folders, read_incident, read_truth
from benchmarks.rootcausebench.engine import investigate

_OFFERED = 3
# Faults of the generated shop that are one mechanism, by parts of their names.
_FAMILIES = {
    "connection leak": ("connection-leak",),
    "memory leak": ("memory-leak", "cache-unbounded"),
    "no index": ("unindexed", "index-dropped"),
    "slow node": ("node-slow", "noisy-neighbour"),
    "deadline": ("deadline", "timeout-lost", "default-too-short", "acquire-too-short"),
    "call per item": ("per-unit", "per-item", "per-order"),
    "held across a call": ("across-call",),
    "too few slots": ("slots-", "pool-too-small", "pool-serialised"),
    "limit": ("items-limit", "order-limit"),
    "burst": ("short-burst", "tight-threshold"),
    "cache off": ("cache-off", "cache-key", "cache-package"),
    "batch": ("batch-job", "bulk-import"),
    "provider": ("provider-",),
    "retry": ("retry-",),
}


@dataclass(frozen=True, slots=True)
class Case:
    fault: str
    report: Report

    @property
    def family(self) -> str:
        for family, parts in _FAMILIES.items():
            if any(part in self.fault for part in parts):
                return family
        return self.fault


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one memory. `lonely` incidents have no neighbour of their family; `quiet` of them were
    offered nothing."""

    cases: int
    offers: int
    right: int
    with_neighbour: int
    found: int
    same_fault: int
    same_fault_found: int
    lonely: int
    quiet: int

    def row(self, name: str) -> str:
        return (
            f"{name}: {self.cases} incidents, {self.offers} offers, "
            f"precision {_share(self.right, self.offers)}, "
            f"recall {_share(self.found, self.with_neighbour)} "
            f"(same fault {_share(self.same_fault_found, self.same_fault)}), "
            f"quiet where nothing is alike {self.quiet} of {self.lonely}"
        )


def figures(cases: Sequence[Case]) -> Figures:
    """Everyone is offered the others, at most three, likest first."""
    facts = [facts_of(case.report) for case in cases]
    known = [document_of(case.report) is not None for case in cases]
    alike: dict[tuple[int, int], float] = {}
    for a, b in combinations(range(len(cases)), 2):
        if known[a] and known[b] and cases[a].report.verdict is cases[b].report.verdict:
            alike[a, b] = alike[b, a] = likeness(facts[a], facts[b])
    offers = [_offered(n, len(cases), alike) for n in range(len(cases))]
    kin = [_peers(n, [c.family for c in cases]) for n in range(len(cases))]
    twins = [_peers(n, [c.fault for c in cases]) for n in range(len(cases))]
    told = list(zip(offers, kin, strict=True))
    return Figures(
        cases=len(cases),
        offers=sum(map(len, offers)),
        right=sum(len(offered & near) for offered, near in told),
        with_neighbour=sum(map(bool, kin)),
        found=sum(bool(offered & near) for offered, near in told),
        same_fault=sum(map(bool, twins)),
        same_fault_found=sum(bool(o & t) for o, t in zip(offers, twins, strict=True)),
        lonely=sum(not near for near in kin),
        quiet=sum(not near and not offered for offered, near in told),
    )


def _offered(number: int, count: int, alike: dict[tuple[int, int], float]) -> frozenset[int]:
    others = (n for n in range(count) if alike.get((number, n), 0.0) >= LIKE)
    return frozenset(sorted(others, key=lambda n: -alike[number, n])[:_OFFERED])


def _peers(number: int, labels: Sequence[str]) -> frozenset[int]:
    return frozenset(n for n, label in enumerate(labels) if n != number and label == labels[number])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def read(directory: Path) -> Iterator[Case]:
    """Investigate every case of a folder. The label is read when the report is there."""
    with tempfile.TemporaryDirectory(prefix="causeway-memory-") as scratch:
        models = Path(scratch) / "models"
        models.mkdir()
        for number, folder in enumerate(case_folders(directory)):
            workspace = Path(scratch) / str(number)
            report = investigate(read_incident(folder / "data"), workspace, models).report
            yield Case(read_truth(folder).notes.split(",")[0] or folder.name, report)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("directories", nargs="+", type=Path, metavar="DIR")
    folders = parser.parse_args(arguments).directories
    everything: list[Case] = []
    for folder in folders:
        cases = list(read(folder))
        everything += cases
        print(figures(cases).row(folder.name), flush=True)
    if len(folders) > 1:
        print(figures(everything).row("all"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
