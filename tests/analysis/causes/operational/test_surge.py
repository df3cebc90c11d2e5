"""More visitors, and what only looks like them."""

from __future__ import annotations

import pytest

from assistant.domain.signals import Signal
from tests.analysis.causes.operational.incident import a_call, a_level, causes, facts, often

CALLS = [
    *often(lambda m, j: a_call(m, "web", "cart", ms=10 * j, served_ms=8)),
    *often(lambda m, j: a_call(m, "cart", "stock", ms=10 * j, served_ms=8)),
]


def traffic(service: str, name: str, factor: float) -> object:
    return a_level(service, name, 5.0, 5.0 * factor, Signal.TRAFFIC)


def test_requests_rise_where_they_enter() -> None:
    rates = [traffic(s, "requests_per_sec", 4) for s in ("web", "cart", "stock")]

    cause = causes(facts(CALLS, rates))["traffic_surge"]  # type: ignore[arg-type]

    assert cause.service == "web"
    assert cause.score > 0.9
    assert cause.decisive


@pytest.mark.parametrize(
    "rates",
    [
        [("web", "requests_per_sec", 1), ("cart", "requests_per_sec", 1), ("stock", "rps", 6)],
        [("web", "cart_requests_per_sec", 6), ("cart", "rps", 6), ("stock", "rps", 1)],
        [("web", "rps", 1), ("web", "queries_per_sec", 6)],
    ],
    ids=["a loop below", "a caller that retries", "more queries for the same requests"],
)
def test_amplification_is_no_surge(rates: list[tuple[str, str, float]]) -> None:
    found = causes(facts(CALLS, [traffic(*rate) for rate in rates]))  # type: ignore[misc]

    assert "traffic_surge" not in found


def test_everybody_has_more_to_do_where_nobody_counts_visitors() -> None:
    rates = [
        traffic("web", "calls_to_cart_per_sec", 5),
        traffic("cart", "queries_per_sec", 5),
        traffic("stock", "queries_per_sec", 5),
    ]

    cause = causes(facts(CALLS, rates))["traffic_surge"]  # type: ignore[arg-type]

    assert cause.score > 0.5
    assert not cause.decisive
