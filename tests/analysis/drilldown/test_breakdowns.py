"""Tables of requests in; the subsets that carry the failures out, with their counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assistant.analysis.drilldown.attributes import worthwhile
from assistant.analysis.drilldown.breakdowns import break_down
from assistant.domain.breakdown import AttributeUse, Crosstab

ATTRIBUTES = {"service.version": 2, "cloud.region": 4, "tenant": 25}


def a_table(
    failing: Callable[[dict[str, str]], float],
    attributes: dict[str, int] = ATTRIBUTES,
    slow: bool = False,
) -> Crosstab:
    """Thirty requests of each combination before, ten after; 1 % fail unless told otherwise."""
    values = tuple(tuple(f"{name[:1]}{i}" for i in range(n)) for name, n in attributes.items())
    codes = np.stack([axis.ravel() for axis in np.indices(tuple(attributes.values()))], axis=1)
    chance = np.random.default_rng(4)
    rates = [
        failing({a: values[i][c] for i, (a, c) in enumerate(zip(attributes, row, strict=True))})
        for row in codes
    ]
    after, before = chance.binomial(10, rates), chance.binomial(30, 0.01, len(codes))
    nothing = np.zeros(len(codes), dtype=np.int64)
    return Crosstab(
        tuple(attributes),
        values,
        codes,
        np.stack([nothing + 30, *((nothing, before) if slow else (before, nothing))], axis=1),
        np.stack([nothing + 10, *((nothing, after) if slow else (after, nothing))], axis=1),
    )


def test_a_version_in_a_region() -> None:
    bad = {"service.version": "s1", "cloud.region": "c2"}
    table = a_table(lambda of: 0.8 if bad.items() <= of.items() else 0.01)

    [found] = break_down(table, "cart")

    assert dict(found.subset) == bad
    assert found.measure == "failed"
    assert found.requests == 250
    assert found.total_requests == 2000
    assert 180 <= found.events <= 220
    assert found.events < found.total_events < found.events + 40
    assert found.explained > 0.9
    assert found.surprise > 0.2


def test_slow_requests_of_one_tenant() -> None:
    table = a_table(lambda of: 0.9 if of["tenant"] == "t7" else 0.01, slow=True)

    [found] = break_down(table, "cart")

    assert (found.measure, found.subset) == ("slow", (("tenant", "t7"),))


def test_failures_spread_evenly_have_no_subset() -> None:
    assert break_down(a_table(lambda of: 0.4), "cart") == ()


def test_a_healthy_service_has_no_subset() -> None:
    assert break_down(a_table(lambda of: 0.01), "cart") == ()


def test_attributes_that_mean_the_same_requests_are_named_together() -> None:
    table = a_table(lambda of: 0.8 if of["cloud.region"] == "c2" else 0.01)
    zones = tuple(f"zone-{region}" for region in table.values[1])
    doubled = Crosstab(
        (*table.attributes, "zone"),
        (*table.values, zones),
        np.column_stack([table.codes, table.codes[:, 1]]),
        table.before,
        table.after,
    )

    [found] = break_down(doubled, "cart")

    assert found.subset == (("cloud.region", "c2"),)
    assert found.also == (("zone", "zone-c2"),)


def test_a_table_without_attributes_or_requests() -> None:
    empty = np.zeros((0, 3), dtype=np.int64)
    assert break_down(Crosstab(("a",), ((),), empty[:, :1], empty, empty), "cart") == ()
    assert break_down(Crosstab((), (), empty[:, :0], empty, empty), "cart") == ()


def test_what_is_worth_counting_by() -> None:
    uses = [
        AttributeUse("cloud.region", 2000, 4, 2000),
        AttributeUse("http.response.status_code", 2000, 3, 2000),
        AttributeUse("error.type", 1200, 3, 2000),
        AttributeUse("http.request.method", 2000, 1, 2000),
        AttributeUse("messaging.batch", 300, 4, 2000),
        AttributeUse("operation", 2000, 9, 2000),
        AttributeUse("service.instance.id", 2000, 6, 2000),
        AttributeUse("service.version", 2000, 2, 2000),
        AttributeUse("tenant", 2000, 700, 2000),
        AttributeUse("url.full", 2000, 1990, 2000),
    ]

    assert worthwhile(uses) == [
        "service.version",
        "operation",
        "cloud.region",
        "tenant",
        "service.instance.id",
    ]
