"""Time that passes between caller and callee: the network, or the machine of the callee."""

from __future__ import annotations

from assistant.domain.signals import Signal, Trace
from tests.analysis.causes.operational.incident import a_call, a_level, causes, facts, often


def late(minute: float, jitter: float, caller: str = "web") -> Trace:
    """Every other call meets a lost packet after noon; the callee itself needs 8 ms always."""
    lost = 400 if minute >= 0 and minute % 2 else 0
    return a_call(minute, caller, ms=(10 + lost) * jitter, served_ms=8)


def test_lost_packets() -> None:
    traces = [*often(late), *often(lambda m, j: late(m, j, "cart"))]

    cause = causes(facts(traces))["network_loss"]

    assert cause.service == "stock"
    assert cause.score > 0.8
    assert cause.decisive
    assert any("all 2 callers" in reason for reason in cause.reasons)


def test_a_processor_that_became_busy_points_at_the_machine() -> None:
    busy = a_level("stock", "cpu_usage", 0.01, 0.9, Signal.RESOURCE)

    cause = causes(facts(often(late), [busy]))["node_trouble"]

    assert (cause.service, cause.action) == ("stock", "reschedule")


def test_a_caller_that_is_spared_speaks_against_it() -> None:
    spared = often(lambda m, j: a_call(m, "cart", ms=10 * j, served_ms=8))

    both = causes(facts([*often(late), *spared]))["network_loss"]

    assert both.score < causes(facts(often(late)))["network_loss"].score
    assert not both.decisive


def test_a_callee_that_is_slow_itself_is_no_network() -> None:
    def slow(minute: float, jitter: float) -> Trace:
        busy = (490 if minute >= 0 else 8) * jitter
        return a_call(minute, ms=busy + 2, served_ms=busy)

    assert "network_loss" not in causes(facts(often(slow)))


def test_calls_that_never_arrive_count_and_a_callee_without_spans_does_not() -> None:
    def dropped(minute: float, jitter: float) -> Trace:
        arrives = minute < 0 or minute % 2 == 0
        return a_call(minute, ms=8 * jitter if arrives else 800, served_ms=7 if arrives else None)

    silent = often(lambda m, j: a_call(m, ms=(800 if m >= 0 else 8) * j))

    assert "network_loss" in causes(facts(often(dropped)))
    assert "network_loss" not in causes(facts(silent))


def test_a_callee_without_spans_whose_own_times_are_calm() -> None:
    silent = often(lambda m, j: a_call(m, ms=(800 if m >= 0 else 8) * j))
    calm = a_level("stock", "request_seconds_p95", 0.008, 0.008, unit="s")
    slow = a_level("stock", "request_seconds_p95", 0.008, 0.8, unit="s")

    assert causes(facts(silent, [calm]))["network_loss"].service == "stock"
    assert "network_loss" not in causes(facts(silent, [slow]))
