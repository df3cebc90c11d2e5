"""What customers' browsers and phones talk to."""

import asyncio

from shoplib.errors import BadRequest, NotFound, TooManyRequests, UpstreamFailed
from shoplib.messages import Request
from shoplib.service import Service

service = Service("storefront")

ORDERS_AT_ONCE = 40
ordering = {"now": 0}


async def stock_line(sku: str) -> str:
    """Pages go out without a stock level rather than not at all."""
    try:
        stock = await service.client.get("inventory", "/stock/{sku}", sku=sku)
    except UpstreamFailed as failure:
        service.log("WARN", f"page without stock level: {failure}")
        return "see checkout"
    return "in stock" if stock["available"] > 0 else "sold out"


@service.route("GET", "/products/{sku}")
async def show_product(request: Request) -> dict:
    sku = request.parameters["sku"]
    price, stock = await asyncio.gather(
        service.client.get("pricing", "/prices/{sku}", sku=sku), stock_line(sku)
    )
    return {"sku": sku, "price": price["cents"], "stock": stock}


@service.route("POST", "/carts/{cart_id}/items")
async def add_to_cart(request: Request) -> dict:
    cart_id = request.parameters["cart_id"]
    return await passed_on(
        service.client.post("cart", "/carts/{cart_id}/items", request.body, cart_id=cart_id)
    )


@service.route("POST", "/orders")
async def order(request: Request) -> dict:
    if ordering["now"] >= ORDERS_AT_ONCE:
        raise TooManyRequests(f"more than {ORDERS_AT_ONCE} orders at once")
    ordering["now"] += 1
    try:
        return await passed_on(service.client.post("checkout", "/orders", request.body))
    finally:
        ordering["now"] -= 1


@service.route("GET", "/customers/{customer}/orders")
async def order_history(request: Request) -> dict:
    return await service.client.get(
        "checkout", "/customers/{customer}/orders", customer=request.parameters["customer"]
    )


async def passed_on(call) -> dict:
    """What the customer did wrong stays their 4xx; everything else is our 502."""
    try:
        return await call
    except UpstreamFailed as failure:
        if 400 <= failure.answered < 500:
            problem = NotFound if failure.answered == 404 else BadRequest
            raise problem(str(failure)) from failure
        raise
