"""Conditions, keys and states that are a little wrong."""

from __future__ import annotations

from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.mutations.lures import (
    CHECKOUT_LURE,
    LIMIT_LURE,
    PROMOTION_LURE,
    TIMEOUT_LURE,
    app,
    edit,
    edits,
)
from examples.shop.repository.edits import Edit

MUTATIONS = (
    Mutation(
        "cache-key",
        "code",
        "pricing",
        "pricing",
        "rollback",
        ("pricing: keep visitors' prices apart", "pricing: cache per visit"),
        edit(
            app("pricing"),
            '("price", sku), lambda',
            '("price", sku, request.headers.get("traceparent")), lambda',
        ),
        ambience={"busy": 2.6},
        lures=(PROMOTION_LURE,),
        monitors=("latency", "cache", "pool"),
    ),
    Mutation(
        "off-by-one",
        "code",
        "cart",
        "cart",
        "rollback",
        ("cart: read the limits of a quantity the same way", "cart: tidy the quantity check"),
        edit(
            app("cart"),
            "if quantity < 1 or quantity > MAX_QUANTITY:",
            "if not 1 < quantity < MAX_QUANTITY:",
        ),
        lures=(CHECKOUT_LURE,),
        monitors=("rejections",),
    ),
    Mutation(
        "items-limit",
        "code",
        "checkout",
        "checkout",
        "rollback",
        ("checkout: count units, not lines, against the limit", "checkout: stricter order size"),
        edits(
            Edit(
                app("checkout"),
                "if len(items) > MAX_ITEMS:",
                'if sum(item["quantity"] for item in items) > MAX_ITEMS:',
            ),
            Edit(app("checkout"), "MAX_ITEMS = 25", "MAX_ITEMS = 4"),
        ),
        lures=(TIMEOUT_LURE,),
        monitors=("rejections",),
    ),
    Mutation(
        "coupon-null",
        "code",
        "pricing",
        "pricing",
        "rollback",
        ("pricing: coupons in one line", "pricing: simplify how coupons apply"),
        edit(
            app("pricing"),
            """\
    coupon = request.body.get("coupon")
    if coupon is not None:
        total -= total * coupon["percent"] // 100
""",
            """\
    if "coupon" in request.body:
        total -= total * request.body["coupon"]["percent"] // 100
""",
        ),
        lures=(PROMOTION_LURE, CHECKOUT_LURE),
        monitors=("errors",),
    ),
    Mutation(
        "size-missing",
        "code",
        "shipping",
        "shipping",
        "rollback",
        ("shipping: items always know their size", "shipping: no guessing of sizes"),
        edit(app("shipping"), 'item.get("size", "small")', 'item["size"]'),
        monitors=("queue", "chores"),
    ),
    Mutation(
        "outbox-replayed",
        "code",
        "shipping",
        "shipping",
        "rollback",
        ("shipping: take whatever is not shipped yet", "shipping: states of messages in words"),
        edit(
            app("shipping"),
            "FROM outbox WHERE state = 'new' ORDER BY",
            "FROM outbox WHERE state <> 'shipped' ORDER BY",
        ),
        monitors=("queue",),
    ),
    Mutation(
        "stock-per-unit",
        "code",
        "inventory",
        "inventory",
        "rollback",
        ("inventory: hold every unit by itself", "inventory: units can be released one by one"),
        edits(
            Edit(
                app("inventory"),
                """\
            await connection.fetch(HOLD, item["sku"], item["quantity"], order_id, expires_at)
""",
                """\
            for _ in range(item["quantity"]):
                await available(connection, item["sku"])
                await connection.fetch(HOLD, item["sku"], 1, order_id, expires_at)
""",
            ),
        ),
        ambience={"busy": 1.3, "units": 0.2},
        lures=(LIMIT_LURE,),
        monitors=("latency", "pool"),
    ),
)
