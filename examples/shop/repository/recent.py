"""What was merged in the days before the recorded incidents: one step breaks the shop."""

from __future__ import annotations

from examples.shop.repository.edits import Add, Edit, Step
from examples.shop.repository.past import (
    CART,
    CHECKOUT,
    INES,
    JONAS,
    LEO,
    MARA,
    PAYMENT,
    PRICING,
    PRIYA,
    SHIPPING,
    STOREFRONT,
    TOMAS,
    on,
)

STEPS = [
    Step(
        JONAS,
        on(11, 19, 10, 12),
        "storefront: friendlier words for what is sold out",
        [
            Edit(STOREFRONT, 'else "sold out"', 'else "sold out, back soon"'),
        ],
        key="storefront-words",
    ),
    Step(
        MARA,
        on(11, 19, 16, 40),
        "Bump aiohttp from 3.9.5 to 3.10.2",
        [
            Edit("requirements.txt", "aiohttp==3.9.5", "aiohttp==3.10.2"),
        ],
    ),
    Step(
        LEO,
        on(11, 20, 9, 25),
        "shipping: take ten messages at a time",
        [
            Edit(SHIPPING, "BATCH = 5", "BATCH = 10"),
        ],
        key="shipping-batch",
    ),
    Step(
        JONAS,
        on(11, 20, 14, 51),
        "cart: keep the prices of open carts fresh\n\n"
        "Customers were surprised at the till when a promotion had ended meanwhile. A cart now\n"
        "asks pricing for a quote of what lies in it every few seconds and remembers the answer.",
        [
            Edit(
                CART,
                """\
@service.route("POST", "/carts/{cart_id}/items")
""",
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
                CART,
                """\
    return {"cart_id": cart_id, "sku": sku, "cents": price["cents"]}
""",
                """\
    service.spawn(keep_fresh(cart_id, {"sku": sku, "quantity": quantity}))
    return {"cart_id": cart_id, "sku": sku, "cents": price["cents"]}
""",
            ),
            Edit(CART, "MAX_QUANTITY = 10\n", "MAX_QUANTITY = 10\nFRESH_SECONDS = 8\n"),
            Edit(CART, "from shoplib.errors", "import asyncio\n\nfrom shoplib.errors"),
            Edit(CART, "BadRequest, NotFound", "BadRequest, NotFound, UpstreamFailed"),
            Edit(
                CART,
                """CLEAR = "DELETE FROM cart_items WHERE cart_id = ?"
""",
                """CLEAR = "DELETE FROM cart_items WHERE cart_id = ?"

fresh: dict[tuple[str, str], int] = {}
""",
            ),
        ],
        key="guilty",
    ),
    Step(
        JONAS,
        on(11, 20, 15, 30),
        "cart: say which item had too high a quantity",
        [
            Edit(
                CART,
                "def check_quantity(quantity: int) -> None:",
                "def check_quantity(sku: str, quantity: int) -> None:",
            ),
            Edit(CART, 'BadRequest(f"quantity must', 'BadRequest(f"{sku}: quantity must'),
            Edit(CART, "    check_quantity(quantity)", "    check_quantity(sku, quantity)"),
        ],
        key="cart",
    ),
    Step(
        TOMAS,
        on(11, 20, 17, 3),
        "shoplib: errors of a peer name the path",
        [
            Edit(
                "libs/shoplib/client.py",
                "            raise UpstreamFailed(peer, reason, response.status)",
                "            raise UpstreamFailed("
                'peer, f"{method} {path}: {reason}", response.status)',
            ),
        ],
    ),
    Step(
        INES,
        on(11, 23, 9, 48),
        "pricing: promotions in one statement per category, named\n\nNo change in behaviour.",
        [
            Edit(
                PRICING,
                """\
    promotions = await connection.fetch(PROMOTIONS, category)
    return max((row["percent"] for row in promotions), default=0)
""",
                """\
    rows = await connection.fetch(PROMOTIONS, category)
    percents = [row["percent"] for row in rows]
    return max(percents, default=0)
""",
            ),
        ],
        key="pricing",
    ),
    Step(
        PRIYA,
        on(11, 23, 11, 20),
        "payment: read the acquirer's reference in one place",
        [
            Edit(
                PAYMENT,
                """\
def read_reference(answer: dict) -> str:
    return answer["charge"]["reference"]
""",
                '''\
def read_reference(answer: dict) -> str:
    """The acquirer's name for a charge; support asks for it."""
    charge = answer["charge"]
    return charge["reference"]
''',
            ),
        ],
        key="payment",
    ),
    Step(
        LEO,
        on(11, 23, 13, 37),
        "checkout: log how many items an order has",
        [
            Edit(
                CHECKOUT,
                """cents", order=order_id)""",
                """cents", order=order_id, items=len(items))""",
            ),
        ],
        key="checkout",
    ),
    Step(
        MARA,
        on(11, 23, 16, 14),
        "docs: who owns what in the shared library",
        [
            Add(
                "docs/shoplib.md",
                "# shoplib\n\n`client` and `pool` belong to Tomas, the rest to Mara.\n",
            ),
        ],
        key="head",
    ),
]
