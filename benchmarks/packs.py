"""How many tokens the evidence pack of a report takes, over many real reports.

    python -m benchmarks.packs DIR …     one row per folder, and one for all

A folder holds labelled incidents (RootCauseBench, generated shop incidents, PetShop, Nezha), which
are investigated first, or reports as `causeway investigate --json` writes them. Tokens are those
of o200k. Targets: at most 6,000 at the median, never over 10,000.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.report import Report
from assistant.investigator.prompting.pack import MAX_TOKENS, evidence_pack
from assistant.llmops.tokens import count
from assistant.schema import report_from_json
from benchmarks.calibration.records import dataset_of
from benchmarks.nezha import cases as nezha
from benchmarks.nezha import engine as nezha_engine
from benchmarks.petshop import cases as petshop
from benchmarks.petshop import engine as petshop_engine
from benchmarks.rootcausebench import cases as rootcausebench
from benchmarks.rootcausebench import engine as rootcausebench_engine

MEDIAN_TARGET = 6_000
_COLUMNS = "{:<24} {:>7} {:>8} {:>8} {:>8} {:>8}  {}"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of the packs of one folder."""

    name: str
    tokens: tuple[int, ...]

    @property
    def median(self) -> float:
        return median(self.tokens)

    @property
    def p95(self) -> float:
        return (
            quantiles(self.tokens, n=20, method="inclusive")[-1]
            if len(self.tokens) > 1
            else self.tokens[0]
        )

    @property
    def met(self) -> bool:
        return self.median <= MEDIAN_TARGET and max(self.tokens) <= MAX_TOKENS

    def row(self) -> str:
        lowest, highest = min(self.tokens), max(self.tokens)
        figures = (f"{n:,.0f}" for n in (lowest, self.median, self.p95, highest))
        mark = "" if self.met else "over"
        return _COLUMNS.format(self.name[:24], len(self.tokens), *figures, mark)


def sizes(directory: Path) -> Sizes:
    """Raises ValueError for a folder that holds neither reports nor incidents."""
    redactor = RuleRedactor()
    tokens = [count(evidence_pack(r, redactor=redactor)) for r in _reports(directory)]
    if not tokens:
        raise ValueError(f"{directory} holds neither reports nor labelled incidents.")
    return Sizes(directory.name, tuple(tokens))


def _reports(directory: Path) -> Iterator[Report]:
    written = sorted(directory.glob("*.json"))
    dataset = dataset_of(directory)
    with tempfile.TemporaryDirectory(prefix="causeway-packs-") as scratch:
        if dataset == "petshop":
            yield from _petshop(directory, Path(scratch))
        elif dataset == "nezha":
            yield from _nezha(directory, Path(scratch))
        elif folders := rootcausebench.case_folders(directory):
            models = Path(scratch) / "models"
            models.mkdir()
            for folder in folders:
                incident = rootcausebench.read_incident(folder / "data")
                workspace = Path(scratch) / folder.name
                yield rootcausebench_engine.investigate(incident, workspace, models).report
        else:
            yield from (report_from_json(file.read_bytes()) for file in written)


def _petshop(directory: Path, scratch: Path) -> Iterator[Report]:
    normal = petshop.read_recording(directory / "normal" / "metrics.csv")
    for folder in petshop.case_folders(directory):
        incident = petshop.read_incident(directory, folder, normal)
        yield petshop_engine.investigate(incident, scratch / folder.name).report


def _nezha(directory: Path, scratch: Path) -> Iterator[Report]:
    for name in nezha.case_names(directory):
        case = nezha.read_case(directory, name)
        yield nezha_engine.investigate(case, scratch / name).report


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when both targets are met over all folders, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.packs", description=__doc__)
    parser.add_argument("directories", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--json", type=Path, help="also write the sizes to this file")
    given = parser.parse_args(arguments)
    heading = ("", "reports", "lowest", "median", "p95", "highest", "")
    print(_COLUMNS.format(*heading).rstrip())
    found: list[Sizes] = []
    for directory in given.directories:
        found.append(sizes(directory))
        print(found[-1].row().rstrip(), flush=True)
    together = Sizes("all", tuple(n for one in found for n in one.tokens))
    print(together.row().rstrip())
    print(
        f"packs: median {together.median:,.0f} tokens (target ≤ {MEDIAN_TARGET:,}), highest "
        f"{max(together.tokens):,} (target ≤ {MAX_TOKENS:,}), {len(together.tokens)} reports"
    )
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=1), "utf-8")
    return 0 if together.met else 1


if __name__ == "__main__":
    sys.exit(main())
