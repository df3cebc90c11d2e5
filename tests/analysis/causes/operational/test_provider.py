"""Somebody outside: errors of its own, late answers, and what is not its fault."""

from __future__ import annotations

from assistant.domain.signals import Signal, Trace
from tests.analysis.causes.operational.incident import a_call, a_level, causes, facts, logs, often


def charge(minute: float, ms: float, error: str = "") -> Trace:
    return a_call(minute, "web", "cardnet", operation="POST /charge", ms=ms, error=error)


def test_late_answers_without_any_error() -> None:
    cause = causes(facts(often(lambda m, j: charge(m, (900 if m >= 0 else 200) * j))))

    assert cause["provider_outage"].title == "cardnet answers late"
    assert cause["provider_outage"].score > 0.8
    assert cause["provider_outage"].action == "fail_over"


def test_a_few_long_calls_are_not_late_answers() -> None:
    """What a lifted limit on waiting looks like: the longest calls last, the others do not."""
    traces = often(lambda m, j: charge(m, 60_000 if m in (3, 9) else 200 * j))

    assert "provider_outage" not in causes(facts(traces))


def test_5xx_that_it_says_of_itself() -> None:
    traces = often(lambda m, j: charge(m, 200 * j, "503" if m >= 0 else ""))
    share = a_level("web", "calls_to_cardnet_error_ratio", 0.0, 0.8, Signal.ERRORS)

    cause = causes(facts(traces, [share], logs("web", "cardnet: 503 unavailable")))

    assert cause["provider_outage"].decisive


def test_it_failed_as_much_before() -> None:
    """A change of ours lets its failures through; they are no more than they were."""
    traces = often(lambda m, j: charge(m, 200 * j, "503" if m % 3 == 0 else ""))

    cause = causes(facts(traces, (), logs("web", "cardnet: 503 unavailable")))

    assert cause["provider_outage"].score < 0.2
    assert not cause["provider_outage"].decisive


def test_we_give_up_sooner() -> None:
    def hurried(minute: float, jitter: float) -> Trace:
        if minute < 0:
            return charge(minute, 200 * jitter)
        return charge(minute, 50, "cardnet timed out after 0.05 s")

    cause = causes(facts(often(hurried), (), logs("web", "cardnet timed out after 0.05 s")))

    assert cause["provider_outage"].score < 0.2
