"""How long the detection of anomaly windows takes per series.

    python -m benchmarks.detection                  the table, 100 to 2,000 series
    python -m benchmarks.detection --series 500     one row

Series of three hours at one minute: noise, daily swings, counts and gauges, every twentieth with a
level that shifts. Times are processor seconds of one process, the best of three runs, so that a
busy machine does not count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from assistant.analysis.detection.streaming import StreamingDetector
from assistant.analysis.detection.windows import detect
from assistant.domain.signals import Floats, Series, SeriesKey, Signal
from assistant.domain.window import NANOSECONDS, TimeWindow, to_ns

SIZES = (100, 500, 1_000, 2_000)
STEPS = 180
_START = to_ns(datetime(2026, 3, 2, 9, tzinfo=UTC))
_STEP_NS = 60 * NANOSECONDS
_SIGNALS = (Signal.METRIC, Signal.TRAFFIC, Signal.LATENCY, Signal.RESOURCE)
_FAULTY = 20  # one series in so many
_COLUMNS = "{:>8} {:>14} {:>14} {:>10}"


def generated(count: int, seed: int = 1) -> list[Series]:
    """`count` series over a twentieth as many services."""
    rng = np.random.default_rng(seed)
    return [
        Series(
            SeriesKey(f"svc{i // 20}", _SIGNALS[i % 4], f"metric{i % 20}"),
            _START,
            _STEP_NS,
            _values(rng, _SIGNALS[i % 4], shifts=i % _FAULTY == 0),
        )
        for i in range(count)
    ]


def _values(rng: np.random.Generator, signal: Signal, *, shifts: bool) -> Floats:
    values: Floats = 100 + 5 * rng.normal(size=STEPS)
    if signal is Signal.TRAFFIC:
        values = rng.poisson(100, STEPS) / 60
    elif signal is Signal.LATENCY:
        values = 0.1 * rng.lognormal(sigma=0.2, size=STEPS)
    elif signal is Signal.RESOURCE:
        values += 20 * np.sin(np.arange(STEPS) / 40)
    if shifts:
        values[150:] *= 1.8
    return values


def _seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def _follow(series: list[Series]) -> None:
    for one in series:
        detector = StreamingDetector(cycle=1440)
        for value in one.values.tolist():
            detector.observe(value)


def main() -> None:
    parser = argparse.ArgumentParser(description="Detection, milliseconds per series.")
    parser.add_argument("--series", type=int, action="append", help="a size to measure")
    options = parser.parse_args()
    window = TimeWindow.of_ns(_START, _START + STEPS * _STEP_NS)
    print(_COLUMNS.format("series", "detect ms each", "stream ms each", "detected"))
    for count in options.series or SIZES:
        series = generated(count)
        found = detect(series, [], window)
        each = 1000 / count
        offline = _seconds(lambda series=series: detect(series, [], window)) * each  # type: ignore[misc]
        online = _seconds(lambda part=series[:50]: _follow(part)) * 1000 / min(count, 50)  # type: ignore[misc]
        print(
            _COLUMNS.format(f"{count:,}", f"{offline:.3f}", f"{online:.3f}", len(found.anomalies))
        )


if __name__ == "__main__":
    main()
