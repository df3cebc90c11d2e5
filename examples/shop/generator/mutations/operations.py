"""Causes that no commit brought: data, machines, networks, providers, load; and no cause at all.

An act is called at the moment of the fault with the stage (see simulation.Stage) and may take
its time.
"""

from __future__ import annotations

import asyncio
import socket
import ssl

from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.mutations.lures import (
    CHECKOUT_LURE,
    LIMIT_LURE,
    PAYMENT_LURE,
    POOL_LURE,
    PROMOTION_LURE,
    TIMEOUT_LURE,
)
from examples.shop.generator.simulation import Stage


async def poison_record(stage: Stage) -> None:
    """A partner's importer writes a message that nobody can read, again and again."""
    insert = stage.names.text("INSERT INTO outbox (topic, payload) VALUES (?, ?)")
    broken = '{"source": "partner-import", "reference": "PX-90413", "rows": null}'
    for _ in range(5):
        stage.database.file.execute(insert, ("partner-import", broken))


async def bulk_import(stage: Stage) -> None:
    """A marketing partner uploads promotions by the thousand."""
    insert = stage.names.text("INSERT INTO promotions (category, percent, active) VALUES (?, ?, 1)")
    for batch in range(12):
        rows = [(name, 1 + batch % 3) for name in ("books", "garden", "kitchen", "music")] * 350
        stage.database.file.executemany(insert, rows)
        await asyncio.sleep(20)


async def absurd_promotion(stage: Stage) -> None:
    """A promotion of 250 % makes totals negative, and the acquirer refuses those."""
    insert = stage.names.text("INSERT INTO promotions (category, percent, active) VALUES (?, ?, 1)")
    stage.database.file.executemany(insert, [(name, 250) for name in ("books", "garden", "toys")])


async def answer_changed(stage: Stage) -> None:
    """The acquirer renames a field of its answer, without notice."""
    stage.acquirer.reference_key = "referenceId"


async def provider_outage(stage: Stage) -> None:
    for share in (0.3, 0.6, 0.8):
        stage.acquirer.fails = share
        await asyncio.sleep(stage.chance.uniform(30, 120))


async def provider_slow(stage: Stage) -> None:
    for factor in (2, 5, 9):
        stage.acquirer.slowdown = factor
        await asyncio.sleep(stage.chance.uniform(30, 150))


async def node_slow(stage: Stage) -> None:
    """The processor of one machine is throttled."""
    host = stage.world.host(stage.mutation.role)
    for slowdown in (20, 60, 140):
        host.slowdown = slowdown
        await asyncio.sleep(60)


async def noisy_neighbour(stage: Stage) -> None:
    """Somebody else's work on the machine of the database."""
    for slowdown in (2.0, 3.5, 6.0):
        stage.database.slowdown = slowdown
        await asyncio.sleep(stage.chance.uniform(60, 180))


async def batch_job(stage: Stage) -> None:
    """A nightly report in the middle of the day: heavy reads on every seat of the database."""

    async def reader() -> None:
        while True:
            await stage.database.occupy(60_000)

    stage.keep(*(reader() for _ in range(24)))


async def disk_full(stage: Stage) -> None:
    """The disk of the database fills until nothing can be written."""
    for used in range(stage.disk_used, 101, 3):
        stage.disk_used = used
        await asyncio.sleep(20)
    stage.disk_used = 100
    stage.database.limit(full=True)


async def certificate_expired(stage: Stage) -> None:
    peer = stage.names.services["payment"]
    stage.world.network.broken["", peer] = ssl.SSLCertVerificationError(
        1, "certificate verify failed: certificate has expired"
    )


async def name_lost(stage: Stage) -> None:
    """A resolver forgets a name, for one caller."""
    caller, peer = stage.names.services["checkout"], stage.names.services["inventory"]
    stage.world.network.broken[caller, peer] = socket.gaierror(
        -2, f"Name or service not known: {peer}.internal"
    )


async def packets_lost(stage: Stage) -> None:
    stage.world.network.loss[stage.names.services["inventory"]] = 0.6


async def traffic_surge(stage: Stage) -> None:
    for factor in (2.0, 4.0, 6.0):
        stage.load.surge = factor
        await asyncio.sleep(45)


async def flag_flipped(stage: Stage) -> None:
    stage.flip("live-promotions", "pricing")


async def nothing(_: Stage) -> None:
    """All is well."""


async def short_burst(stage: Stage) -> None:
    """Four busy minutes, over before anybody looks."""
    stage.load.surge = 9.0
    await asyncio.sleep(240)
    stage.load.surge = 1.0


