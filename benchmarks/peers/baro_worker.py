"""Runs inside the peers' environment: every panel of a folder through BARO, rankings to stdout.

python baro_worker.py FOLDER find|given
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from baro.anomaly_detection import bocpd
from baro.root_cause_analysis import robust_scorer


def ranking(file: Path, *, finds_time: bool) -> dict[str, object]:
    held = np.load(file)
    frame = pd.DataFrame(held["values"], columns=[str(c) for c in held["columns"]])
    frame.insert(0, "time", held["times"])
    split = int(held["split"])
    started = time.perf_counter()
    if finds_time and (found := change_points(frame.drop(columns="time"))):
        split = min(max(found[0], 2), len(frame) - 1)
    ranks = robust_scorer(frame, anomalies=[split])["ranks"]
    return {"columns": ranks, "seconds": time.perf_counter() - started}


def change_points(frame: pd.DataFrame) -> list[int]:
    """Rows at which it sees a change; none where it cannot compute (no latency or error series
    that moves, a singular covariance)."""
    try:
        return list(bocpd(frame))
    except (ValueError, IndexError, np.linalg.LinAlgError):
        return []


def main() -> None:
    warnings.simplefilter("ignore")
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    files = sorted(folder.glob("*.npz"))
    found = {file.stem: ranking(file, finds_time=mode == "find") for file in files}
    held = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    peak_mb = int(held[1]) / 1024 if held else 0.0
    json.dump({"rankings": found, "peak_mb": peak_mb}, sys.stdout)


if __name__ == "__main__":
    main()
