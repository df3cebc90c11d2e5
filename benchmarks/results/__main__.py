"""Run the benchmarks with their peers and write benchmarks/RESULTS.md.

    python -m benchmarks.results [--data DIR] [--only NAME]... [--fast]

A block is kept when it is measured, so that a part run renews only its own. Data that is not there
is skipped by name.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.results import belief, commits, explaining, services
from benchmarks.results.block import Block, load, machine, today
from benchmarks.results.document import write
from benchmarks.results.incidents import MORE, SCORED, generated
from benchmarks.results.measure import Failed
from benchmarks.rootcausebench.cases import case_folders

INCIDENTS = Path("var/incidents")
_FEW = 24  # incidents of --fast
_EXPLAINED = 12  # beside the public ones; each is investigated five times
_ABLATED = 60  # incidents, of which each is investigated a dozen times


@dataclass(frozen=True, slots=True)
class Asked:
    """`data` holds a folder per public data set."""

    data: Path
    fast: bool

    def folder(self, name: str) -> Path:
        """Raises FileNotFoundError with the folder's name."""
        found = self.data / name
        if not found.is_dir():
            raise FileNotFoundError(str(found))
        return found

    def incidents(self) -> Path:
        """Those that the engine is scored on."""
        if self.fast:
            return generated(INCIDENTS / "few", SCORED[:1], _FEW)
        return generated(INCIDENTS / "scored", SCORED)

    def many(self) -> list[Path]:
        """Those that the calibration is reported on."""
        if self.fast:
            return [self.incidents()]
        return [self.incidents(), generated(INCIDENTS / "more", MORE)]

    def explained(self) -> list[Path]:
        """Single incidents: every known one, and some that were generated."""
        shop = case_folders(self.incidents())[:_EXPLAINED]
        return [*case_folders(self.folder("rootcausebench")), *shop]


def _known(asked: Asked) -> list[Path]:
    names = ("rootcausebench", "nezha-trainticket", "petshop")
    return [asked.data / name for name in names if (asked.data / name).is_dir()]


BLOCKS: dict[str, Callable[[Asked], Block]] = {
    "rootcausebench": lambda a: commits.rootcausebench(a.folder("rootcausebench"), fast=a.fast),
    "shop": lambda a: commits.shop(a.incidents()),
    "nezha": lambda a: services.nezha(a.folder("nezha-trainticket"), fast=a.fast),
    "petshop": lambda a: services.petshop(a.folder("petshop"), fast=a.fast),
    "nab": lambda a: services.nab(a.folder("nab"), fast=a.fast),
    "drilldown": lambda a: services.drilldown(),
    "calibration": lambda a: belief.calibration(a.many(), _known(a)),
    "retrieval": lambda a: services.retrieval(),
    "ablations": lambda a: belief.ablations(
        a.folder("rootcausebench"), a.incidents(), count=_ABLATED
    ),
    "speed": lambda a: belief.speed(a.folder("rootcausebench")),
    "prompts": lambda a: explaining.prompts(a.explained()),
    "first-step": lambda a: explaining.first_step(a.explained()[0]),
}


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when a benchmark that has its data failed; the others are written all the same."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--only", action="append", choices=BLOCKS, help="measure this block alone")
    parser.add_argument("--fast", action="store_true", help="few incidents, no renamed runs")
    given = parser.parse_args(arguments)
    asked, failed = Asked(given.data, given.fast), 0
    for name in given.only or BLOCKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            block = BLOCKS[name](asked)
        except FileNotFoundError as error:
            print(f"{name}: skipped, no {error}", file=sys.stderr)
        except Failed as error:
            failed = 1
            print(f"{name}: failed. {error}", file=sys.stderr)
        else:
            replace(block, measured=today(), machine=machine()).save()
    measured = (load(name) for name in BLOCKS)
    write([block for block in measured if block is not None])
    return failed


if __name__ == "__main__":
    sys.exit(main())