DATA = (
    Mutation(
        "poison-record",
        "data",
        "shipping",
        "shipping",
        "purge-bad-data",
        act=poison_record,
        lures=(PROMOTION_LURE,),
        monitors=("queue", "chores"),
    ),
    Mutation(
        "bulk-import",
        "data",
        "pricing",
        "pricing",
        "purge-bad-data",
        act=bulk_import,
        lures=(PROMOTION_LURE, POOL_LURE),
        monitors=("latency", "errors", "pool"),
    ),
    Mutation(
        "absurd-promotion",
        "data",
        "pricing",
        "payment",
        "purge-bad-data",
        act=absurd_promotion,
        lures=(PAYMENT_LURE, PROMOTION_LURE),
        monitors=("errors",),
    ),
    Mutation(
        "answer-changed",
        "data",
        "payment",
        "payment",
        "failover",
        act=answer_changed,
        lures=(PAYMENT_LURE,),
        monitors=("errors",),
    ),
)

INFRASTRUCTURE = (
    Mutation(
        "provider-outage",
        "infrastructure",
        "payment",
        "payment",
        "failover",
        act=provider_outage,
        lures=(PAYMENT_LURE, CHECKOUT_LURE),
        monitors=("errors", "upstream"),
    ),
    Mutation(
        "provider-slow",
        "infrastructure",
        "payment",
        "payment",
        "failover",
        act=provider_slow,
        ambience={"acquirer_s": 0.3},
        lures=(PAYMENT_LURE,),
        monitors=("latency", "errors"),
    ),
    Mutation(
        "node-slow-pricing",
        "infrastructure",
        "pricing",
        "pricing",
        "drain-node",
        act=node_slow,
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors"),
    ),
    Mutation(
        "node-slow-inventory",
        "infrastructure",
        "inventory",
        "inventory",
        "drain-node",
        act=node_slow,
        lures=(LIMIT_LURE,),
        monitors=("latency", "errors"),
    ),
    Mutation(
        "noisy-neighbour",
        "infrastructure",
        "database",
        "database",
        "drain-node",
        act=noisy_neighbour,
        lures=(POOL_LURE, PROMOTION_LURE),
        monitors=("latency", "errors", "pool"),
    ),
    Mutation(
        "batch-job",
        "infrastructure",
        "database",
        "database",
        "stop-job",
        act=batch_job,
        lures=(POOL_LURE,),
        monitors=("latency", "errors", "pool"),
    ),
    Mutation(
        "disk-full",
        "infrastructure",
        "database",
        "database",
        "free-disk",
        act=disk_full,
        lures=(CHECKOUT_LURE,),
        monitors=("errors", "disk"),
    ),
    Mutation(
        "certificate-expired",
        "infrastructure",
        "payment",
        "checkout",
        "rotate-cert",
        act=certificate_expired,
        lures=(PAYMENT_LURE, TIMEOUT_LURE),
        monitors=("errors", "upstream"),
    ),
    Mutation(
        "name-lost",
        "infrastructure",
        "checkout",
        "checkout",
        "fix-dns",
        act=name_lost,
        lures=(CHECKOUT_LURE, LIMIT_LURE),
        monitors=("errors", "upstream"),
    ),
    Mutation(
        "packets-lost",
        "infrastructure",
        "inventory",
        "inventory",
        "fix-network",
        act=packets_lost,
        lures=(LIMIT_LURE,),
        monitors=("latency", "upstream"),
    ),
    Mutation(
        "traffic-surge",
        "infrastructure",
        "storefront",
        "pricing",
        "scale-out",
        act=traffic_surge,
        ambience={"busy": 1.6},
        lures=(PROMOTION_LURE, POOL_LURE),
        monitors=("errors", "latency", "pool"),
    ),
    Mutation(
        "flag-flipped",
        "configuration",
        "pricing",
        "pricing",
        "disable-flag",
        act=flag_flipped,
        ambience={"flagged": 1},
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors"),
    ),
)

NO_FAULT = (
    Mutation(
        "tight-threshold",
        "none",
        "",
        "",
        "no-action",
        act=nothing,
        lures=(CHECKOUT_LURE, PROMOTION_LURE),
        weight=2.0,
    ),
    Mutation(
        "short-burst",
        "none",
        "",
        "pricing",
        "no-action",
        act=short_burst,
        ambience={"busy": 1.9, "favourites": 0.35},
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors"),
    ),
)

MUTATIONS = (*DATA, *INFRASTRUCTURE, *NO_FAULT)
