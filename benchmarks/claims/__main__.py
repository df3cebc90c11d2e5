"""Precision and recall of the claim gate on labelled claims.

    python -m benchmarks.claims [--half dev|test] [--json]

Misses are listed for the development half only: the test half measures, it teaches nothing.
"""

from __future__ import annotations

import argparse
import json
import sys

from assistant.investigator.gate import check
from benchmarks.claims.labelled import HALVES, labelled
from benchmarks.claims.scoring import Judged, Share, judged, shares


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.claims",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--half", choices=HALVES, help="default: both")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    halves = [given.half] if given.half else list(HALVES)
    found = {half: judged(labelled(half), check) for half in halves}
    if given.json:
        print(json.dumps({half: _figures(shares(of)) for half, of in found.items()}, indent=1))
        return 0
    for half, of in found.items():
        print("\n".join(_table(half, of)))
        if half == "dev":
            print("\n".join(_misses(of)))
    return 0


def _table(half: str, found: list[Judged]) -> list[str]:
    wrong = sum(bool(j.labelled.wrong) for j in found)
    reports = len({j.labelled.report.id for j in found})
    return [
        f"{half}: {len(found)} claims about {reports} reports, {wrong} of them wrong",
        *(
            f"  {name:<26}{share.value:6.3f}  [{share.interval[0]:.3f}, {share.interval[1]:.3f}]"
            f"  {share.hits}/{share.total}"
            for name, share in shares(found).items()
        ),
    ]


def _misses(found: list[Judged]) -> list[str]:
    return [
        f"  {j.labelled.id} {j.labelled.wrong or 'right'}: {j.labelled.claim.text}"
        + "".join(f"\n      {problem}" for problem in j.claim.problems)
        for j in found
        if j.missed
    ]


def _figures(found: dict[str, Share]) -> dict[str, dict[str, object]]:
    return {
        name: {
            "value": round(share.value, 4),
            "interval": [round(bound, 4) for bound in share.interval],
            "hits": share.hits,
            "total": share.total,
        }
        for name, share in found.items()
    }


if __name__ == "__main__":
    sys.exit(main())
