"""Thin spans against a service's own counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.analysis.causes.naming import about
from assistant.analysis.causes.sampling import denied
from assistant.domain.anomaly import AnomalousSeries
from assistant.domain.signals import Series, SeriesKey, Signal
from tests.analysis.causes.operational.incident import a_level
from tests.builders.reports import an_anomaly

NAMES = ("web", "stock", "stock-api")


def of_spans(weight: float, peer: str = "") -> Series:
    name = f"calls to {peer}" if peer else "requests"
    series = a_level("web", name, 0.1, 0.9, unit="s", peer=peer)
    return replace(series, weights=np.full(len(series.values), weight))


def unusual(series: Series) -> AnomalousSeries:
    window = replace(an_anomaly(), id=f"A-{series.key.name}", key=series.key)
    return AnomalousSeries(window, series)


def test_a_calm_metric_denies_what_a_few_spans_show() -> None:
    calm = a_level("web", "request_seconds_p95", 0.1, 0.1, unit="s")
    thin, thick = of_spans(1.5), of_spans(40)

    assert denied([unusual(thin)], [thin, calm], NAMES) == {"A-requests"}
    assert not denied([unusual(thick)], [thick, calm], NAMES)
    assert not denied([unusual(thin)], [thin], NAMES)
    assert not denied([unusual(thin), unusual(calm)], [thin, calm], NAMES)


def test_calls_are_denied_only_by_what_counts_the_same_calls() -> None:
    calls = of_spans(1.5, "stock")
    elsewhere = a_level("web", "stock_api_call_seconds_p95", 0.1, 0.1, unit="s")
    same = a_level("web", "stock_call_seconds_p95", 0.1, 0.1, unit="s")

    assert not denied([unusual(calls)], [calls, elsewhere], NAMES)
    assert denied([unusual(calls)], [calls, same], NAMES)


def test_whom_a_metric_is_about() -> None:
    def key(name: str, peer: str = "") -> SeriesKey:
        return SeriesKey("web", Signal.LATENCY, name, peer=peer)

    assert about(key("egress_ms_p95_to_stock_api"), NAMES) == "stock-api"
    assert about(key("stock.call.duration"), NAMES) == "stock"
    assert about(key("restocking_seconds"), NAMES) == ""
    assert about(key("calls to stock", peer="stock"), NAMES) == "stock"
