"""Where extra time and extra failures arose: totals per service and a call graph, side by side
with what is left of them once callees are set aside."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from assistant.analysis.causes.answered import Answered
from assistant.analysis.causes.excess import Books, Excess, Template, excesses
from assistant.analysis.traces.topology import ServiceGraph
from assistant.domain.signals import Edge, Floats, Signal

#  web ─→ cart ─→ stock
#   └──→ pay ───→ bank
CALLS = [("web", "cart"), ("web", "pay"), ("cart", "stock"), ("pay", "bank")]
SECONDS = {"web": 1.0, "cart": 0.4, "stock": 0.2, "pay": 0.3, "bank": 0.1}
BINS, BEGINS = 12, 8
LATE: Floats = (np.arange(BINS) >= BEGINS).astype(np.float64)


def good() -> dict[str, Answered]:
    """Forty bins of ten requests a second, with one per cent of noise."""
    noise = 1 + 0.01 * np.sin(np.arange(40.0))
    return {s: answers(10 * np.ones(40), seconds * noise) for s, seconds in SECONDS.items()}


def answers(requests: Floats, seconds: Floats | float, failing: Floats | float = 0.0) -> Answered:
    return Answered(requests, requests * seconds, requests * failing)


def now(slower: Mapping[str, float]) -> dict[str, Answered]:
    """What each service answers when some take longer from bin eight on."""
    return {
        s: answers(10 * np.ones(BINS), seconds + LATE * slower.get(s, 0.0))
        for s, seconds in SECONDS.items()
    }


def found(
    side: Mapping[str, Answered],
    signal: Signal = Signal.LATENCY,
    calls: list[tuple[str, str]] = CALLS,
    usual: Mapping[str, Answered] | None = None,
) -> list[Excess]:
    graph = ServiceGraph(Edge(caller, callee, 0, 0) for caller, callee in calls)
    return excesses(Books(side, usual or good(), graph), "web", signal, reported=True)


@pytest.mark.parametrize(
    ("slower", "first", "own"),
    [
        ({"web": 2.0}, "web", 2.0),
        ({"web": 2.0, "cart": 2.0}, "cart", 2.0),
        ({"web": 2.0, "cart": 2.0, "stock": 2.0}, "stock", 2.0),
        ({"web": 2.0, "cart": 2.0, "stock": 0.3}, "cart", 1.7),
    ],
)
def test_time_arises_where_no_callee_accounts_for_it(
    slower: Mapping[str, float], first: str, own: float
) -> None:
    best = found(now(slower))[0]

    assert best.service == first
    assert best.own == pytest.approx(own, abs=0.05)


def test_what_a_callee_accounts_for_is_no_longer_the_callers() -> None:
    arisen = {e.service: e for e in found(now({"web": 2.0, "pay": 2.0, "bank": 2.0}))}

    assert arisen["pay"].own == pytest.approx(0.0, abs=0.05)
    assert arisen["pay"].total == pytest.approx(2.0, abs=0.05)


def test_a_services_own_bad_habits_are_not_the_trouble() -> None:
    """The bank always swings by a second, and now swings again."""
    usual = good()
    usual["bank"] = answers(10 * np.ones(40), 0.6 + 0.5 * np.sin(np.arange(40.0)))
    side = now({"web": 0.5, "cart": 0.5})
    side["bank"] = answers(10 * np.ones(BINS), np.where(np.arange(BINS) == BEGINS, 1.1, 0.6))

    ranked = [e.service for e in found(side, usual=usual) if e.own > 0]

    assert ranked == ["cart"]


def test_what_was_so_before_the_trouble_is_no_part_of_it() -> None:
    """Stock is slower than in good time, but was as slow before the web suffered."""
    side = now({"web": 1.0, "pay": 1.0})
    side["stock"] = answers(10 * np.ones(BINS), 3.0)

    assert [e.service for e in found(side) if e.own > 0] == ["pay"]


def test_failures_are_traced_as_time_is() -> None:
    side = now({})
    for name in ("web", "pay", "bank"):
        side[name] = answers(10 * np.ones(BINS), SECONDS[name], LATE * 0.2)

    best = found(side, Signal.ERRORS)[0]

    assert best.service == "bank"
    assert best.own == pytest.approx(0.2)


def test_what_a_service_began_to_call_is_its_own_doing() -> None:
    """Pay calls a host that nobody called in good time, and it refuses every call."""
    side = now({})
    for name in ("web", "pay"):
        side[name] = answers(10 * np.ones(BINS), SECONDS[name], LATE * 0.3)
    side["nobody"] = answers(3.0 * LATE, 0.1, 1.0)

    best = found(side, Signal.ERRORS, [*CALLS, ("pay", "nobody")])[0]

    assert (best.service, best.newcomers) == ("pay", ("nobody",))


def test_a_callee_of_two_is_shared_by_how_much_they_ask() -> None:
    """Web asks stock directly as well, nine times out of ten."""
    usual = good()
    usual["cart"] = answers(np.ones(40), 0.4)
    side = now({"web": 1.0})
    side["cart"] = answers(np.ones(BINS), 0.4)
    side["stock"] = answers(10 * np.ones(BINS), 0.2 + LATE * 1.0)

    arisen = {e.service: e.own for e in found(side, calls=[*CALLS, ("web", "stock")], usual=usual)}

    assert arisen["stock"] == pytest.approx(1.0, abs=0.05)
    assert arisen["web"] == pytest.approx(1.0 - 10 / 11, abs=0.05)


def test_more_requests_alone_are_no_extra_time() -> None:
    side = {s: answers(50 * np.ones(BINS), seconds) for s, seconds in SECONDS.items()}

    assert [e for e in found(side) if e.own > 0.02] == []


def test_nothing_stands_out_of_what_is_usual() -> None:
    usual = np.ones(40)

    assert Template.of(np.ones(BINS), usual, reported=True) is None
