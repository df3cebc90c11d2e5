"""What means that a service is in trouble, and what is only unusual."""

from __future__ import annotations

import pytest

from assistant.analysis.causes.suffering import Suffering
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.signals import SeriesKey, Signal
from tests.builders import a_series
from tests.builders.reports import an_anomaly


def judged(
    name: str, unit: str, statistic: str, direction: Direction, baseline: float, peak: float
) -> bool:
    key = SeriesKey("causeway", Signal.METRIC, name, unit, statistic)
    window = an_anomaly(key=key, direction=direction, baseline=baseline, peak=peak)
    return Suffering({}, {}).failing(AnomalousSeries(window, a_series([1.0])))


@pytest.mark.parametrize(
    ("name", "unit", "statistic", "direction", "baseline", "peak", "failing"),
    [
        ("gen_ai.input_tokens", "{token}", "p50", Direction.ROSE, 3000, 9000, True),
        ("gen_ai.input_tokens", "{token}/s", "rate", Direction.ROSE, 200, 600, True),
        ("gen_ai.input_tokens", "{token}", "p50", Direction.ROSE, 3000, 3300, False),
        ("gen_ai.input_tokens", "{token}", "p50", Direction.FELL, 9000, 3000, False),
        ("gen_ai.input_tokens", "1/s", "rate", Direction.ROSE, 1, 9, False),
        ("causeway.model.cost", "USD/s", "rate", Direction.ROSE, 0.001, 0.003, True),
        ("answer.quality", "1", "p50", Direction.FELL, 0.95, 0.6, True),
        ("answer.quality", "1", "p50", Direction.ROSE, 0.6, 0.95, False),
        ("players.online", "", "mean", Direction.ROSE, 10, 90, False),
    ],
)
def test_what_is_paid_for_and_how_good_it_was(
    name: str,
    unit: str,
    statistic: str,
    direction: Direction,
    baseline: float,
    peak: float,
    *,
    failing: bool,
) -> None:
    assert judged(name, unit, statistic, direction, baseline, peak) is failing
