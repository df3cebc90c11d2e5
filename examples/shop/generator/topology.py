"""Who calls whom: variants of the shop, made by edits of its healthy source."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from examples.shop.repository.edits import Add, Change, Edit, Tree, apply

BASE_ROLES = ("pricing", "inventory", "cart", "payment", "checkout", "shipping", "storefront")

GATEWAY = '''"""The way in: passes requests on to the storefront."""

from shoplib.errors import BadRequest, NotFound, UpstreamFailed
from shoplib.messages import Request
from shoplib.service import Service

service = Service("gateway")


async def passed_on(method: str, path: str, body, **parameters: str) -> dict:
    try:
        return await service.client.call("storefront", method, path, body, **parameters)
    except UpstreamFailed as failure:
        if 400 <= failure.answered < 500:
            problem = NotFound if failure.answered == 404 else BadRequest
            raise problem(str(failure)) from failure
        raise


@service.route("GET", "/products/{sku}")
async def product(request: Request) -> dict:
    return await passed_on("GET", "/products/{sku}", None, **request.parameters)


@service.route("POST", "/carts/{cart_id}/items")
async def cart_items(request: Request) -> dict:
    return await passed_on("POST", "/carts/{cart_id}/items", request.body, **request.parameters)


@service.route("POST", "/orders")
async def orders(request: Request) -> dict:
    return await passed_on("POST", "/orders", request.body)


@service.route("GET", "/customers/{customer}/orders")
async def history(request: Request) -> dict:
    return await passed_on("GET", "/customers/{customer}/orders", None, **request.parameters)
'''
CATALOGUE = '''"""Product pages: price and stock of what customers look at."""

import asyncio

from shoplib.errors import UpstreamFailed
from shoplib.messages import Request
from shoplib.service import Service

service = Service("catalogue")


async def stock_level(sku: str) -> int:
    try:
        stock = await service.client.get("inventory", "/stock/{sku}", sku=sku)
    except UpstreamFailed as failure:
        service.log("WARN", f"page without stock level: {failure}")
        return 1
    return stock["available"]


@service.route("GET", "/products/{sku}")
async def describe(request: Request) -> dict:
    sku = request.parameters["sku"]
    price, level = await asyncio.gather(
        service.client.get("pricing", "/prices/{sku}", sku=sku), stock_level(sku)
    )
    return {"sku": sku, "cents": price["cents"], "available": level}
'''
CLIENT = "[client]\ntimeout_s = 2.5\nattempts = 1\n"
STOREFRONT = "services/storefront/app.py"
CHECKOUT = "services/checkout/app.py"
CART = "services/cart/app.py"


def gateway(_: Tree) -> list[Change]:
    config = "[service]\nslots = 100\n\n[client]\ntimeout_s = 4.0\nattempts = 1\n"
    return [Add("services/gateway/app.py", GATEWAY), Add("config/gateway.toml", config)]


def catalogue(_: Tree) -> list[Change]:
    return [
        Add("services/catalogue/app.py", CATALOGUE),
        Add("config/catalogue.toml", CLIENT),
        Edit(
            STOREFRONT,
            """\
    price, stock = await asyncio.gather(
        service.client.get("pricing", "/prices/{sku}", sku=sku), stock_line(sku)
    )
    return {"sku": sku, "price": price["cents"], "stock": stock}
""",
            """\
    page = await passed_on(service.client.get("catalogue", "/products/{sku}", sku=sku))
    stock = "in stock" if page["available"] > 0 else "sold out"
    return {"sku": sku, "price": page["cents"], "stock": stock}
""",
        ),
    ]


def cart_checks_stock(_: Tree) -> list[Change]:
    return [
        Edit(
            CART,
            "    price = await current_price(sku)\n",
            """\
    stock = await service.client.get("inventory", "/stock/{sku}", sku=sku)
    if stock["available"] < quantity:
        raise BadRequest(f"{sku}: not enough in stock")
    price = await current_price(sku)
""",
        ),
    ]


def cart_totals(_: Tree) -> list[Change]:
    """Checkout asks the cart for its total, and the cart asks pricing."""
    return [
        Edit(
            CHECKOUT,
            """\
async def priced(items: list[dict], coupon: dict | None) -> dict:
    return await service.client.post("pricing", "/quotes", {"items": items, "coupon": coupon})
""",
            """\
async def priced(cart_id: str, coupon: dict | None) -> dict:
    return await service.client.post(
        "cart", "/carts/{cart_id}/total", {"coupon": coupon}, cart_id=cart_id
    )
""",
        ),
        Edit(CHECKOUT, "await priced(items,", "await priced(cart_id,"),
        Edit(
            CART,
            """\
@service.route("POST", "/carts/{cart_id}/clear")
""",
            """\
@service.route("POST", "/carts/{cart_id}/total")
async def total(request: Request) -> dict:
    rows = await service.db.fetch(ITEMS, request.parameters["cart_id"])
    items = [{"sku": row["sku"], "quantity": row["quantity"]} for row in rows]
    return await service.client.post(
        "pricing", "/quotes", {"items": items, "coupon": request.body["coupon"]}
    )


