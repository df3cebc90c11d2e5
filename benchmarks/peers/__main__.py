"""Peers of a benchmark over its data.

    python -m benchmarks.peers NAME DIR [--peer TEXT] [--without PEER] [--json FILE]

Prints a row a peer, with the median seconds of a case and the peak memory of its process.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.peers.outcome import Outcome, measured

BENCHMARKS = ("nab", "nezha", "petshop", "rootcausebench")


def main(arguments: list[str] | None = None) -> int:
    """0, also when a peer is missing: its row says so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("directory", type=Path)
    parser.add_argument(
        "--without", default=[], action="append", metavar="PEER", help="leave this peer out"
    )
    parser.add_argument("--peer", default="", help="only peers whose name holds this text")
    parser.add_argument("--json", type=Path, help="write the outcomes to this file")
    given = parser.parse_args(arguments)
    bench = importlib.import_module(f"benchmarks.peers.{given.name}")
    outcomes = []
    for peer in (p for p in bench.PEERS if given.peer in p and p not in given.without):
        outcomes.append(measured(bench.run, peer, given.directory))
        print(_row(outcomes[-1]), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1), "utf-8")
    return 0


def _row(outcome: Outcome) -> str:
    if outcome.missing:
        return f"{outcome.peer:<42} {outcome.missing}"
    figures = ", ".join(f"{name} {value:.2f}" for name, value in outcome.figures.items())
    return f"{outcome.peer:<42} {figures}, {outcome.seconds:.4f} s, {outcome.peak_mb:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
