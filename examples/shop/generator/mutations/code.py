"""Mistakes in code, each an edit that somebody could have made with good intentions."""

from __future__ import annotations

import random
from collections.abc import Sequence

from examples.shop.generator.mutations.base import Changes, Lure, Mutation
from examples.shop.repository.edits import Add, Change, Edit, Tree

CLIENT = "libs/shoplib/client.py"
POOL = "libs/shoplib/pool.py"
CONFIG = "libs/shoplib/config.py"


def app(role: str) -> str:
    return f"services/{role}/app.py"


def edits(*changes: Change) -> Changes:
    def fixed(_: Tree, __: random.Random) -> Sequence[Change]:
        return changes

    return fixed


def edit(path: str, before: str, after: str) -> Changes:
    return edits(Edit(path, before, after))


LIMIT_LURE = Lure(
    "inventory", "inventory: take stock of the hold time",
    edit(app("inventory"), "HOLD_SECONDS = 300", "HOLD_SECONDS = 330"),
)  # fmt: skip
PROMOTION_LURE = Lure(
    "pricing", "pricing: compute the best promotion in two steps",
    edit(app("pricing"), """\
    promotions = await connection.fetch(PROMOTIONS, category)
    return max((row["percent"] for row in promotions), default=0)
""", """\
    rows = await connection.fetch(PROMOTIONS, category)
    percents = [row["percent"] for row in rows]
    return max(percents, default=0)
"""),
)  # fmt: skip
CHECKOUT_LURE = Lure(
    "checkout", "checkout: build the order before it is paid",
    edit(app("checkout"), '"held_until": hold["expires_at"]}',
         '"held_until": hold["expires_at"], "items": len(items)}'),
)  # fmt: skip
PAYMENT_LURE = Lure(
    "payment", "payment: tidy how a charge is answered",
    edit(app("payment"), """\
    if known:
        return known[0]
""", """\
    if len(known) > 0:
        first = known[0]
        return first
"""),
)  # fmt: skip
POOL_LURE = Lure(
    "inventory", "shoplib: pool property in words",
    edit(POOL, "        return self.open - len(self.idle)",
         "        idle = len(self.idle)\n        return self.open - idle"),
)  # fmt: skip
TIMEOUT_LURE = Lure(
    "checkout", "checkout: a little more patience with pricing",
    edit("config/checkout.toml", "[client.pricing]\ntimeout_s = 1.0", "[client.pricing]\ntimeout_s = 1.2"),
)  # fmt: skip

