from __future__ import annotations

from datetime import timedelta

from assistant.analysis.detection.merge import ServiceWindow
from assistant.analysis.traces.topology import ServiceGraph
from assistant.domain.signals import Edge, Signal
from tests.builders import at

#   web ─→ cart ─→ stock ─→ db
#    └──→ pay ─→ bank (inferred)
EDGES = [
    Edge("web", "cart", 90, 0),
    Edge("web", "pay", 10, 0),
    Edge("cart", "stock", 50, 0),
    Edge("stock", "db", 50, 0),
    Edge("pay", "bank", 10, 0, inferred=True),
]
GRAPH = ServiceGraph(EDGES, {"pay": ["node-1"], "stock": ["node-1"], "cart": ["node-2"]})


def window(service: str, minute: float, score: float = 20) -> ServiceWindow:
    return ServiceWindow(
        service=service,
        onset=at(minute),
        onset_earliest=at(minute - 1),
        onset_latest=at(minute + 1),
        end=None,
        score=score,
        signals=(Signal.LATENCY,),
        anomaly_ids=("A1",),
    )


def first(graph: ServiceGraph, *windows: ServiceWindow) -> str:
    found = graph.first_failing({w.service: w for w in windows}, timedelta(seconds=30))
    return found[0].service


def test_neighbours_come_busiest_first() -> None:
    assert GRAPH.callees("web") == ("cart", "pay")
    assert GRAPH.callers("stock") == ("cart",)
    assert GRAPH.callers("nobody") == ()


def test_closures() -> None:
    assert GRAPH.downstream("cart") == {"stock", "db"}
    assert GRAPH.upstream("db") == {"stock", "cart", "web"}
    assert GRAPH.upstream("nobody") == frozenset()
    assert GRAPH.inferred == {"bank"}


def test_a_failure_travels_up_the_calls() -> None:
    assert GRAPH.path("db", "web") == ("db", "stock", "cart", "web")
    assert GRAPH.path("cart", "cart") == ("cart",)


def test_it_travels_over_a_shared_node_where_calls_do_not_lead() -> None:
    assert GRAPH.path("stock", "pay") == ("stock", "pay")
    assert GRAPH.shared("stock", "pay") == {"node-1"}


def test_load_travels_down() -> None:
    assert GRAPH.path("web", "db") == ("web", "cart", "stock", "db")


def test_nothing_connects_strangers() -> None:
    assert GRAPH.path("web", "elsewhere") == ()


def test_a_cycle_of_calls_is_no_trap() -> None:
    graph = ServiceGraph([Edge("a", "b", 1, 0), Edge("b", "a", 1, 0), Edge("a", "a", 1, 0)])
    assert graph.downstream("a") == {"b"}
    assert first(graph, window("a", 0), window("b", 3)) == "a"


def test_the_blast_radius_is_reached_through_anomalous_services_only() -> None:
    assert GRAPH.blast_radius("db", {"stock", "cart"}) == {"stock", "cart"}
    assert GRAPH.blast_radius("db", {"web"}) == frozenset()


def test_the_deepest_that_deviates_in_time_failed_first() -> None:
    assert first(GRAPH, window("web", 2), window("cart", 1), window("db", 0)) == "db"
    assert first(GRAPH, window("web", 0, 90), window("cart", 0), window("stock", 0)) == "stock"


def test_a_callee_that_deviates_later_explains_nothing() -> None:
    assert first(GRAPH, window("cart", -10), window("stock", 5)) == "cart"


def test_everything_a_symptom_may_have_to_do_with() -> None:
    assert GRAPH.neighbourhood("cart") == {"web", "cart", "stock", "db", "pay", "bank"}