@service.route("POST", "/carts/{cart_id}/clear")
""",
        ),
    ]


def shipping_rates(_: Tree) -> list[Change]:
    """Checkout asks shipping what the parcel will cost."""
    return [
        Edit(
            CHECKOUT,
            "    hold = await reserved(",
            """\
    rate = await service.client.post("shipping", "/rates", {"items": items})
    quote["cents"] += rate["cents"]
    hold = await reserved(""",
        ),
        Edit(
            "services/shipping/app.py",
            '@service.route("GET", "/shipments/{order_id}")\n',
            """\
@service.route("POST", "/rates")
async def rate(request: Request) -> dict:
    grams = weight(request.body["items"])
    return {"cents": 390 if grams < 1000 else 690}


@service.route("GET", "/shipments/{order_id}")
""",
        ),
    ]


def local_prices(_: Tree) -> list[Change]:
    """The cart no longer shows prices, so it needs nobody."""
    return [
        Edit(CART, "    price = await current_price(sku)\n", '    price = {"cents": 0}\n'),
        Edit(
            CART,
            """\
async def current_price(sku: str) -> dict:
    return await service.cache.get(
        ("price", sku), lambda: service.client.get("pricing", "/prices/{sku}", sku=sku)
    )


""",
            "",
        ),
    ]


VARIANTS: dict[str, Callable[[Tree], list[Change]]] = {
    "gateway": gateway,
    "catalogue": catalogue,
    "cart_checks_stock": cart_checks_stock,
    "cart_totals": cart_totals,
    "shipping_rates": shipping_rates,
    "local_prices": local_prices,
}


@dataclass(frozen=True, slots=True)
class Topology:
    tree: dict[str, str]
    variants: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def entry(self) -> str:
        return "gateway" if "gateway" in self.roles else "storefront"


def choose(healthy: Tree, chance: random.Random) -> Topology:
    """Each variant with its own odds; settings drawn anew."""
    chosen = tuple(name for name in VARIANTS if chance.random() < 0.4)
    if "local_prices" in chosen:  # both rewrite the same lines of the cart
        chosen = tuple(name for name in chosen if name != "cart_checks_stock")
    tree = dict(healthy)
    for name in chosen:
        tree = apply(tree, VARIANTS[name](tree))
    # A page of an unknown product is the customer's 404, not our 502.
    if "catalogue" not in chosen:
        tree = apply(
            tree,
            [
                Edit(
                    STOREFRONT,
                    'service.client.get("pricing", "/prices/{sku}", sku=sku), stock',
                    'passed_on(service.client.get("pricing", "/prices/{sku}", sku=sku)), stock',
                ),
            ],
        )
    else:
        tree = apply(
            tree,
            [
                Edit(
                    "services/catalogue/app.py",
                    "import UpstreamFailed",
                    "import NotFound, UpstreamFailed",
                ),
                Edit(
                    "services/catalogue/app.py",
                    """\
    price, level = await asyncio.gather(
        service.client.get("pricing", "/prices/{sku}", sku=sku), stock_level(sku)
    )
""",
                    """\
    try:
        price, level = await asyncio.gather(
            service.client.get("pricing", "/prices/{sku}", sku=sku), stock_level(sku)
        )
    except UpstreamFailed as failure:
        if failure.answered == 404:
            raise NotFound(str(failure)) from failure
        raise
""",
                ),
            ],
        )
    tree = apply(tree, _drawn_settings(tree, chance))
    extra = tuple(role for role in ("catalogue", "gateway") if role in chosen)
    return Topology(tree, chosen, BASE_ROLES + extra)


def _drawn_settings(tree: Tree, chance: random.Random) -> list[Change]:
    draws = (
        ("config/inventory.toml", "database", "pool_size", chance.choice((5, 6, 8, 10))),
        ("config/pricing.toml", "cache", "ttl_s", chance.choice((15.0, 20.0, 30.0, 45.0))),
        ("config/checkout.toml", "service", "slots", chance.choice((32, 48, 64))),
        ("config/payment.toml", "client.acquirer", "timeout_s", chance.choice((2.0, 2.2, 2.4))),
    )
    return [setting(tree, *draw) for draw in draws]


def setting(tree: Tree, path: str, section: str, key: str, value: object) -> Edit:
    """An edit that gives a key of a section another value, or adds it. Raises KeyError when the
    file has no such section."""
    text = tree[path]
    for block in re.split(r"(?m)(?=^\[)", text):
        if block.startswith(f"[{section}]"):
            line = re.search(rf"(?m)^{key} = .*$", block)
            new = f"{key} = {value}"
            if line:
                after = block.replace(line.group(), new)
            else:
                after = block.replace(f"[{section}]\n", f"[{section}]\n{new}\n")
            return Edit(path, block.rstrip("\n"), after.rstrip("\n"))
    raise KeyError(f"{path} has no [{section}]")
