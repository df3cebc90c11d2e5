"""The shop under virtual time: healthy when left alone, broken the way that machines break."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter

import pytest

from examples.shop.generator.incident import plan
from examples.shop.generator.mutations.catalogue import MUTATIONS
from examples.shop.generator.simulation import Outcome, simulate
from examples.shop.repository.edits import read_source
from examples.shop.virtual import clock
from examples.shop.virtual.loader import Program, pins, wheel
from examples.shop.virtual.world import World

BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}


def run(mutation: str, seed: str = "1", *, minutes: int = 4, fault_minute: float = 1.0) -> Outcome:
    """A short run without the incident's innocent deployments."""
    incident = plan(seed, BY_NAME[mutation], read_source())
    guilty = [r for r in incident.plan.rollouts if r.minute == incident.plan.fault_minute]
    rollouts = [rollout._replace(minute=fault_minute) for rollout in guilty]
    short = dataclasses.replace(
        incident.plan, rollouts=rollouts, flips=(), minutes=minutes, fault_minute=fault_minute
    )
    return clock.run(simulate(short))


def statuses(outcome: Outcome) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, name, labels), minutes in outcome.world.archive.histograms.items():
        if name == "http.server.request.duration":
            status = dict(labels)["http.response.status_code"]
            found[status] += sum(len(seconds) for seconds in minutes.values())
    return found


def messages(outcome: Outcome) -> str:
    return "\n".join(log.message for log in outcome.world.archive.logs if log.level != "INFO")


@pytest.mark.parametrize("seed", [str(number) for number in range(6)])
def test_every_variant_of_the_shop_is_healthy_when_left_alone(seed: str) -> None:
    found = statuses(run("tight-threshold", seed, minutes=2))

    assert set(found) == {"200"}
    assert found["200"] > 50


@pytest.mark.parametrize(
    ("mutation", "message"),
    [
        ("certificate-expired", "certificate has expired"),
        ("name-lost", "Name or service not known"),
        ("provider-outage", "processor unavailable"),
        ("answer-changed", "KeyError"),
        ("absurd-promotion", "amount must be positive"),
        ("poison-record", "KeyError"),
        ("coupon-null", "TypeError"),
        ("answer-renamed", "KeyError"),
    ],
)
def test_a_fault_says_in_the_logs_what_it_is(mutation: str, message: str) -> None:
    assert message in messages(run(mutation))


def test_calls_that_outlive_their_patience_fail_in_the_caller_only() -> None:
    outcome = run("default-too-short")
    names = outcome.plan.names
    failed = {span.service for span in outcome.world.archive.spans if not span.ok}

    assert names.services["checkout"] in failed
    assert names.services["inventory"] not in failed


def test_spans_of_one_request_share_a_trace_and_name_their_parents() -> None:
    spans = run("tight-threshold", minutes=2).world.archive.spans
    by_id = {span.span_id: span for span in spans}
    children = [span for span in spans if span.parent_id in by_id]

    assert len(children) > 100
    for span in children:
        parent = by_id[span.parent_id]
        assert parent.trace_id == span.trace_id
        assert parent.start_s <= span.start_s


def test_a_process_that_holds_on_to_too_much_is_killed_and_started_again() -> None:
    incident = plan("1", BY_NAME["memory-leak-views"], read_source())
    short = dataclasses.replace(incident.plan, minutes=4, rollouts=(), flips=())

    async def squeezed() -> tuple[dict[str, int], list[str]]:
        world = World("1", 0.0)
        world.memory_limit_bytes = 0.0  # any process holds on to more
        world.paths = {role: short.names.words[role] for role in short.topology.roles}
        world.packages = {short.names.text(n): n for n in ("steadyretry", "ttlstore")}
        await world.deploy("storefront", short.baseline, "v1")
        watching = asyncio.ensure_future(world.watch())
        await asyncio.sleep(200)
        watching.cancel()
        return world.restarts, [log.message for log in world.archive.logs]

    restarts, logs = clock.run(squeezed())
    name = short.names.services["storefront"]
    assert restarts == {name: 3}
    assert logs.count("out of memory: killed by the kernel") == 3
    assert logs.count(f"{name} started") == 3  # the third is down at the end


def test_packages_come_in_the_version_that_is_pinned() -> None:
    assert pins("ttlstore==2.1.0\n# a comment\n") == {"ttlstore": (2, 1, 0)}
    assert "in seconds" in wheel("ttlstore", (2, 1, 0))
    assert "in milliseconds" in wheel("ttlstore", (3, 0, 1))


def test_two_revisions_of_a_service_live_side_by_side() -> None:
    tree = read_source()
    path = "services/cart/app.py"
    newer = tree | {path: tree[path].replace("MAX_QUANTITY = 10", "MAX_QUANTITY = 12")}

    old, new = Program(tree), Program(newer)
    assert old.module("services.cart.app").MAX_QUANTITY == 10
    assert new.module("services.cart.app").MAX_QUANTITY == 12
    assert old.module("shoplib.pool") is not new.module("shoplib.pool")