QUERIES = (
    Mutation(
        "quote-per-unit", "code", "checkout", "checkout", "rollback",
        ("checkout: price every unit by itself, for fair rounding", "checkout: exact totals"),
        edit(app("checkout"), """\
    return await service.client.post("pricing", "/quotes", {"items": items, "coupon": coupon})
""", """\
    cents = 0
    for item in items:
        for _ in range(item["quantity"]):
            one = {"items": [item | {"quantity": 1}], "coupon": coupon}
            quote = await service.client.post("pricing", "/quotes", one)
            cents += quote["cents"]
    return {"cents": cents}
"""), lures=(CHECKOUT_LURE, PROMOTION_LURE), monitors=("latency", "errors")),
    Mutation(
        "price-per-item", "code", "pricing", "pricing", "rollback",
        ("pricing: one path for single prices and quotes", "pricing: reuse load_price in quotes"),
        edit(app("pricing"), '    prices = await load_prices([item["sku"] for item in items])\n', """\
    prices = {}
    for item in items:
        for sku in (item["sku"],) * item["quantity"]:
            prices[sku] = await load_price(sku)
"""), lures=(PROMOTION_LURE, CHECKOUT_LURE), monitors=("latency", "errors")),
    Mutation(
        "history-per-order", "code", "checkout", "checkout", "rollback",
        ("checkout: order history shows what is in each order", "checkout: richer history"),
        edits(
            Edit(app("checkout"), '    return {"orders": orders[-20:]}\n', """\
    for order in orders:
        order["message"] = await service.db.fetch(DETAILS, f'%"{order["id"]}"%')
    return {"orders": orders[-20:]}
"""),
            Edit(app("checkout"), "HISTORY = ",
                 'DETAILS = "SELECT payload FROM outbox WHERE payload LIKE ?"\nHISTORY = '),
        ), lures=(CHECKOUT_LURE,), ambience={"looks_back": 0.6}, monitors=("latency", "pool")),
    Mutation(
        "unindexed-holds", "code", "inventory", "inventory", "rollback",
        ("inventory: treat article numbers alike in any case", "inventory: forgiving article numbers"),
        edit(app("inventory"), "AS held FROM reservations WHERE sku = ?",
             "AS held FROM reservations WHERE upper(sku) = upper(?)"),
        lures=(LIMIT_LURE, POOL_LURE), monitors=("latency", "errors", "pool")),
    Mutation(
        "unindexed-history", "code", "checkout", "checkout", "rollback",
        ("checkout: find orders whatever the case of the name", "checkout: normalise customers"),
        edit(app("checkout"), "FROM orders WHERE customer = ?", "FROM orders WHERE lower(customer) = lower(?)"),
        lures=(CHECKOUT_LURE,), ambience={"looks_back": 0.5}, monitors=("latency", "pool")),
    Mutation(
        "unindexed-promotions", "code", "pricing", "pricing", "rollback",
        ("pricing: promotions for categories in any spelling", "pricing: trim category names"),
        edit(app("pricing"), "WHERE category = ? AND active = 1", "WHERE trim(category) = ? AND active = 1"),
        lures=(PROMOTION_LURE,), monitors=("latency", "errors", "pool")),
    Mutation(
        "index-dropped", "code", "shipping", "inventory", "rollback",
        ("db: drop an index that nothing seems to use", "db: fewer indexes, faster writes"),
        edits(Add("db/migrations/005_fewer_indexes.sql", "DROP INDEX reservations_by_sku;\n")),
        lures=(LIMIT_LURE,), monitors=("latency", "errors", "pool"), shared=True),
    Mutation(
        "promotion-index-dropped", "code", "checkout", "pricing", "rollback",
        ("db: clean up indexes", "db: promotions are few, no index needed"),
        edits(Add("db/migrations/005_promotions.sql", "DROP INDEX promotions_by_category;\n")),
        lures=(PROMOTION_LURE,), monitors=("latency", "errors", "pool"), shared=True),
)  # fmt: skip

