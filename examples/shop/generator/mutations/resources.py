"""Connections, memory, tasks and locks that are held for too long."""

from __future__ import annotations

from examples.shop.generator.mutations.base import Lure, Mutation
from examples.shop.generator.mutations.lures import (
    CHECKOUT_LURE,
    CLIENT,
    LIMIT_LURE,
    PAYMENT_LURE,
    POOL,
    POOL_LURE,
    PROMOTION_LURE,
    TIMEOUT_LURE,
    app,
    edit,
    edits,
)
from examples.shop.repository.edits import Edit

MUTATIONS = (
    Mutation(
        "connection-leak-conflict",
        "code",
        "inventory",
        "inventory",
        "rollback",
        ("inventory: simpler reserve, without nesting", "inventory: flatten the reservation code"),
        edit(
            app("inventory"),
            """\
    try:
        for item in items:
            left = await available(connection, item["sku"])
            if left < item["quantity"]:
                raise Conflict(f"{item['sku']}: {left} left, {item['quantity']} wanted")
        expires_at = service.now() + HOLD_SECONDS
        for item in items:
            await connection.fetch(HOLD, item["sku"], item["quantity"], order_id, expires_at)
    finally:
        service.db.release(connection)
""",
            """\
    for item in items:
        left = await available(connection, item["sku"])
        if left < item["quantity"]:
            raise Conflict(f"{item['sku']}: {left} left, {item['quantity']} wanted")
    expires_at = service.now() + HOLD_SECONDS
    for item in items:
        await connection.fetch(HOLD, item["sku"], item["quantity"], order_id, expires_at)
    service.db.release(connection)
""",
        ),
        ambience={"scarce": 1},
        lures=(POOL_LURE, LIMIT_LURE),
        monitors=("errors", "pool", "latency"),
    ),
    Mutation(
        "connection-leak-unknown",
        "code",
        "pricing",
        "pricing",
        "rollback",
        (
            "pricing: one connection for a whole lookup, given back at the end",
            "pricing: manage the connection by hand",
        ),
        edit(
            app("pricing"),
            """\
    async with service.db.connection() as connection:
        rows = await connection.fetch(PRICES.format(marks=marks), *skus)
        categories = sorted({row["category"] for row in rows})
        percents = {name: await best_promotion(connection, name) for name in categories}
    prices = {row["sku"]: reduced(row, percents[row["category"]]) for row in rows}
    if missing := [sku for sku in skus if sku not in prices]:
        raise NotFound(f"no price for {', '.join(missing)}")
    return prices
""",
            """\
    connection = await service.db.acquire()
    rows = await connection.fetch(PRICES.format(marks=marks), *skus)
    if len(rows) < len(set(skus)):
        raise NotFound(f"no price for one of {', '.join(skus)}")
    categories = sorted({row["category"] for row in rows})
    percents = {name: await best_promotion(connection, name) for name in categories}
    service.db.release(connection)
    return {row["sku"]: reduced(row, percents[row["category"]]) for row in rows}
""",
        ),
        ambience={"unknown": 0.004},
        lures=(PROMOTION_LURE, POOL_LURE),
        monitors=("errors", "pool"),
    ),
    Mutation(
        "memory-leak-views",
        "code",
        "pricing",
        "pricing",
        "rollback",
        ("pricing: remember looks, for tomorrow's trends", "pricing: count demand per article"),
        edits(
            Edit(
                app("pricing"),
                '    sku = request.parameters["sku"]\n    return',
                '    sku = request.parameters["sku"]\n'
                '    demand.append({"sku": sku, "at": service.now()})\n    return',
            ),
            Edit(
                app("pricing"),
                "\n\nasync def load_prices",
                "\ndemand: list[dict] = []\n\n\nasync def load_prices",
            ),
        ),
        ambience={"memory": 220e6},
        lures=(
            Lure(
                "pricing",
                "pricing: keep the last category in memory",
                edit(
                    app("pricing"),
                    "\n\nasync def best_promotion",
                    '\n\nlast = {"category": ""}\n\n\nasync def best_promotion',
                ),
            ),
            PROMOTION_LURE,
        ),
        monitors=("memory", "restarts", "errors"),
    ),
    Mutation(
        "memory-leak-client",
        "code",
        "storefront",
        "storefront",
        "rollback",
        ("shoplib: keep timings of calls for a debug page", "shoplib: remember recent calls"),
        edits(
            Edit(
                CLIENT,
                "                elapsed = self.runtime.now() - started\n",
                "                elapsed = self.runtime.now() - started\n"
                "                self.recent.append((peer, path, elapsed))\n",
            ),
            Edit(
                CLIENT,
                '        self.settings = config["client"]\n',
                '        self.settings = config["client"]\n        self.recent = []\n',
            ),
        ),
        ambience={"memory": 220e6},
        lures=(POOL_LURE,),
        monitors=("memory", "restarts", "errors"),
        shared=True,
    ),
    Mutation(
        "cache-unbounded",
        "code",
        "cart",
        "cart",
        "rollback",
        ("cart: prices stay as they were when the cart was opened", "cart: one price per cart"),
        edits(
            Edit(
                app("cart"),
                "async def current_price(sku: str) -> dict:\n    return await service.cache.get(\n"
                '        ("price", sku),',
                "async def current_price(cart_id: str, sku: str) -> dict:\n"
                "    return await service.cache.get(\n"
                '        ("price", cart_id, sku),',
            ),
            Edit(app("cart"), "await current_price(sku)", "await current_price(cart_id, sku)"),
            Edit("config/cart.toml", "ttl_s = 30.0", "ttl_s = 86400.0\nmax_entries = 1000000"),
        ),
        ambience={"memory": 145e6},
        monitors=("memory", "restarts", "errors"),
    ),
    Mutation(
        "background-tasks",
        "code",
        "cart",
        "pricing",
        "rollback",
        ("cart: keep the prices of open carts fresh", "cart: follow price changes while shopping"),
        edits(
            Edit(
                app("cart"),
                '@service.route("POST", "/carts/{cart_id}/items")\n',
                '''\
async def keep_fresh(cart_id: str, item: dict) -> None:
    """The price of what lies in an open cart follows the catalogue."""
    while True:
        await asyncio.sleep(FRESH_SECONDS)
        try:
            quote = await service.client.post("pricing", "/quotes", {"items": [item]})
        except UpstreamFailed:
            continue  # the last price stands
        fresh[cart_id, item["sku"]] = quote["cents"]


@service.route("POST", "/carts/{cart_id}/items")
''',
            ),
            Edit(
                app("cart"),
                "    await service.db.fetch(ADD",
                """\
    service.spawn(keep_fresh(cart_id, {"sku": sku, "quantity": quantity}))
    await service.db.fetch(ADD""",
            ),
            Edit(
                app("cart"),
                "MAX_QUANTITY = 10\n",
                "MAX_QUANTITY = 10\nFRESH_SECONDS = 25\nfresh: dict[tuple[str, str], int] = {}\n",
            ),
            Edit(
                app("cart"),
                "from shoplib.errors import BadRequest, NotFound",
                "import asyncio\n\nfrom shoplib.errors import BadRequest, NotFound, UpstreamFailed",
            ),
        ),
        lures=(PROMOTION_LURE, TIMEOUT_LURE),
        monitors=("errors", "latency", "pool"),
    ),
    Mutation(
        "lock-across-call",
        "code",
        "payment",
        "payment",
        "rollback",
        ("payment: never ask the acquirer twice at once", "payment: guard against double charges"),
        edits(
            Edit(
                app("payment"),
                """\
    answer = await service.client.post(
        "acquirer", "/v1/charges", {"amount": cents, "currency": "EUR", "key": order_id}
    )
    reference = read_reference(answer)
""",
                """\
    async with charging:
        answer = await service.client.post(
            "acquirer", "/v1/charges", {"amount": cents, "currency": "EUR", "key": order_id}
        )
        reference = read_reference(answer)
""",
            ),
            Edit(
                app("payment"),
                "\n\ndef read_reference",
                "\ncharging = asyncio.Lock()\n\n\ndef read_reference",
            ),
            Edit(
                app("payment"), "from shoplib.messages", "import asyncio\n\nfrom shoplib.messages"
            ),
        ),
        ambience={"acquirer_s": 1.2, "rate": 0.75},
        lures=(PAYMENT_LURE,),
        monitors=("latency", "errors"),
    ),
    Mutation(
        "transaction-across-call",
        "code",
        "checkout",
        "checkout",
        "rollback",
        (
            "checkout: an order and its payment, all or nothing",
            "checkout: pay inside the transaction",
        ),
        edits(
            Edit(
                app("checkout"),
                '    await paid(order_id, quote["cents"])\n    order = {',
                "    order = {",
            ),
            Edit(
                app("checkout"),
                "        await connection.fetch(PLACE, *order.values())\n",
                "        await connection.fetch(PLACE, *order.values())\n"
                '        await paid(order["id"], order["cents"])\n',
            ),
        ),
        ambience={"acquirer_s": 0.7},
        lures=(CHECKOUT_LURE, PAYMENT_LURE),
        monitors=("latency", "errors", "pool"),
    ),
    Mutation(
        "pool-serialised",
        "code",
        "pricing",
        "pricing",
        "rollback",
        (
            "shoplib: open connections one after the other",
            "shoplib: no stampede of new connections",
        ),
        edits(
            Edit(
                POOL,
                "        connection = await self.acquire()\n"
                "        try:\n            yield connection\n"
                "        finally:\n            self.release(connection)\n",
                "        async with self.opening:\n            connection = await self.acquire()\n"
                "            try:\n                yield connection\n            finally:\n"
                "                self.release(connection)\n",
            ),
            Edit(
                POOL,
                "        self.waiting = 0\n",
                "        self.waiting = 0\n        self.opening = asyncio.Lock()\n",
            ),
        ),
        ambience={"busy": 2.6, "favourites": 0.35},
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors"),
        shared=True,
    ),
)
