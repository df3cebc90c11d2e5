"""The command `incidents`: generates labelled incidents into a folder."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from examples.shop.generator.case import case
from examples.shop.generator.incident import plan
from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.mutations.catalogue import MUTATIONS
from examples.shop.generator.simulation import simulate
from examples.shop.generator.writing import write
from examples.shop.repository.edits import read_source
from examples.shop.virtual import clock

ATTEMPTS = 8


def order(seed: int) -> Iterator[Mutation]:
    """All mutations in an order of the seed's own, again and again."""
    chance = random.Random(f"order/{seed}")
    while True:
        yield from chance.sample(MUTATIONS, len(MUTATIONS))


def generate(seed: int, number: int, mutation: Mutation, folder: Path) -> str:
    """Writes one incident and returns its name. A run that raised no alert is tried again in
    other surroundings. Raises RuntimeError when that never helps."""
    healthy = read_source()
    for attempt in range(ATTEMPTS):
        incident = plan(f"{seed}/{number}/{attempt}", mutation, healthy)
        outcome = clock.run(simulate(incident.plan))
        if outcome.alert is not None:
            name = f"shop-{seed}-{number:03d}"
            write(folder, name, case(incident, outcome, outcome.alert))
            return name
    raise RuntimeError(f"{mutation.name} raised no alert in {ATTEMPTS} runs")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="incidents",
        description="Generate labelled incidents of the example shop, in the folder form of "
        "RootCauseBench. The same seed gives the same bytes.",
    )
    parser.add_argument("directory", type=Path, nargs="?", help="where the incidents go")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--count", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--only", metavar="MUTATION", help="only this mutation, see --list")
    parser.add_argument("--list", action="store_true", help="list the mutations and stop")
    chosen = parser.parse_args(arguments)
    if chosen.list:
        for mutation in MUTATIONS:
            print(f"{mutation.family:14} {mutation.name}")
        return 0
    if chosen.directory is None:
        parser.error("a directory is needed")
    picked = [m for m in MUTATIONS if m.name == chosen.only]
    if chosen.only and not picked:
        parser.error(f"no mutation is called {chosen.only}")
    for number, mutation in zip(range(chosen.count), order(chosen.seed), strict=False):
        started = time.monotonic()
        name = generate(chosen.seed, number, picked[0] if picked else mutation, chosen.directory)
        seconds = time.monotonic() - started
        print(
            f"{name}  {seconds:5.1f} s  ({number + 1}/{chosen.count})", file=sys.stderr, flush=True
        )
    return 0
