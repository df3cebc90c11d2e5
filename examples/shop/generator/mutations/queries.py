"""Statements: too many of them, or without an index."""

from __future__ import annotations

from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.mutations.lures import (
    CHECKOUT_LURE,
    LIMIT_LURE,
    POOL_LURE,
    PROMOTION_LURE,
    app,
    edit,
    edits,
)
from examples.shop.repository.edits import Add, Edit

MUTATIONS = (
    Mutation(
        "quote-per-unit",
        "code",
        "checkout",
        "checkout",
        "rollback",
        ("checkout: price every unit by itself, for fair rounding", "checkout: exact totals"),
        edit(
            app("checkout"),
            """\
    return await service.client.post("pricing", "/quotes", {"items": items, "coupon": coupon})
""",
            """\
    cents = 0
    for item in items:
        for _ in range(item["quantity"]):
            one = {"items": [item | {"quantity": 1}], "coupon": coupon}
            quote = await service.client.post("pricing", "/quotes", one)
            cents += quote["cents"]
    return {"cents": cents}
""",
        ),
        lures=(CHECKOUT_LURE, PROMOTION_LURE),
        ambience={"units": 0.2},
        monitors=("latency", "errors"),
    ),
    Mutation(
        "price-per-item",
        "code",
        "pricing",
        "pricing",
        "rollback",
        ("pricing: one path for single prices and quotes", "pricing: reuse load_price in quotes"),
        edit(
            app("pricing"),
            '    prices = await load_prices([item["sku"] for item in items])\n',
            """\
    prices = {}
    for item in items:
        for sku in (item["sku"],) * item["quantity"]:
            prices[sku] = await load_price(sku)
""",
        ),
        lures=(PROMOTION_LURE, CHECKOUT_LURE),
        ambience={"units": 0.3},
        monitors=("latency", "errors"),
    ),
    Mutation(
        "history-per-order",
        "code",
        "checkout",
        "checkout",
        "rollback",
        ("checkout: order history shows how each was sent", "checkout: richer history"),
        edits(
            Edit(
                app("checkout"),
                '    return {"orders": orders[-20:]}\n',
                """\
    for order in orders:
        order["sent"] = await service.db.fetch(DETAILS, order["id"] + "%")
    return {"orders": orders[-20:]}
""",
            ),
            Edit(
                app("checkout"),
                "HISTORY = ",
                'DETAILS = "SELECT carrier FROM shipments WHERE order_id LIKE ?"\nHISTORY = ',
            ),
        ),
        lures=(CHECKOUT_LURE,),
        ambience={"looks_back": 0.6},
        monitors=("latency", "pool"),
    ),
    Mutation(
        "unindexed-holds",
        "code",
        "inventory",
        "inventory",
        "rollback",
        (
            "inventory: treat article numbers alike in any case",
            "inventory: forgiving article numbers",
        ),
        edit(
            app("inventory"),
            "AS held FROM reservations WHERE sku = ?",
            "AS held FROM reservations WHERE upper(sku) = upper(?)",
        ),
        lures=(LIMIT_LURE, POOL_LURE),
        monitors=("latency", "errors", "pool"),
    ),
    Mutation(
        "unindexed-history",
        "code",
        "checkout",
        "checkout",
        "rollback",
        ("checkout: find orders whatever the case of the name", "checkout: normalise customers"),
        edit(
            app("checkout"),
            "FROM orders WHERE customer = ?",
            "FROM orders WHERE lower(customer) = lower(?)",
        ),
        lures=(CHECKOUT_LURE,),
        ambience={"looks_back": 0.5},
        monitors=("latency", "pool"),
    ),
    Mutation(
        "unindexed-promotions",
        "code",
        "pricing",
        "pricing",
        "rollback",
        ("pricing: promotions for categories in any spelling", "pricing: trim category names"),
        edit(
            app("pricing"),
            "WHERE category = ? AND active = 1",
            "WHERE trim(category) = ? AND active = 1",
        ),
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors", "pool"),
    ),
    Mutation(
        "index-dropped",
        "code",
        "shipping",
        "inventory",
        "rollback",
        ("db: drop an index that nothing seems to use", "db: fewer indexes, faster writes"),
        edits(Add("db/migrations/005_fewer_indexes.sql", "DROP INDEX reservations_by_sku;\n")),
        lures=(LIMIT_LURE,),
        monitors=("latency", "errors", "pool"),
        shared=True,
    ),
    Mutation(
        "promotion-index-dropped",
        "code",
        "checkout",
        "pricing",
        "rollback",
        ("db: clean up indexes", "db: promotions are few, no index needed"),
        edits(Add("db/migrations/005_promotions.sql", "DROP INDEX promotions_by_category;\n")),
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors", "pool"),
        shared=True,
    ),
)
