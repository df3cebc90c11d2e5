"""How well the time of a change fits the incident's: every failing series votes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import numpy as np
import pytest

from assistant.analysis.causes.clock import Clock
from assistant.analysis.causes.scene import Scene
from assistant.domain.anomaly import AnomalousSeries
from assistant.domain.report import Question
from assistant.domain.signals import SeriesKey, Signal
from tests.builders import a_series, at
from tests.builders.reports import an_anomaly


def a_clock(*onsets: float, score: float = 20.0, metric: str = "") -> Clock:
    """A clock of series of one value a minute, failing from these minutes on."""
    anomalies = [
        AnomalousSeries(
            an_anomaly(
                n,
                start=minute,
                key=SeriesKey("payments", Signal.LATENCY, f"m{n}"),
                onset_latest=at(minute),
                onset_earliest=at(minute),
                score=score,
            ),
            a_series(np.zeros(60)),
        )
        for n, minute in enumerate(onsets)
    ]

    class Few:
        """What a clock reads of a scene."""

        tolerance = timedelta(minutes=1)
        failing = frozenset(a.window.id for a in anomalies)

        def around(self, service: str) -> list[AnomalousSeries]:
            return anomalies

    few: Any = Few()
    few.anomalies = anomalies
    return Clock.of(
        cast(Scene, few), at(min(onsets)), Question(at=at(10), service="payments", metric=metric)
    )


def test_trouble_begins_with_a_change() -> None:
    timing = a_clock(0, 0, 1).timing(at(-0.5))

    assert timing.began == pytest.approx(1.0, abs=0.1)
    assert timing.before == 0.0


def test_an_early_series_does_not_acquit() -> None:
    timing = a_clock(-6, 0, 0, 0).timing(at(0))

    assert timing.began > 0.7
    assert 0.2 < timing.before < 0.3


def test_what_was_there_before_convicts_nobody() -> None:
    timing = a_clock(-10, -9, -8).timing(at(0))

    assert timing.before == 1.0
    assert timing.began < 0.01


def test_what_fills_up_may_show_late() -> None:
    timing = a_clock(0, 1).timing(at(-60))

    assert timing.began < 0.01
    assert timing.followed > 0.5


def test_without_failing_series_the_onset_itself_votes() -> None:
    clock = a_clock(0)
    alone = Clock(clock.scene, at(0), timedelta(minutes=1), [(at(0), timedelta(minutes=1), 1.0)])

    assert alone.timing(at(-1)).began == pytest.approx(1.0)


def test_the_series_of_the_alert_outweighs_any_other() -> None:
    early = a_clock(-15, 0, 0, 0, metric="m0").timing(at(-15))
    unasked = a_clock(-15, 0, 0, 0).timing(at(-15))

    assert early.began > 0.6 > 0.4 > unasked.began