RESOURCES = (
    Mutation(
        "connection-leak-conflict", "code", "inventory", "inventory", "rollback",
        ("inventory: simpler reserve, without nesting", "inventory: flatten the reservation code"),
        edit(app("inventory"), """\
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
""", """\
    for item in items:
        left = await available(connection, item["sku"])
        if left < item["quantity"]:
            raise Conflict(f"{item['sku']}: {left} left, {item['quantity']} wanted")
    expires_at = service.now() + HOLD_SECONDS
    for item in items:
        await connection.fetch(HOLD, item["sku"], item["quantity"], order_id, expires_at)
    service.db.release(connection)
"""), ambience={"scarce": 0.04}, lures=(POOL_LURE, LIMIT_LURE), monitors=("errors", "pool", "latency")),
    Mutation(
        "connection-leak-unknown", "code", "pricing", "pricing", "rollback",
        ("pricing: one connection for a whole lookup, given back at the end",
         "pricing: manage the connection by hand"),
        edit(app("pricing"), """\
    async with service.db.connection() as connection:
        rows = await connection.fetch(PRICES.format(marks=marks), *skus)
        categories = sorted({row["category"] for row in rows})
        percents = {name: await best_promotion(connection, name) for name in categories}
    prices = {row["sku"]: reduced(row, percents[row["category"]]) for row in rows}
    if missing := [sku for sku in skus if sku not in prices]:
        raise NotFound(f"no price for {', '.join(missing)}")
    return prices
""", """\
    connection = await service.db.acquire()
    rows = await connection.fetch(PRICES.format(marks=marks), *skus)
    if len(rows) < len(set(skus)):
        raise NotFound(f"no price for one of {', '.join(skus)}")
    categories = sorted({row["category"] for row in rows})
    percents = {name: await best_promotion(connection, name) for name in categories}
    service.db.release(connection)
    return {row["sku"]: reduced(row, percents[row["category"]]) for row in rows}
"""), ambience={"unknown": 0.004}, lures=(PROMOTION_LURE, POOL_LURE), monitors=("errors", "pool")),
    Mutation(
        "memory-leak-views", "code", "pricing", "pricing", "rollback",
        ("pricing: remember looks, for tomorrow's trends", "pricing: count demand per article"),
        edits(
            Edit(app("pricing"), '    sku = request.parameters["sku"]\n    return',
                 '    sku = request.parameters["sku"]\n'
                 '    demand.append({"sku": sku, "at": service.now()})\n    return'),
            Edit(app("pricing"), "\n\nasync def load_prices",
                 "\ndemand: list[dict] = []\n\n\nasync def load_prices"),
        ), ambience={"memory": 220e6}, lures=(
            Lure("pricing", "pricing: keep the last category in memory", edit(
                app("pricing"), "\n\nasync def best_promotion",
                '\n\nlast = {"category": ""}\n\n\nasync def best_promotion')),
            PROMOTION_LURE), monitors=("memory", "restarts", "errors")),
    Mutation(
        "memory-leak-client", "code", "storefront", "storefront", "rollback",
        ("shoplib: keep timings of calls for a debug page", "shoplib: remember recent calls"),
        edits(
            Edit(CLIENT, '                elapsed = self.runtime.now() - started\n',
                 '                elapsed = self.runtime.now() - started\n'
                 '                self.recent.append((peer, path, elapsed))\n'),
            Edit(CLIENT, '        self.settings = config["client"]\n',
                 '        self.settings = config["client"]\n        self.recent = []\n'),
        ), ambience={"memory": 220e6}, lures=(POOL_LURE,), monitors=("memory", "restarts", "errors"),
        shared=True),
    Mutation(
        "cache-unbounded", "code", "cart", "cart", "rollback",
        ("cart: prices stay as they were when the cart was opened", "cart: one price per cart"),
        edits(
            Edit(app("cart"), "async def current_price(sku: str) -> dict:\n    return await service.cache.get(\n"
                 '        ("price", sku),',
                 "async def current_price(cart_id: str, sku: str) -> dict:\n    return await service.cache.get(\n"
                 '        ("price", cart_id, sku),'),
            Edit(app("cart"), "await current_price(sku)", "await current_price(cart_id, sku)"),
            Edit("config/cart.toml", "ttl_s = 30.0", "ttl_s = 86400.0\nmax_entries = 1000000"),
        ), ambience={"memory": 145e6}, monitors=("memory", "restarts", "errors")),
    Mutation(
        "background-tasks", "code", "cart", "pricing", "rollback",
        ("cart: keep the prices of open carts fresh", "cart: follow price changes while shopping"),
        edits(
            Edit(app("cart"), '@service.route("POST", "/carts/{cart_id}/items")\n', '''\
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
'''),
            Edit(app("cart"), '    await service.db.fetch(ADD', '''\
    service.spawn(keep_fresh(cart_id, {"sku": sku, "quantity": quantity}))
    await service.db.fetch(ADD'''),
            Edit(app("cart"), "MAX_QUANTITY = 10\n",
                 "MAX_QUANTITY = 10\nFRESH_SECONDS = 25\nfresh: dict[tuple[str, str], int] = {}\n"),
            Edit(app("cart"), "from shoplib.errors import BadRequest, NotFound",
                 "import asyncio\n\nfrom shoplib.errors import BadRequest, NotFound, UpstreamFailed"),
        ), lures=(PROMOTION_LURE, TIMEOUT_LURE), monitors=("errors", "latency", "pool")),
    Mutation(
        "lock-across-call", "code", "payment", "payment", "rollback",
        ("payment: never ask the acquirer twice at once", "payment: guard against double charges"),
        edits(
            Edit(app("payment"), """\
    answer = await service.client.post(
        "acquirer", "/v1/charges", {"amount": cents, "currency": "EUR", "key": order_id}
    )
    reference = read_reference(answer)
""", """\
    async with charging:
        answer = await service.client.post(
            "acquirer", "/v1/charges", {"amount": cents, "currency": "EUR", "key": order_id}
        )
        reference = read_reference(answer)
"""),
            Edit(app("payment"), "\n\ndef read_reference", "\ncharging = asyncio.Lock()\n\n\ndef read_reference"),
            Edit(app("payment"), "from shoplib.messages", "import asyncio\n\nfrom shoplib.messages"),
        ), ambience={"acquirer_s": 1.1}, lures=(PAYMENT_LURE,), monitors=("latency", "errors")),
    Mutation(
        "transaction-across-call", "code", "checkout", "checkout", "rollback",
        ("checkout: an order and its payment, all or nothing", "checkout: pay inside the transaction"),
        edits(
            Edit(app("checkout"), "    await paid(order_id, quote[\"cents\"])\n    order = {", "    order = {"),
            Edit(app("checkout"), "        await connection.fetch(PLACE, *order.values())\n",
                 "        await connection.fetch(PLACE, *order.values())\n"
                 '        await paid(order["id"], order["cents"])\n'),
        ), ambience={"acquirer_s": 0.7}, lures=(CHECKOUT_LURE, PAYMENT_LURE),
        monitors=("latency", "errors", "pool")),
    Mutation(
        "pool-serialised", "code", "pricing", "pricing", "rollback",
        ("shoplib: open connections one after the other", "shoplib: no stampede of new connections"),
        edits(
            Edit(POOL, "        connection = await self.acquire()\n        try:\n            yield connection\n"
                 "        finally:\n            self.release(connection)\n",
                 "        async with self.opening:\n            connection = await self.acquire()\n"
                 "            try:\n                yield connection\n            finally:\n"
                 "                self.release(connection)\n"),
            Edit(POOL, "        self.waiting = 0\n", "        self.waiting = 0\n        self.opening = asyncio.Lock()\n"),
        ), ambience={"busy": 1.5}, lures=(PROMOTION_LURE,), monitors=("latency", "errors"), shared=True),
)  # fmt: skip

