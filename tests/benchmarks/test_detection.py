"""The series that detection is timed on."""

from __future__ import annotations

import numpy as np

from assistant.analysis.detection.windows import detect
from assistant.domain.window import TimeWindow
from benchmarks.detection import STEPS, generated


def test_every_twentieth_series_shifts_and_is_found_where_it_does() -> None:
    series = generated(200)
    window = TimeWindow.of_ns(series[0].start_ns, series[0].end_ns)
    found = {a.window.key: a.window for a in detect(series, [], window).anomalies}
    shifted = [found[one.key] for one in series[::20]]
    assert {(w.onset - window.start).total_seconds() for w in shifted} == {150 * 60}


def test_the_same_seed_makes_the_same_series() -> None:
    one, other = generated(40), generated(40)
    assert all(np.array_equal(a.values, b.values) for a, b in zip(one, other, strict=True))
    assert {len(s.values) for s in one} == {STEPS}
