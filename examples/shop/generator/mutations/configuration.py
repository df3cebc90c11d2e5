"""Settings and pinned packages: small diffs outside the code, delivered like code."""

from __future__ import annotations

import random
from collections.abc import Sequence

from examples.shop.generator.mutations.base import Changes, Mutation
from examples.shop.generator.mutations.lures import (
    CHECKOUT_LURE,
    PAYMENT_LURE,
    POOL_LURE,
    PROMOTION_LURE,
    TIMEOUT_LURE,
    edit,
)
from examples.shop.generator.topology import setting
from examples.shop.repository.edits import Change, Tree


def value(role: str, section: str, key: str, *values: object) -> Changes:
    """One of the values for a key of a service's settings."""

    def drawn(tree: Tree, chance: random.Random) -> Sequence[Change]:
        return [setting(tree, f"config/{role}.toml", section, key, chance.choice(values))]

    return drawn


MUTATIONS = (
    Mutation(
        "pool-too-small",
        "configuration",
        "pricing",
        "pricing",
        "config-revert",
        ("config: right-size database connections of pricing", "config: fewer idle connections"),
        value("pricing", "database", "pool_size", 1),
        ambience={"busy": 1.6},
        lures=(PROMOTION_LURE, POOL_LURE),
        monitors=("pool", "errors", "latency"),
    ),
    Mutation(
        "acquire-too-short",
        "configuration",
        "pricing",
        "pricing",
        "config-revert",
        ("config: fail fast when the database is busy", "config: shorter waits"),
        value("pricing", "database", "acquire_timeout_s", 0.01, 0.02),
        ambience={"busy": 1.6, "favourites": 0.4, "tight": 1},
        lures=(PROMOTION_LURE,),
        monitors=("errors",),
    ),
    Mutation(
        "deadline-too-tight",
        "configuration",
        "checkout",
        "checkout",
        "config-revert",
        ("config: checkout should not wait long for prices", "config: tighter budgets"),
        value("checkout", "client.pricing", "timeout_s", 0.15, 0.2),
        lures=(CHECKOUT_LURE, PROMOTION_LURE),
        needs=("services/checkout/app.py", '"pricing", "/quotes"'),
        monitors=("errors", "upstream"),
    ),
    Mutation(
        "acquirer-deadline",
        "configuration",
        "payment",
        "payment",
        "config-revert",
        ("config: cut off slow card payments", "config: payment answers within the budget"),
        value("payment", "client.acquirer", "timeout_s", 0.12, 0.18),
        ambience={"acquirer_s": 0.25},
        lures=(PAYMENT_LURE,),
        monitors=("errors", "upstream"),
    ),
    Mutation(
        "stock-deadline",
        "configuration",
        "storefront",
        "storefront",
        "config-revert",
        ("config: pages first, stock levels if they are quick", "config: snappier pages"),
        value("storefront", "client", "timeout_s", 0.06, 0.09),
        lures=(CHECKOUT_LURE,),
        monitors=("errors", "upstream"),
    ),
    Mutation(
        "acquirer-deadline-lost",
        "configuration",
        "payment",
        "payment",
        "config-revert",
        ("config: never give up on a card payment", "config: patience with the acquirer"),
        value("payment", "client.acquirer", "timeout_s", 120.0, 300.0),
        ambience={"acquirer_stalls": 0.06},
        lures=(PAYMENT_LURE,),
        monitors=("latency", "active"),
    ),
    Mutation(
        "slots-too-few",
        "configuration",
        "checkout",
        "checkout",
        "config-revert",
        ("config: protect checkout from overload", "config: lower concurrency of checkout"),
        value("checkout", "service", "slots", 1),
        ambience={"acquirer_s": 0.7},
        lures=(CHECKOUT_LURE, TIMEOUT_LURE),
        monitors=("latency", "errors"),
    ),
    Mutation(
        "order-limit",
        "configuration",
        "storefront",
        "storefront",
        "config-revert",
        ("storefront: fewer orders at once while we measure", "storefront: careful admission"),
        edit("services/storefront/app.py", "ORDERS_AT_ONCE = 40", "ORDERS_AT_ONCE = 1"),
        ambience={"acquirer_s": 0.6, "busy": 1.4},
        lures=(TIMEOUT_LURE,),
        monitors=("rejections",),
    ),
    Mutation(
        "cache-off",
        "configuration",
        "pricing",
        "pricing",
        "config-revert",
        ("config: prices must never be old", "config: shorter memory for prices"),
        value("pricing", "cache", "ttl_s", 0.0, 0.01),
        ambience={"busy": 2.6},
        lures=(PROMOTION_LURE,),
        monitors=("cache", "latency", "pool"),
    ),
    Mutation(
        "outbox-slow",
        "configuration",
        "shipping",
        "shipping",
        "config-revert",
        ("shipping: look for orders once in a while", "shipping: less polling"),
        edit("services/shipping/app.py", "@service.every(3)", "@service.every(60)"),
        monitors=("queue",),
    ),
    Mutation(
        "retry-package",
        "dependency",
        "payment",
        "payment",
        "config-revert",
        ("Bump steadyretry to 2.0.0", "deps: update steadyretry"),
        edit("requirements.txt", "steadyretry==1.4.2", "steadyretry==2.0.0"),
        ambience={"acquirer_fails": 0.12},
        lures=(PAYMENT_LURE,),
        monitors=("latency", "errors"),
        shared=True,
    ),
    Mutation(
        "cache-package",
        "dependency",
        "pricing",
        "pricing",
        "config-revert",
        ("Bump ttlstore to 3.0.0", "deps: update ttlstore"),
        edit("requirements.txt", "ttlstore==2.1.0", "ttlstore==3.0.0"),
        ambience={"busy": 2.6},
        lures=(PROMOTION_LURE,),
        monitors=("latency", "cache", "pool"),
        shared=True,
    ),
)
