"""How the shop came to be what `source/` holds: unpicked from there, newest first."""

from __future__ import annotations

from datetime import UTC, datetime

from examples.shop.repository.edits import Add, Edit, Step

MARA = "Mara Lindqvist <mara@shop.example>"
TOMAS = "Tomas Herrera <tomas@shop.example>"
INES = "Ines Okafor <ines@shop.example>"
JONAS = "Jonas Weber <jonas@shop.example>"
PRIYA = "Priya Raman <priya@shop.example>"
LEO = "Leo Marchetti <leo@shop.example>"


def on(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


SERVICE = "libs/shoplib/service.py"
CONFIG = "libs/shoplib/config.py"
CHECKOUT = "services/checkout/app.py"
CART = "services/cart/app.py"
INVENTORY = "services/inventory/app.py"
PRICING = "services/pricing/app.py"
PAYMENT = "services/payment/app.py"
SHIPPING = "services/shipping/app.py"
STOREFRONT = "services/storefront/app.py"

BEGINNING = [
    Step(
        MARA,
        on(3, 2, 9, 40),
        "Start the shop: errors, messages and settings",
        [
            Add("README.md"),
            Add("CODEOWNERS"),
            Add("requirements.txt"),
            Add("libs/shoplib/__init__.py"),
            Add("libs/shoplib/errors.py"),
            Add("libs/shoplib/messages.py"),
            Add(CONFIG),
        ],
    ),
    Step(MARA, on(3, 3, 14, 5), "shoplib: serve routes, and log what crashes", [Add(SERVICE)]),
    Step(
        TOMAS,
        on(3, 5, 10, 22),
        "shoplib: call other services with timeouts and retries",
        [Add("libs/shoplib/client.py")],
    ),
    Step(
        MARA,
        on(3, 9, 16, 48),
        "shoplib: lend out database connections",
        [Add("libs/shoplib/pool.py")],
    ),
    Step(
        INES,
        on(3, 12, 11, 13),
        "pricing: list prices, promotions and quotes",
        [Add(PRICING), Add("config/pricing.toml"), Add("db/migrations/001_catalogue.sql")],
    ),
    Step(
        INES,
        on(3, 17, 15, 31),
        "inventory: stock levels and reservations",
        [Add(INVENTORY), Add("config/inventory.toml"), Add("db/migrations/002_stock.sql")],
    ),
    Step(
        JONAS,
        on(3, 19, 9, 2),
        "cart: put things in, look, and clear",
        [Add(CART), Add("config/cart.toml"), Add("db/migrations/003_orders.sql")],
    ),
    Step(
        PRIYA,
        on(3, 24, 13, 44),
        "payment: charge cards through the acquirer",
        [Add(PAYMENT), Add("config/payment.toml"), Add("docs/runbooks/payment.md")],
    ),
    Step(
        LEO,
        on(3, 30, 17, 20),
        "checkout: place orders",
        [Add(CHECKOUT), Add("config/checkout.toml")],
    ),
    Step(
        LEO,
        on(4, 8, 10, 55),
        "shipping: book a carrier for what was ordered",
        [Add(SHIPPING), Add("config/shipping.toml"), Add("db/migrations/004_outbox.sql")],
    ),
    Step(
        JONAS,
        on(4, 14, 12, 36),
        "storefront: what browsers talk to",
        [Add(STOREFRONT), Add("config/storefront.toml")],
    ),
    Step(
        MARA,
        on(4, 21, 9, 17),
        "shoplib: run a service as a process, with OpenTelemetry",
        [Add("libs/shoplib/http.py"), Add("libs/shoplib/otel.py")],
    ),
]

GROWING = [
    Step(
        TOMAS,
        on(5, 6, 11, 8),
        "shoplib: a small cache in the process; pricing uses it",
        [
            Add("libs/shoplib/cache.py"),
            Edit(
                SERVICE,
                "from collections.abc import Awaitable, Callable\n\n",
                "from collections.abc import Awaitable, Callable\n\n"
                "from shoplib.cache import Cache\n",
            ),
            Edit(
                SERVICE,
                "        self.slots = asyncio",
                '        self.cache = Cache(runtime, **config["cache"]) '
                'if "cache" in config else None\n'
                "        self.slots = asyncio",
            ),
            Edit(
                CONFIG,
                '"acquire_timeout_s": 1.0},\n}',
                '"acquire_timeout_s": 1.0},\n    "cache": {"ttl_s": 60.0, "max_entries": 500},\n}',
            ),
            Edit(
                PRICING,
                '    return await load_price(sku)\n\n\n@service.route("POST"',
                '    return await service.cache.get(("price", sku), lambda: load_price(sku))\n\n\n'
                '@service.route("POST"',
            ),
            Edit(
                "config/pricing.toml",
                "pool_size = 2\nacquire_timeout_s = 0.7\n",
                "pool_size = 2\nacquire_timeout_s = 0.7\n\n[cache]\nttl_s = 20.0\n",
            ),
        ],
    ),
    Step(
        MARA,
        on(5, 13, 16, 2),
        "shoplib: feature flags",
        [
            Add("libs/shoplib/flags.py"),
            Edit(
                SERVICE,
                "from shoplib.messages import Request, Response\n",
                "from shoplib.flags import Flags\nfrom shoplib.messages import Request, Response\n",
            ),
            Edit(
                SERVICE,
                "        self.slots = asyncio",
                "        self.flags = Flags(runtime, self.name)\n        self.slots = asyncio",
            ),
        ],
    ),
    Step(
        JONAS,
        on(5, 20, 10, 41),
        "cart: allow ten of an item",
        [Edit(CART, "MAX_QUANTITY = 5", "MAX_QUANTITY = 10")],
    ),
    Step(
        INES,
        on(5, 28, 14, 26),
        "inventory: give the connection back when stock runs out",
        [
            Edit(
                INVENTORY,
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
            ),
        ],
    ),
    Step(
        PRIYA,
        on(6, 4, 9, 33),
        "payment: answer a repeated charge from memory",
        [
            Edit(
                PAYMENT,
                """\
    answer = await service.client.post(
""",
                """\
    known = await service.db.fetch(FIND, order_id)
    if known:
        return known[0]
    answer = await service.client.post(
""",
            ),
            Edit(
                PAYMENT,
                'RECORD = "INSERT',
                'FIND = "SELECT order_id, cents, reference FROM charges WHERE order_id = ?"\n'
                'RECORD = "INSERT',
            ),
        ],
    ),
    Step(
        MARA,
        on(6, 11, 8, 50),
        "Bump aiohttp from 3.9.3 to 3.9.5",
        [Edit("requirements.txt", "aiohttp==3.9.3", "aiohttp==3.9.5")],
    ),
    Step(
        LEO,
        on(6, 18, 11, 12),
        "shipping: weigh what is sent",
        [
            Edit(
                SHIPPING,
                "def weight(items: list[dict]) -> int:\n    return 250 * len(items)\n",
                "def weight(items: list[dict]) -> int:\n"
                '    return sum(GRAMS["small"] * item["quantity"] for item in items)\n',
            ),
            Edit(
                SHIPPING,
                "\nlag = {",
                'GRAMS = {"small": 250, "medium": 900, "large": 4000}\n\nlag = {',
            ),
        ],
        branch="shipping-weights",
    ),
    Step(
        LEO,
        on(6, 19, 15, 37),
        "shipping: items know their size",
        [
            Edit(SHIPPING, 'GRAMS["small"] * item', 'GRAMS[item.get("size", "small")] * item'),
        ],
        branch="shipping-weights",
    ),
    Step(
        INES,
        on(6, 22, 10, 4),
        "inventory: forget reservations that nobody paid for",
        [
            Edit(
                INVENTORY,
                """    return {"released": request.parameters["order_id"]}
""",
                """    return {"released": request.parameters["order_id"]}


@service.every(20)
async def expire_reservations() -> None:
    await service.db.fetch(EXPIRE, service.now())
""",
            ),
            Edit(
                INVENTORY,
                "HOLD_SECONDS = 300",
                'EXPIRE = "DELETE FROM reservations WHERE expires_at < ?"\nHOLD_SECONDS = 300',
            ),
        ],
    ),
    Step(LEO, on(6, 23, 9, 28), "Merge branch 'shipping-weights'", merges="shipping-weights"),
]

MATURE = [
    Step(
        TOMAS,
        on(7, 7, 16, 15),
        "checkout: try a charge twice",
        [
            Edit(
                "config/checkout.toml",
                "timeout_s = 2.5\nattempts = 1",
                "timeout_s = 2.5\nattempts = 2",
            ),
        ],
    ),
    Step(
        PRIYA,
        on(7, 8, 8, 42),
        'Revert "checkout: try a charge twice"',
        [
            Edit(
                "config/checkout.toml",
                "timeout_s = 2.5\nattempts = 2",
                "timeout_s = 2.5\nattempts = 1",
            ),
        ],
        reverts=True,
    ),
    Step(
        LEO,
        on(7, 15, 13, 9),
        "checkout, pricing: coupons",
        [
            Edit(
                PRICING,
                '    return {"cents": total}',
                """\
    coupon = request.body.get("coupon")
    if coupon is not None:
        total -= total * coupon["percent"] // 100
    return {"cents": total}""",
            ),
            Edit(PRICING, "a list of items.", "a list of items, coupon taken off."),
            Edit(
                CHECKOUT,
                """\
async def priced(items: list[dict]) -> dict:
    return await service.client.post("pricing", "/quotes", {"items": items})""",
                """\
async def priced(items: list[dict], coupon: dict | None) -> dict:
    return await service.client.post("pricing", "/quotes", {"items": items, "coupon": coupon})""",
            ),
            Edit(CHECKOUT, "priced(items)\n", 'priced(items, request.body.get("coupon"))\n'),
        ],
    ),
    Step(
        TOMAS,
        on(7, 28, 10, 30),
        "shoplib: a request waits for its slot only so long",
        [
            Edit(
                SERVICE,
                """\
        await self.slots.acquire()

    async def __aexit__""",
                """\
        if not self.slots.locked():
            await self.slots.acquire()
            return
        try:
            async with asyncio.timeout(self.timeout_s):
                await self.slots.acquire()
        except TimeoutError:
            raise Unavailable(f"no request slot became free within {self.timeout_s} s") from None

    async def __aexit__""",
            ),
        ],
    ),
    Step(
        MARA,
        on(8, 3, 9, 11),
        "Bump ttlstore to 2.1.0 and steadyretry to 1.4.2",
        [
            Edit(
                "requirements.txt",
                "steadyretry==1.3.0\nttlstore==2.0.3",
                "steadyretry==1.4.2\nttlstore==2.1.0",
            ),
        ],
    ),
    Step(
        LEO,
        on(8, 19, 15, 53),
        "checkout: an order holds at most 25 items",
        [
            Edit(
                CHECKOUT,
                "quote = await",
                """\
if len(items) > MAX_ITEMS:
        raise BadRequest(f"an order holds at most {MAX_ITEMS} items, not {len(items)}")
    quote = await""",
            ),
            Edit(CHECKOUT, "PLACE = ", "MAX_ITEMS = 25\nPLACE = "),
            Edit(CHECKOUT, "import Conflict", "import BadRequest, Conflict"),
        ],
    ),
    Step(
        JONAS,
        on(9, 2, 11, 46),
        "storefront: forty orders at once, the rest come back later",
        [
            Edit(
                STOREFRONT,
                """\
    return await passed_on(service.client.post("checkout", "/orders", request.body))
""",
                """\
    if ordering["now"] >= ORDERS_AT_ONCE:
        raise TooManyRequests(f"more than {ORDERS_AT_ONCE} orders at once")
    ordering["now"] += 1
    try:
        return await passed_on(service.client.post("checkout", "/orders", request.body))
    finally:
        ordering["now"] -= 1
""",
            ),
            Edit(
                STOREFRONT,
                'service = Service("storefront")\n',
                'service = Service("storefront")\n\nORDERS_AT_ONCE = 40\nordering = {"now": 0}\n',
            ),
            Edit(STOREFRONT, "NotFound, Upstream", "NotFound, TooManyRequests, Upstream"),
        ],
    ),
    Step(
        TOMAS,
        on(9, 16, 14, 0),
        "cart: remember prices for half a minute",
        [
            Edit(
                CART,
                """\
    return await service.client.get("pricing", "/prices/{sku}", sku=sku)
""",
                """\
    return await service.cache.get(
        ("price", sku), lambda: service.client.get("pricing", "/prices/{sku}", sku=sku)
    )
""",
            ),
            Edit("config/cart.toml", "attempts = 2\n", "attempts = 2\n\n[cache]\nttl_s = 30.0\n"),
        ],
    ),
    Step(
        PRIYA,
        on(10, 1, 10, 19),
        "docs: what to do when the database is slow or full",
        [Add("docs/runbooks/database.md")],
    ),
    Step(
        LEO,
        on(10, 14, 12, 58),
        "checkout, storefront: customers see their last orders",
        [
            Edit(
                CHECKOUT,
                """"held_until": hold["expires_at"]}
""",
                """"held_until": hold["expires_at"]}


@service.route("GET", "/customers/{customer}/orders")
async def list_orders(request: Request) -> dict:
    orders = await service.db.fetch(HISTORY, request.parameters["customer"])
    return {"orders": orders[-20:]}
""",
            ),
            Edit(
                CHECKOUT,
                'VALUES (?, ?)"\n',
                'VALUES (?, ?)"\n'
                'HISTORY = "SELECT id, cents, placed_at FROM orders WHERE customer = ?"\n',
            ),
            Edit(
                STOREFRONT,
                """async def passed_on(""",
                """\
@service.route("GET", "/customers/{customer}/orders")
async def order_history(request: Request) -> dict:
    return await service.client.get(
        "checkout", "/customers/{customer}/orders", customer=request.parameters["customer"]
    )


async def passed_on(""",
            ),
        ],
    ),
    Step(
        MARA,
        on(11, 3, 9, 5),
        "docs: how deployments go",
        [Add("docs/deployments.md")],
        key="baseline",
    ),
]

STEPS = [*BEGINNING, *GROWING, *MATURE]
