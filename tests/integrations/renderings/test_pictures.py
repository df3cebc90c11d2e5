from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import CallEdge
from assistant.domain.window import TimeWindow
from integrations.renderings.data import SeriesData, deciding, parsed
from integrations.renderings.pictures.canvas import shortened
from integrations.renderings.pictures.graph import service_graph
from integrations.renderings.pictures.series import series
from integrations.renderings.pictures.timeline import timeline
from integrations.renderings.sparkline import scale, sparkline
from tests.builders import a_window, at, at_ns
from tests.builders.reports import a_report, an_anomaly

MINUTE = 60_000_000_000


def series_data(values: list[Any], **changes: Any) -> SeriesData:
    fields: dict[str, Any] = {"start_ns": at_ns(), "step_ns": MINUTE, "values": values}
    return SeriesData(**(fields | changes))


def evidence(kind: EvidenceKind, data: dict[str, Any]) -> Evidence:
    return Evidence("E1", kind, "title", "excerpt", "query", a_window(), data=data)


def test_colours_come_from_the_page() -> None:
    picture = timeline(a_report())
    assert picture is not None
    assert "var(--suspect)" in picture.svg
    assert "#0" not in picture.svg.replace("&#0", "")


def test_nothing_to_draw_is_no_picture() -> None:
    assert timeline(a_report(timeline=(), anomalies=())) is None
    assert service_graph(a_report(graph=())) is None
    assert service_graph(a_report(graph=(CallEdge("a", "a", 1, 0),))) is None
    assert series("s", series_data([None, None])) is None


def test_the_graph_describes_calls_and_what_is_anomalous() -> None:
    picture = service_graph(a_report())
    assert picture is not None
    assert (
        'aria-label="Service graph. gateway calls checkout (2,977 of 18,412 fail); '
        "checkout calls payments (2,951 of 9,230 fail); payments calls orders-db (41 of 6,102 "
        "fail); checkout calls inventory (3 of 9,411 fail). Anomalous: payments, checkout, "
        'gateway."'
    ) in picture.svg


@pytest.mark.parametrize("narrow", [False, True])
def test_cycles_and_crowds_in_the_graph_are_drawn(narrow: bool) -> None:
    cycle = (CallEdge("a", "b", 9, 0), CallEdge("b", "c", 9, 1), CallEdge("c", "a", 9, 9))
    star = tuple(CallEdge("a", f"leaf-{n}", n, 0) for n in range(60))
    picture = service_graph(a_report(graph=cycle + star), narrow=narrow)
    assert picture is not None
    assert picture.svg.count("leaf-") < 40


@pytest.mark.parametrize("length", [timedelta(seconds=1), timedelta(days=900)])
def test_very_short_and_very_long_windows_have_a_time_axis(length: timedelta) -> None:
    window = TimeWindow(at(), at() + length)
    assert timeline(a_report(window=window, anomalies=(an_anomaly(start=0),))) is not None


def test_a_picture_survives_one_value_a_constant_and_extremes() -> None:
    for values in ([1.0], [5.0] * 10, [1e299, -1e299, 0], [0.0, None, 1.0]):
        assert series("s", series_data(values, onset_ns=at_ns())) is not None


def test_long_names_lose_their_middle() -> None:
    assert shortened("payments-worker-eu-west-1", 12) == "paymen…est-1"
    assert shortened("two\nlines", 12) == "two lines"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (EvidenceKind.SERIES, {"start_ns": 0, "step_ns": 0, "values": [1]}),
        (EvidenceKind.SERIES, {"start_ns": 0, "step_ns": 2**62, "values": [1, 2]}),
        (EvidenceKind.SERIES, {"start_ns": 0, "step_ns": 1, "values": []}),
        (EvidenceKind.SERIES, {"values": "many"}),
        (EvidenceKind.TRACE, {"spans": []}),
        (EvidenceKind.TRACE, {"spans": [{"service": "a"}]}),
        (EvidenceKind.LOG, {"template": "x"}),
        (EvidenceKind.COMMIT, {"hunks": []}),
        (EvidenceKind.SERIES, {}),
    ],
)
def test_data_that_does_not_fit_is_no_picture(kind: EvidenceKind, data: dict[str, Any]) -> None:
    assert parsed(evidence(kind, data)) is None


def test_deciding_series_are_of_many_kinds_before_more_of_one() -> None:
    points = {"start_ns": 0, "step_ns": 1, "values": [1]}

    def of(number: int, service: str, signal: str) -> Evidence:
        data = points | {"signal": signal}
        made = evidence(EvidenceKind.SERIES, data)
        return replace(made, id=f"E{number}", service=service)

    shown = (
        of(1, "a", "latency"),
        of(2, "a", "latency"),
        of(3, "a", "errors"),
        of(4, "b", "errors"),
    )
    chosen = deciding(a_report(evidence=shown), 3)
    assert [d.evidence.id for d in chosen] == ["E1", "E3", "E4"]


def test_not_a_number_is_a_gap() -> None:
    values = [1.0, float("nan"), float("inf"), None]
    assert series_data(values).values == (1.0, None, None, None)


def test_a_sparkline_shows_gaps_spikes_and_the_onset() -> None:
    data = series_data([0, 0, None, 7, 3], onset_ns=at_ns(3), unit="s")
    assert sparkline(data, 60) == "▁▁·█▄\n   ▲ onset"
    assert scale(data) == "0 s … 7 s"
    assert sparkline(series_data([0] * 50 + [9] + [0] * 49), 10) == "▁▁▁▁▁█▁▁▁▁"
    assert sparkline(series_data([None]), 10) == "no data"
