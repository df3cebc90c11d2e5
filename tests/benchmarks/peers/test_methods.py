"""Deviation, graphs, constants: small systems with a known answer."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.peers.deviations import n_sigma, robust_z
from benchmarks.peers.graphs import System, anomaly_traversal, ranked_correlation
from benchmarks.peers.panel import Panel
from benchmarks.peers.places import by_chance, constant, within


def a_panel(**columns: list[float]) -> Panel:
    """Twelve normal rows, then the rest; a column per service."""
    points = [
        (float(i), (service, "latency"), value)
        for service, values in columns.items()
        for i, value in enumerate(values)
    ]
    return Panel.of(points, 12.0)


def test_the_service_that_left_its_level_is_ranked_first() -> None:
    usual = [1.0, 1.1, 0.9] * 4
    panel = a_panel(cart=[*usual, 1.1, 1.0], order=[*usual, 9.0, 9.5], user=[*usual, 1.0, 0.9])

    assert robust_z(panel)[0][0] == "order"
    assert n_sigma(panel)[0][0] == "order"


def test_a_metric_without_values_is_ranked_last_without_a_warning() -> None:
    nothing = [float("nan")] * 14
    panel = a_panel(cart=nothing, order=[*[1.0, 2.0] * 6, 9.0, 9.0])

    assert robust_z(panel)[-1] == ("cart", 0.0)


def test_gaps_are_filled_as_baro_does() -> None:
    panel = a_panel(cart=[float("nan"), 2.0, float("nan"), 3.0])

    assert panel.filled()[:, 0].tolist() == [0.0, 2.0, 2.0, 3.0]


CALLS = [("web", "cart"), ("cart", "db"), ("web", "user")]


def test_traversal_ends_at_the_deviating_component_that_calls_no_other() -> None:
    system = System({"web": 50.0, "cart": 90.0, "db": 40.0, "user": 0.1}, {}, "web", CALLS)

    assert [name for name, _ in anomaly_traversal(system)] == ["db", "cart", "web"]


def test_correlation_looks_only_at_what_the_target_depends_on() -> None:
    wave = np.sin(np.arange(20.0))
    other = np.cos(np.arange(20.0) * 7)
    series = {"web": wave, "cart": other, "db": 2 * wave, "user": other, "mail": wave}
    system = System({}, series, "web", [*CALLS, ("mail", "web")])

    ranked = ranked_correlation(system)

    assert ranked[0][0] == "db"
    assert ranked[0][1] == pytest.approx(1.0)
    assert {name for name, _ in ranked} == {"cart", "db", "user"}


def test_the_constant_prior_may_leave_its_own_case_out() -> None:
    truths = {"1": "cart", "2": "cart", "3": "db"}

    assert constant(truths, leave_one_out=False)["3"] == ["cart", "db"]
    assert constant(truths, leave_one_out=True)["3"] == ["cart"]
    assert within(truths, constant(truths, leave_one_out=False), 1) == pytest.approx(2 / 3)


def test_chance_is_the_exact_expectation() -> None:
    assert by_chance({"1": 4, "2": 2}, 1) == pytest.approx((1 / 4 + 1 / 2) / 2)
    assert by_chance({"1": 2}, 3) == 1.0
