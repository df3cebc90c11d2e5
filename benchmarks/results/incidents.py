"""Shop incidents for the benchmarks, generated where they are not there yet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

SCORED = (41, 42)  # which the engine is scored on
MORE = (43, 44, 45)  # which the calibration is reported on too
EACH = 60
_GENERATOR = Path(__file__).parents[2] / "examples" / "shop" / "incidents"


def generated(folder: Path, seeds: Iterable[int], each: int = EACH) -> Path:
    """The folder, with `each` incidents of every seed (some six seconds for one)."""
    for seed in seeds:
        if len(list(folder.glob(f"shop-{seed}-*/data"))) < each:
            arguments = ["--seed", str(seed), "--count", str(each), str(folder)]
            subprocess.run(
                [sys.executable, str(_GENERATOR), *arguments], check=True, stdout=sys.stderr
            )
    return folder