CALLS = (
    Mutation(
        "timeout-lost", "code", "payment", "payment", "rollback",
        ("shoplib: let the connection decide how long to wait", "shoplib: simpler sending"),
        edit(CLIENT, """\
            async with asyncio.timeout(timeout_s):
                response = await self.runtime.send(peer, request)
""", """\
            response = await self.runtime.send(peer, request)
"""), ambience={"acquirer_stalls": 0.05}, lures=(PAYMENT_LURE,), monitors=("latency", "active"),
        shared=True),
    Mutation(
        "retry-storm", "code", "storefront", "pricing", "rollback",
        ("shoplib: be persistent with peers that are briefly busy", "shoplib: fewer visible errors"),
        edits(
            Edit(CLIENT, 'attempts=self.setting(peer, "attempts"),', "attempts=12,"),
            Edit(CLIENT, 'backoff_s=self.setting(peer, "backoff_s"),', "backoff_s=0.0,"),
        ), ambience={"busy": 1.5, "bursts": 3}, lures=(TIMEOUT_LURE,), monitors=("errors", "latency"),
        shared=True),
    Mutation(
        "error-swallowed", "code", "payment", "payment", "rollback",
        ("shoplib: leave it to callers what a failed call means", "shoplib: calm errors of peers"),
        edit(CLIENT, """\
                    span.set("http.response.status_code", failure.answered)
                raise
""", """\
                    span.set("http.response.status_code", failure.answered)
                self.telemetry.log("WARN", f"{method} {path}: {failure}", {})
                return None
"""), ambience={"acquirer_fails": 0.15}, lures=(PAYMENT_LURE,), monitors=("errors",), shared=True),
    Mutation(
        "default-too-short", "code", "checkout", "checkout", "config-revert",
        ("shoplib: tighter default for calls inside the cluster", "shoplib: defaults that fail fast"),
        edit(CONFIG, '"client": {"timeout_s": 1.5,', '"client": {"timeout_s": 0.015,'),
        lures=(TIMEOUT_LURE, CHECKOUT_LURE), monitors=("errors", "upstream"), shared=True),
    Mutation(
        "slots-default", "code", "pricing", "pricing", "config-revert",
        ("shoplib: a careful number of requests at a time", "shoplib: protect small services"),
        edit(CONFIG, '"slots": 64,', '"slots": 1,'), ambience={"busy": 1.3},
        lures=(PROMOTION_LURE,), monitors=("latency", "errors"), shared=True),
    Mutation(
        "answer-renamed", "code", "pricing", "checkout", "rollback",
        ("pricing: say what the number of a quote is", "pricing: clearer answer of quotes"),
        edit(app("pricing"), '    return {"cents": total}', '    return {"total_cents": total}'),
        lures=(CHECKOUT_LURE, TIMEOUT_LURE), monitors=("errors",)),
)  # fmt: skip

