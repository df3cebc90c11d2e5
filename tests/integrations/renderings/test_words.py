from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.renderings import words
from tests.builders import a_window, at
from tests.builders.reports import a_healthy_report, a_report, a_thin_report, an_anomaly


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.16, "1", "16 %"),
        (0.0012, "ratio", "0.12 %"),
        (5.02, "s", "5.02 s"),
        (0.18, "s", "180 ms"),
        (0.00042, "s", "420 µs"),
        (1500, "ms", "1.5 s"),
        (0, "s", "0 s"),
        (3 * 1024**3, "By", "3 GiB"),
        (512, "bytes", "512 B"),
        (20, "{connections}", "20 connections"),
        (3.4, "{records}/s", "3.4 records/s"),
        (3.4, "1/s", "3.4 /s"),
        (1_234_567, "", "1,230,000"),
        (-0.25, "s", "-250 ms"),
        (float("nan"), "s", "no data"),
        (1e300, "", "1e+300"),
    ],
)
def test_quantities_read_in_their_unit(value: float, unit: str, shown: str) -> None:
    assert words.quantity(value, unit) == shown


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=30), "30 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=8, seconds=20), "8 min 20 s"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3, hours=1), "3 d 1 h"),
    ],
)
def test_durations(length: timedelta, shown: str) -> None:
    assert words.duration(length) == shown


def test_times_carry_their_date_only_when_the_window_spans_days() -> None:
    assert words.clock(at(), a_window()) == "12:00:00"
    assert words.clock(at(), a_window(-1500, 10)) == "03-02 12:00"
    assert words.clock(at(-3000), a_window()) == "02-28 10:00"


def test_an_anomaly_says_when_what_and_how_far() -> None:
    anomaly = an_anomaly(start=-12)
    assert words.onset(anomaly, a_window()) == "11:48:00 ±1 min"
    assert words.end(anomaly, a_window()) == "goes on"
    assert words.what(anomaly) == "saturation: db.pool.in_use mean"
    assert words.moved(anomaly) == "↑ 6 connections → 20 connections"


def test_notable_windows_are_of_many_kinds_then_on_the_path_then_the_most_unusual() -> None:
    anomalies = (
        an_anomaly(1, "noise", -30, score=5),
        an_anomaly(2, "loud", -20, score=90),
        an_anomaly(3, "loud", -19, score=89),
        an_anomaly(4, "payments", -10, score=4),
    )
    shown = words.notable(a_report(anomalies=anomalies), 3)
    assert [a.id for a in shown] == ["A1", "A2", "A4"]


def test_a_flag_is_not_called_a_flag_twice() -> None:
    flag = replace(a_report().suspects[2], title="flag new-cart: off → on")
    assert (words.suspect_name(flag), words.suspect_title(flag)) == ("flag", "new-cart: off → on")


def test_other_hypotheses_say_more_than_the_suspects() -> None:
    assert [h.title for h in words.other_hypotheses(a_report())] == ["orders-db is slow"]


def test_since_when_and_whom_it_hurts() -> None:
    guilty, healthy, thin = a_report(), a_healthy_report(), a_thin_report()
    assert words.since(guilty) == "2026-03-02 11:48:00 UTC (still going on at 12:10:00)"
    assert words.since(healthy) == "nothing left its baseline"
    assert words.since(thin) == "cannot be told"
    assert words.impact(guilty) == (
        "2,977 of 18,412 requests failed (16 %); also hurt: checkout, gateway"
    )
    assert words.impact(healthy) == "9 of 18,412 requests failed (<1 %)"
