"""What telemetry shows, as outcomes at services with the words of what they are about."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.observed import Observed, observed
from assistant.analysis.causes.scene import Scene
from assistant.analysis.code.outcomes import Outcome
from assistant.analysis.traces.topology import ServiceGraph
from assistant.domain.anomaly import AnomalousSeries, Direction
from assistant.domain.report import Question
from assistant.domain.signals import Edge, SeriesKey, Signal, SpanKind, Trace
from tests.builders import a_series, a_span, at, at_ns
from tests.builders.reports import an_anomaly

CALLS = ServiceGraph([Edge("web", "cart", 9, 0), Edge("cart", "stock", 9, 0)])


def seen(
    *series: tuple[str, Signal, str, Direction],
    before: tuple[Trace, ...] = (),
    after: tuple[Trace, ...] = (),
    metric: str = "",
) -> list[Observed]:
    anomalies = tuple(
        AnomalousSeries(
            an_anomaly(n, start=0, key=SeriesKey(service, signal, name), direction=direction),
            a_series(np.zeros(9)),
        )
        for n, (service, signal, name, direction) in enumerate(series)
    )
    observation: Any = SimpleNamespace(
        ordinary=before,
        failing=(),
        later=after,
        detection=SimpleNamespace(templates=()),
        question=Question(at=at(5), service="cart", metric=metric),
    )
    scene: Any = SimpleNamespace(
        anomalies=anomalies,
        graph=CALLS,
        onset=at(0),
        tolerance=timedelta(0),
        is_entry=lambda service: service == "web",
    )
    return observed(cast(Observation, observation), cast(Scene, scene))


def outcomes(found: list[Observed]) -> set[tuple[Outcome, str]]:
    return {(o.outcome, o.service) for o in found}


@pytest.mark.parametrize(
    ("signal", "name", "direction", "outcome"),
    [
        (Signal.SATURATION, "db_pool_wait_seconds_p95", Direction.ROSE, Outcome.POOL),
        (Signal.RESOURCE, "process.memory.usage", Direction.ROSE, Outcome.MEMORY),
        (Signal.METRIC, "cache.hit.ratio", Direction.FELL, Outcome.CACHE_MISSES),
        (Signal.SATURATION, "queue_depth", Direction.ROSE, Outcome.BACKLOG),
        (Signal.ERRORS, "http_401_ratio", Direction.ROSE, Outcome.REJECTIONS),
        (Signal.ERRORS, "http_5xx_ratio", Direction.ROSE, Outcome.FAILURES),
        (Signal.METRIC, "coroutines", Direction.ROSE, Outcome.TASKS),
        (Signal.RESOURCE, "disk_used_pct", Direction.ROSE, Outcome.DISK),
    ],
)
def test_a_series_by_what_it_measures(
    signal: Signal, name: str, direction: Direction, outcome: Outcome
) -> None:
    assert (outcome, "cart") in outcomes(seen(("cart", signal, name, direction)))


def test_more_requests_at_the_door_are_nobodys_calls() -> None:
    rose = (Signal.TRAFFIC, "requests", Direction.ROSE)

    assert (Outcome.MORE_CALLS, "stock") in outcomes(seen(("stock", *rose)))
    assert (Outcome.MORE_CALLS, "web") not in outcomes(seen(("web", *rose)))


def test_what_is_passed_on_counts_half() -> None:
    failing = (Signal.ERRORS, "http_5xx_ratio", Direction.ROSE)
    found = {o.service: o.strength for o in seen(("web", *failing), ("cart", *failing))}

    assert found["web"] == pytest.approx(found["cart"] / 2)


def test_the_alert_was_measured_too() -> None:
    assert outcomes(seen(metric="queue_depth")) == {(Outcome.BACKLOG, "cart")}


def a_request(number: int, minute: float, statements: int) -> Trace:
    """A request to cart that runs so many statements."""
    start, trace = at_ns(minute) + number, f"{number:032x}"
    root = a_span(
        "cart", "POST /items", trace_id=trace, span_id=f"{number}0", parent_span_id="",
        kind=SpanKind.SERVER, start_ns=start, duration_ns=statements * 2_000_000,
    )  # fmt: skip
    children = [
        a_span(
            "cart", "SELECT holds", trace_id=trace, span_id=f"{number}{i}",
            parent_span_id=root.span_id, kind=SpanKind.CLIENT, peer="db",
            start_ns=start + i * 2_000_000, duration_ns=1_000_000,
            attributes={"db.query.text": "SELECT sum(held) FROM holds WHERE sku = ?"},
        )
        for i in range(1, statements + 1)
    ]  # fmt: skip
    return Trace(trace, (root, *children))


def test_calls_that_multiply_inside_an_operation() -> None:
    found = seen(
        before=tuple(a_request(n, -10, 1) for n in range(10)),
        after=tuple(a_request(n, 2, 8) for n in range(20, 30)),
    )
    more = next(o for o in found if o.outcome is Outcome.MORE_CALLS)

    assert more.service == "cart"
    assert more.strength > 0.5
    assert {"held", "sku"} <= more.about