LOGIC = (
    Mutation(
        "cache-key", "code", "pricing", "pricing", "rollback",
        ("pricing: keep visitors' prices apart", "pricing: cache per visit"),
        edit(app("pricing"), '("price", sku), lambda', '("price", sku, request.headers.get("traceparent")), lambda'),
        ambience={"busy": 2.6}, lures=(PROMOTION_LURE,), monitors=("latency", "cache", "pool")),
    Mutation(
        "off-by-one", "code", "cart", "cart", "rollback",
        ("cart: read the limits of a quantity the same way", "cart: tidy the quantity check"),
        edit(app("cart"), "if quantity < 1 or quantity > MAX_QUANTITY:",
             "if not 1 < quantity < MAX_QUANTITY:"),
        lures=(CHECKOUT_LURE,), monitors=("rejections",)),
    Mutation(
        "items-limit", "code", "checkout", "checkout", "rollback",
        ("checkout: count units, not lines, against the limit", "checkout: stricter order size"),
        edits(
            Edit(app("checkout"), "if len(items) > MAX_ITEMS:",
                 'if sum(item["quantity"] for item in items) > MAX_ITEMS:'),
            Edit(app("checkout"), "MAX_ITEMS = 25", "MAX_ITEMS = 4"),
        ), lures=(TIMEOUT_LURE,), monitors=("rejections",)),
    Mutation(
        "coupon-null", "code", "pricing", "pricing", "rollback",
        ("pricing: coupons in one line", "pricing: simplify how coupons apply"),
        edit(app("pricing"), """\
    coupon = request.body.get("coupon")
    if coupon is not None:
        total -= total * coupon["percent"] // 100
""", """\
    if "coupon" in request.body:
        total -= total * request.body["coupon"]["percent"] // 100
"""), lures=(PROMOTION_LURE, CHECKOUT_LURE), monitors=("errors",)),
    Mutation(
        "size-missing", "code", "shipping", "shipping", "rollback",
        ("shipping: items always know their size", "shipping: no guessing of sizes"),
        edit(app("shipping"), 'item.get("size", "small")', 'item["size"]'),
        monitors=("queue", "chores")),
    Mutation(
        "outbox-replayed", "code", "shipping", "shipping", "rollback",
        ("shipping: take whatever is not shipped yet", "shipping: states of messages in words"),
        edit(app("shipping"), "FROM outbox WHERE state = 'new' ORDER BY", "FROM outbox WHERE state <> 'shipped' ORDER BY"),
        monitors=("queue",)),
    Mutation(
        "stock-per-unit", "code", "inventory", "inventory", "rollback",
        ("inventory: hold every unit by itself", "inventory: units can be released one by one"),
        edits(
            Edit(app("inventory"), """\
            await connection.fetch(HOLD, item["sku"], item["quantity"], order_id, expires_at)
""", """\
            for _ in range(item["quantity"]):
                await available(connection, item["sku"])
                await connection.fetch(HOLD, item["sku"], 1, order_id, expires_at)
"""),
        ), ambience={"busy": 1.3}, lures=(LIMIT_LURE,), monitors=("latency", "pool")),
)  # fmt: skip

MUTATIONS = (*QUERIES, *RESOURCES, *CALLS, *LOGIC)
