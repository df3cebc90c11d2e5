"""Tables in; the conjunctions that carry the change out."""

from __future__ import annotations

import numpy as np

from assistant.analysis.drilldown.cuboids import Element, covered
from assistant.analysis.drilldown.leaves import Codes, leaves_of_counts, leaves_of_rates
from assistant.analysis.drilldown.search import causes_of
from assistant.domain.signals import Floats

REGION, VERSION, TENANT = 0, 1, 2


def every_leaf(*sizes: int) -> Codes:
    return np.stack([axis.ravel() for axis in np.indices(sizes)], axis=1)


def failing(codes: Codes, rates: dict[Element, float], usual: float = 0.01) -> list[Element]:
    """One hundred requests a leaf, before and after; within each element they fail at its rate."""
    chance = np.random.default_rng(5)
    rate = np.full(len(codes), usual)
    for element, own in rates.items():
        rate[covered(codes, element)] = own
    requests = np.full(len(codes), 100.0)
    failures = [chance.binomial(100, r).astype(np.float64) for r in (usual + 0 * rate, rate)]
    return sorted(
        causes_of(leaves_of_rates(codes, requests, failures[0], requests, failures[1]), 3)
    )


def test_one_value_of_one_attribute() -> None:
    cause = ((VERSION, 1),)

    assert failing(every_leaf(4, 2, 30), {cause: 0.2}) == [cause]


def test_a_conjunction_is_neither_widened_nor_narrowed() -> None:
    cause = ((REGION, 2), (VERSION, 1))

    assert failing(every_leaf(4, 3, 30), {cause: 0.3}) == [cause]


def test_three_causes_of_different_attributes_and_strength() -> None:
    causes: dict[Element, float] = {
        ((REGION, 0), (VERSION, 2)): 0.9,
        ((REGION, 3),): 0.1,
        ((TENANT, 7),): 0.4,
    }

    assert failing(every_leaf(4, 3, 30), causes) == sorted(causes)


def test_where_everything_fails_alike_no_subset_is_named() -> None:
    assert failing(every_leaf(4, 3, 30), {(): 0.5}) == []


def test_where_nothing_changed_no_subset_is_named() -> None:
    assert failing(every_leaf(4, 3, 30), {}) == []


def test_a_level_that_all_share_does_not_hide_the_cause() -> None:
    cause = ((TENANT, 7),)

    assert failing(every_leaf(4, 3, 30), {(): 0.05, cause: 0.6}) == [cause]


def test_a_cause_that_hardly_matters_is_left_out() -> None:
    large, small = ((REGION, 0),), ((REGION, 1), (TENANT, 7))

    assert failing(every_leaf(4, 3, 30), {large: 0.9, small: 0.25}) == [large]


def counted(codes: Codes, forecast: Floats, observed: Floats) -> list[Element]:
    return sorted(causes_of(leaves_of_counts(codes, forecast, observed), 2))


def test_counts_that_fell_despite_a_noisy_forecast() -> None:
    codes, chance = every_leaf(10, 6, 20), np.random.default_rng(8)
    cause = ((REGION, 4), (VERSION, 2))
    volume = chance.lognormal(4, 1, len(codes))
    forecast = volume * chance.normal(1, 0.2, len(codes)).clip(0.1)
    observed = chance.poisson(np.where(covered(codes, cause), 0.3, 1.0) * volume)

    assert counted(codes, forecast, observed.astype(np.float64)) == [cause]


def test_a_value_that_was_never_seen() -> None:
    codes = every_leaf(4, 3, 30)
    new = covered(codes, ((TENANT, 29),))

    assert counted(codes, np.where(new, 0.0, 50.0), np.full(len(codes), 50.0)) == [((TENANT, 29),)]


def test_of_two_attributes_that_say_the_same_the_one_with_fewer_values_is_named() -> None:
    version = np.repeat([0, 1], 60)
    pod = np.arange(120) // 10  # twelve pods, the last six of version 1
    codes = np.stack([pod, version], axis=1)
    requests = np.full(120, 100.0)
    failures = np.where(version == 1, 30.0, 0.0)

    leaves = leaves_of_rates(codes, requests, np.zeros(120), requests, failures)
    assert causes_of(leaves, 2) == (((1, 1),),)


def test_an_empty_table_and_one_without_a_choice() -> None:
    nothing = np.zeros(0)
    assert causes_of(leaves_of_counts(np.zeros((0, 2), dtype=np.int64), nothing, nothing), 2) == ()
    one = np.ones(1)
    assert causes_of(leaves_of_counts(np.zeros((1, 2), dtype=np.int64), one, 9 * one), 2) == ()
