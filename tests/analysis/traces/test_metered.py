"""Metrics that count calls, and the edges they tell of."""

from __future__ import annotations

import numpy as np

from assistant.analysis.traces.metered import metered_edges
from assistant.domain.signals import Edge, Series, Signal
from tests.builders import a_series


def calls(name: str, per_second: float, **ends: str) -> Series:
    """Ten minutes of a counter that the collector sends."""
    return a_series(
        np.full(10, per_second),
        "collector",
        signal=Signal.TRAFFIC,
        name=name,
        statistic="rate",
        attributes=tuple(sorted(ends.items())),
    )


def test_a_service_graph_tells_who_calls_whom_how_often_and_what_failed() -> None:
    series = [
        calls("traces_service_graph_request_total", 2.0, client="web", server="cart"),
        calls("traces_service_graph_request_failed_total", 0.1, client="web", server="cart"),
        calls("traces_service_graph_request_server_seconds", 1.9, client="web", server="cart"),
        calls("traces_service_graph_request_total", 1.0, client="cart", server="db"),
    ]

    assert metered_edges(series, {"web", "cart"}) == [
        Edge("cart", "db", 600, 0, inferred=True),
        Edge("web", "cart", 1200, 60),
    ]


def test_a_mesh_tells_it_in_its_own_words() -> None:
    by_code = [
        calls(
            "istio_requests_total", 1.0,
            source_workload="web", destination_workload="cart", response_code=code,
        )
        for code in ("200", "503")
    ]  # fmt: skip

    assert metered_edges(by_code, {"web", "cart"}) == [Edge("web", "cart", 1200, 0)]


def test_the_world_outside_is_no_caller() -> None:
    series = [calls("traces_service_graph_request_total", 1.0, client="user", server="web")]

    assert metered_edges(series, {"web"}) == []


def test_a_metric_with_one_end_or_a_call_to_itself_tells_nothing() -> None:
    series = [
        calls("http_requests_total", 1.0, server="web"),
        calls("traces_service_graph_request_total", 1.0, client="web", server="web"),
    ]

    assert metered_edges(series, {"web"}) == []
