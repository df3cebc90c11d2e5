"""What things cost: list prices, and promotions by category."""

from shoplib.errors import NotFound
from shoplib.messages import Request
from shoplib.service import Service, required

service = Service("pricing")

PRICES = "SELECT sku, category, cents FROM prices WHERE sku IN ({marks})"
PROMOTIONS = "SELECT percent FROM promotions WHERE category = ? AND active = 1"


async def load_prices(skus: list[str]) -> dict[str, dict]:
    """Today's prices by sku, the best promotion of its category taken off."""
    marks = ", ".join("?" * len(skus))
    async with service.db.connection() as connection:
        rows = await connection.fetch(PRICES.format(marks=marks), *skus)
        categories = sorted({row["category"] for row in rows})
        percents = {name: await best_promotion(connection, name) for name in categories}
    prices = {row["sku"]: reduced(row, percents[row["category"]]) for row in rows}
    if missing := [sku for sku in skus if sku not in prices]:
        raise NotFound(f"no price for {', '.join(missing)}")
    return prices


async def best_promotion(connection, category: str) -> int:
    promotions = await connection.fetch(PROMOTIONS, category)
    return max((row["percent"] for row in promotions), default=0)


def reduced(row: dict, percent: int) -> dict:
    cents = row["cents"] * (100 - percent) // 100
    return {"sku": row["sku"], "cents": cents, "percent": percent}


async def load_price(sku: str) -> dict:
    return (await load_prices([sku]))[sku]


@service.route("GET", "/prices/{sku}")
async def show_price(request: Request) -> dict:
    """For pages: may be as old as the cache allows."""
    sku = request.parameters["sku"]
    return await service.cache.get(("price", sku), lambda: load_price(sku))


@service.route("POST", "/quotes")
async def quote(request: Request) -> dict:
    """Binding, so never from the cache: the total of a list of items, coupon taken off."""
    (items,) = required(request.body, "items")
    prices = await load_prices([item["sku"] for item in items])
    total = sum(prices[item["sku"]]["cents"] * item["quantity"] for item in items)
    coupon = request.body.get("coupon")
    if coupon is not None:
        total -= total * coupon["percent"] // 100
    return {"cents": total}
