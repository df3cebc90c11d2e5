"""`causeway bench nab DIR`: a row per series, a table per group, last one summary line."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from benchmarks.nab.cases import labels, recordings
from benchmarks.nab.engine import alarms
from benchmarks.nab.scoring import Score, per_thousand, score, summary, total
from benchmarks.options import BenchOptions

_COLUMNS = "{:<58} {:>9} {:>7} {:>9} {:>8}"


def run(directory: Path, options: BenchOptions, out: TextIO | None = None) -> int:
    """0 when every series was watched, 1 when the folder holds none; writes to standard output
    unless told otherwise."""
    out = out or sys.stdout
    found = recordings(directory)
    if not found:
        print(f"{directory} holds no series: DIR/data/**.csv is missing.", file=out)
        return 1
    invented = random.Random(options.rename)
    print(_COLUMNS.format("series", "windows", "false", "per 1000", "seconds"), file=out)
    scores: dict[str, Score] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch:
        for number, recording in enumerate(found, 1):
            # One name is all that a series of numbers has.
            service = recording.name if options.rename is None else f"s{invented.getrandbits(48):x}"
            started = time.perf_counter()
            told = alarms(recording, service, Path(scratch) / f"series-{number}")
            seconds[recording.name] = time.perf_counter() - started
            windows = labels(directory).get(recording.name, [])  # read once the answer is known
            scores[recording.name] = score(recording, told, windows)
            row = _row(recording.name, scores[recording.name], seconds[recording.name])
            print(row, file=out, flush=True)
    for group in sorted({r.group for r in found}):
        own = [r.name for r in found if r.group == group]
        part = total(scores[name] for name in own)
        print(_row(f"all of {group}", part, sum(seconds[n] for n in own)), file=out)
    whole = total(scores.values())
    if options.json is not None:
        document = {
            "summary": summary(whole),
            "rename": options.rename,
            "series": {n: asdict(s) | {"seconds": seconds[n]} for n, s in scores.items()},
        }
        options.json.write_text(json.dumps(document, indent=1), "utf-8")
    print(summary(whole), file=out)
    return 0


def _row(name: str, result: Score, seconds: float) -> str:
    return _COLUMNS.format(
        name,
        f"{result.found}/{result.windows}",
        result.false_alarms,
        f"{per_thousand(result):.2f}",
        f"{seconds:.2f}",
    )
